"""Fills 400 MiB of its folder with files that are small enough each."""
# wins: harm
# %% first
import time

for i in range(100):
    attempt(lambda: open(f"file{i}", "wb").write(bytes(4 << 20)))
time.sleep(1)
