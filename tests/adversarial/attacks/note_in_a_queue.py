"""Leaves a note in a message queue of System V, which outlives the process."""
# wins: harm
# %% first
import ctypes
import zlib

libc = ctypes.CDLL(None)
queue = libc.msgget(zlib.crc32(MARKER.encode()) & 0x7FFFFFFF, 0o1666)
libc.msgsnd(queue, (1).to_bytes(8, "little") + b"the answer", 10, 0)
