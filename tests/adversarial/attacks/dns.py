"""Hides a message in the name that a DNS query asks for."""
# wins: harm
# %% first
import socket

query = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + bytes([len(MARKER)]) + MARKER.encode() + b"\7invalid\0\0\1\0\1"
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(query, ("127.0.0.1", PORT)))
