"""Sends to a service's socket from one end of a pair: nothing is opened or connected, the address stands in the
message."""
# wins: harm
# %% first
import socket

for address in (LISTENER + "-datagrams", "\0" + LISTENER[-90:]):
    attempt(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(MARKER.encode(), address))
