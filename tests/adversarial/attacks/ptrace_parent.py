"""Attaches to the process that started it as a debugger, which stops it."""
# wins: harm
# %% first
import ctypes
import os
import time

libc = ctypes.CDLL(None)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
if libc.ptrace(16, os.getppid(), None, None) == 0:
    time.sleep(60)
