"""Talks to a service of the same machine through a socket in the file system."""
# wins: harm
# %% first
import socket


def talk():
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(LISTENER)
        connection.sendall(MARKER.encode())


attempt(talk)
