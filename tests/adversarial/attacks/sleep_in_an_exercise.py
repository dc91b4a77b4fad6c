"""Sleeps for two minutes in an exercise."""
# wins: harm
# %% squeeze
import time


def squeeze(x):
    time.sleep(120)
