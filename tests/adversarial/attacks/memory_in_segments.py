"""Takes memory as segments of System V, which are no mapping of a file and no heap."""
# wins: harm
# %% first
import ctypes
import time

libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(24):
    segment = libc.shmget(0, ctypes.c_size_t(1 << 30), 0o1600)
    libc.shmat(segment, None, 0)
    libc.shmctl(segment, 0, None)
time.sleep(1)
