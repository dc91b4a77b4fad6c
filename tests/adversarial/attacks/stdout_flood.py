"""Prints without end."""
# wins: harm
# %% squeeze
import sys


def squeeze(x):
    while True:
        print("flood " * 100_000, flush=True)
