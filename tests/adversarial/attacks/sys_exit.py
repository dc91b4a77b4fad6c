"""Calls sys.exit in an exercise."""
# wins: harm
# %% squeeze
import sys


def squeeze(x):
    sys.exit(0)
