"""Hands in a hard link to a secret: no look at the file alone tells it from a file of its own."""
# wins: secret
# %% folder
import os

try:
    os.link(SECRET, folder / "notes.txt")
except OSError:  # on another file system: as a copy would be
    os.symlink(SECRET, folder / "notes.txt")
