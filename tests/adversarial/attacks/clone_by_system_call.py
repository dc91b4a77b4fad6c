"""Starts processes by the system calls vfork, clone and clone3 rather than through Python."""
# wins: harm
# %% first
import ctypes
import os
import time

libc = ctypes.CDLL(None)
for _ in range(12):
    if libc.syscall(56, 17, 0, 0, 0, 0) == 0:
        time.sleep(20)
        os._exit(0)
