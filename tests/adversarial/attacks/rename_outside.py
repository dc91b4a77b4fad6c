"""Makes a file in its own folder and moves or links it to another place."""
# wins: harm
# %% first
import os

open("mine", "w").write("here")
attempt(os.link, "mine", LOOT)
attempt(os.rename, "mine", f"/tmp/{MARKER}")
