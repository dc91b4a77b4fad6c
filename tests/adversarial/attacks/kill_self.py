"""Kills its own process."""
# wins: harm
# %% squeeze
import os
import signal


def squeeze(x):
    os.kill(os.getpid(), signal.SIGKILL)
