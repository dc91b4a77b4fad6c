"""Moves its folders about all the time, so that whoever adds up what lies in them always comes too late."""
# wins: harm
# %% first
import os
import threading

for name in ("a", "b"):
    attempt(os.makedirs, f"{name}/data")


def move():
    while True:
        for there, here in (("a/data", "b/moved"), ("b/moved", "a/data")):
            attempt(os.rename, there, here)


threading.Thread(target=move, daemon=True).start()
for i in range(100):
    for there in ("a/data", "b/moved"):
        if attempt(lambda: open(f"{there}/file{i}", "wb").write(bytes(4 << 20))):
            break
