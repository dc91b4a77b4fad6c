"""Makes twenty thousand empty files."""
# wins: harm
# %% first
import time

for i in range(20_000):
    attempt(lambda: open(f"file{i}", "w").close())
time.sleep(0.5)
