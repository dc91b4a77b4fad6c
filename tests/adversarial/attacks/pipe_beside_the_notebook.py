"""Hands in a pipe and a socket: whoever reads the pipe waits for ever."""
# wins: harm
# %% folder
import os
import socket

os.mkfifo(folder / "notes.txt")
opened = os.open(folder, os.O_PATH)  # the folder's own path is too long for a socket
with socket.socket(socket.AF_UNIX) as server:
    server.bind(f"/proc/self/fd/{opened}/listen")
os.close(opened)
