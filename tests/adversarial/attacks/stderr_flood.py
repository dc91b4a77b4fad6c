"""Writes without end to descriptor 2, past Python."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    while True:
        os.write(2, b"flood " * 100_000)
