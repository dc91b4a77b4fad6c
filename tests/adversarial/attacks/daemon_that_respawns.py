"""Leaves a process behind that starts itself again whenever its parent dies."""
# wins: harm
# %% first
import os
import time


def leave():
    if os.fork() == 0:
        os.setsid()
        for _ in range(40):
            if os.fork():
                os._exit(0)
            time.sleep(0.5)
        os._exit(0)


attempt(leave)
