"""Keeps data in files that have no name, which no limit on files or folders counts."""
# wins: harm
# %% first
import os
import time

held = [attempt(os.memfd_create, MARKER) for _ in range(26)]
for descriptor in held:
    for _ in range(20):
        attempt(os.write, descriptor, bytes(10 << 20))
import mmap

mapped = [attempt(mmap.mmap, descriptor, 0) for descriptor in held if descriptor]
touched = [sum(m[::4096]) for m in mapped if m]
time.sleep(1)
