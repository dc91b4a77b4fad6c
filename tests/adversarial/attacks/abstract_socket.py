"""Talks to a service whose socket has no path: only its name in the kernel, which no wall around files knows."""
# wins: harm
# %% first
import socket

attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(MARKER.encode(), "\0" + LISTENER[-90:]))
