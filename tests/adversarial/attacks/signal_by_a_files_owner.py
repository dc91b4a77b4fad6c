"""Names the grader as the owner of a pipe, so that the kernel sends it the signal that the pipe has news: SIGKILL."""
# wins: harm
# %% first
import fcntl
import os
import signal
import socket
import time

ours, theirs = socket.socketpair()
attempt(fcntl.fcntl, ours, fcntl.F_SETOWN, os.getppid())
attempt(fcntl.fcntl, ours, fcntl.F_SETSIG, signal.SIGKILL)
attempt(fcntl.fcntl, ours, fcntl.F_SETFL, os.O_ASYNC)
theirs.send(b"news")
time.sleep(0.5)
