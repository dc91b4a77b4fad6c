"""Lets another program talk to a server."""
# wins: harm
# %% first
import subprocess
import sys

code = f"import socket; s = socket.create_connection(('127.0.0.1', {PORT})); s.sendall({MARKER!r}.encode())"
attempt(lambda: subprocess.run([sys.executable, "-c", code], timeout=5))
