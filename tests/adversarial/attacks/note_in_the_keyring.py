"""Leaves a note in the kernel's keyring of the user, which outlives the process."""
# wins: harm
# %% first
import ctypes

ctypes.CDLL(None).syscall(248, b"user", MARKER.encode(), b"the answer", 10, -4)
