"""Fills 5 GiB of memory."""
# wins: harm
# %% first
held = []
for _ in range(20):
    held.append(attempt(lambda: bytearray(b"x") * (256 << 20)))
