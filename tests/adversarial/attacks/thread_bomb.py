"""Starts fifteen hundred threads with small stacks, so that a limit on addresses does not count them."""
# wins: harm
# %% first
import threading
import time

threading.stack_size(64 << 10)
for _ in range(1500):
    if attempt(threading.Thread(target=time.sleep, args=(6,), daemon=True).start) is not None:
        break
time.sleep(1)
