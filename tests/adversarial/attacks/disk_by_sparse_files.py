"""Allocates 400 MiB on the disk without writing a byte."""
# wins: harm
# %% first
import os
import time

for i in range(100):
    attempt(lambda: os.posix_fallocate(os.open(f"file{i}", os.O_CREAT | os.O_RDWR), 0, 4 << 20))
time.sleep(1)
