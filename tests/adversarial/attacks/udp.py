"""Sends a datagram, without a connection that could be refused."""
# wins: harm
# %% first
import socket

attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(MARKER.encode(), ("127.0.0.1", PORT)))
