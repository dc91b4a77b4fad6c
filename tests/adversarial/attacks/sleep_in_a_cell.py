"""Sleeps for two minutes in a cell."""
# wins: harm
# %% first
import time

time.sleep(120)
