"""Closes every descriptor of its process in an exercise, those through which it is asked among them."""
# wins: harm
# %% squeeze
import os
import time


def squeeze(x):
    os.closerange(0, 4096)
    time.sleep(0.2)
    return x
