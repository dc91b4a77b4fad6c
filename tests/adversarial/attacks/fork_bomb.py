"""Starts fifty processes, each of which waits."""
# wins: harm
# %% first
import os
import time

for _ in range(50):
    child = attempt(os.fork)
    if child is None:
        break
    if child == 0:
        time.sleep(20)
        os._exit(0)
