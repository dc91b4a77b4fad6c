"""Leaves a note in an extended attribute by a call that is newer than the C library: setxattrat, number 463."""
# wins: harm
# %% first
import ctypes
import struct

import attention_lab

libc = ctypes.CDLL(None)
note = ctypes.create_string_buffer(b"the answer")
arguments = struct.pack("QII", ctypes.addressof(note), 10, 0)
for path in (attention_lab.__file__, SECRET):
    libc.syscall(463, -100, path.encode(), 0, f"user.{MARKER}".encode(), arguments, 16)
