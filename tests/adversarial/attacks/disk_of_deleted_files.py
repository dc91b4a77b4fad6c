"""Fills 400 MiB with files that it deletes and keeps open, so that no folder shows them."""
# wins: harm
# %% first
import os
import time

held = []
for i in range(100):
    attempt(lambda: held.append(open(f"file{i}", "w+b")))
    attempt(lambda: (held[-1].write(bytes(4 << 20)), held[-1].flush(), os.unlink(f"file{i}")))
time.sleep(1)
