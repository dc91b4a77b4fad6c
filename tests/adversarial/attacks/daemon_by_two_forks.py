"""Leaves a process behind that belongs to no session of the grader's: two forks and setsid."""
# wins: harm
# %% first
import os
import time


def leave():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


attempt(leave)
