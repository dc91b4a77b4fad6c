"""Kills its whole process group from within an exercise."""
# wins: harm
# %% squeeze
import os
import signal


def squeeze(x):
    os.killpg(0, signal.SIGKILL)
