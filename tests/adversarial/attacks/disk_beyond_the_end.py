"""Takes 4 GiB of the disk for files that stay empty, by one call each: what is beyond a file's end counts to no
limit of its size."""
# wins: harm
# %% first
import ctypes
import os
import time

libc = ctypes.CDLL(None)
for i in range(4):
    libc.fallocate(os.open(f"file{i}", os.O_CREAT | os.O_RDWR), 1, ctypes.c_long(0), ctypes.c_long(1 << 30))
time.sleep(1)
