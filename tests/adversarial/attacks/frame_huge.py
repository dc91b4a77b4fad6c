"""Announces a frame of 4 GiB, and a report without an end, on every open descriptor."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    for descriptor in range(64):
        attempt(os.write, descriptor, b"\xff" * 8 + b'{"points": ' + b"9" * 100_000)
    os._exit(0)
