"""Reads a file of the course's reference."""
# wins: secret
# %% first
attempt(lambda: tell(open(SECRET).read()))
