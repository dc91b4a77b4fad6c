"""Makes folders that their owner may neither list nor enter."""
# wins: harm
# %% first
import os

for _ in range(1200):
    attempt(os.mkdir, "d", 0o700)
    attempt(os.chdir, "d")
attempt(os.chmod, ".", 0)
