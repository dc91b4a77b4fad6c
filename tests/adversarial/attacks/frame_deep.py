"""Sends JSON that is nested 200,000 deep."""
# wins: harm
# %% squeeze
import os


def squeeze(x):
    deep = b"[" * 200_000 + b"]" * 200_000
    for descriptor in range(64):
        attempt(os.write, descriptor, len(deep).to_bytes(8, "little") + deep
                if descriptor > 2 else b"\n" + deep + b"\n")
    os._exit(0)
