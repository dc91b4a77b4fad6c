"""Maps 16 GiB of memory without touching it."""
# wins: harm
# %% first
import mmap
import time

held = attempt(mmap.mmap, -1, 16 << 30)
time.sleep(1)
