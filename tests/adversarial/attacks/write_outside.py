"""Writes files in every place that is writable for most processes."""
# wins: harm
# %% first
for folder in ("/tmp", "/var/tmp", "/dev/shm", ROOT + "/work"):
    attempt(lambda: open(f"{folder}/{MARKER}", "w").write("here"))
attempt(lambda: open(LOOT, "w").write("here"))
