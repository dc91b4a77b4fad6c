"""Reads a secret through the root and the working directory of other processes, as /proc shows them."""
# wins: secret
# %% first
import os

for way in (f"/proc/self/root{SECRET}", f"/proc/{os.getppid()}/root{SECRET}",
            f"/proc/{os.getppid()}/cwd/../../../..{SECRET}",
            f"//{SECRET}", "../" * 30 + SECRET):
    attempt(lambda: tell(open(way).read()))
