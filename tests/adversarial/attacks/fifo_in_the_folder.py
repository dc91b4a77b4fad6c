"""Opens a pipe that nobody writes to, in its own folder."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    attempt(os.mkfifo, "pipe")
    return open("pipe").read()
