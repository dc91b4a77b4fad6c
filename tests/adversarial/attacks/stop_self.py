"""Stops its own process, which then neither answers nor ends."""
# wins: harm
# %% squeeze
import os
import signal


def squeeze(x):
    os.kill(os.getpid(), signal.SIGSTOP)
