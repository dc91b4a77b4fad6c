"""Reads a secret through a symbolic link in its own folder, and through a hard link."""
# wins: secret
# %% first
import os

attempt(os.symlink, SECRET, "innocent.txt")
attempt(lambda: tell(open("innocent.txt").read()))
attempt(os.link, HOME_SECRET, "innocent2.txt")
attempt(lambda: tell(open("innocent2.txt").read()))
