"""Talks over multipath TCP, which is another protocol to whoever counts only TCP."""
# wins: harm
# %% first
import socket


def talk():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as connection:
        connection.settimeout(2)
        connection.connect(("127.0.0.1", PORT))
        connection.sendall(MARKER.encode())


attempt(talk)
