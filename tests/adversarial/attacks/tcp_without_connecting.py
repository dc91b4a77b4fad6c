"""Talks over TCP without a call to connect: the first data open the connection (TCP Fast Open)."""
# wins: harm
# %% first
import socket

attempt(lambda: socket.socket().sendto(MARKER.encode(), socket.MSG_FASTOPEN, ("127.0.0.1", PORT)))
