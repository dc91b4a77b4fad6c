"""Sends a datagram by system calls of its own, past whatever was done to the module socket."""
# wins: harm
# %% first
import ctypes

libc = ctypes.CDLL(None)
descriptor = libc.socket(2, 2, 0)
address = (2).to_bytes(2, "little") + PORT.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
libc.sendto(descriptor, MARKER.encode(), len(MARKER), 0, address, 16)
