"""Talks to a server over TCP."""
# wins: harm
# %% first
import socket


def talk():
    with socket.create_connection(("127.0.0.1", PORT), 2) as connection:
        connection.sendall(MARKER.encode())


attempt(talk)
