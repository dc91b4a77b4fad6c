"""Reads a file in the home directory of whoever grades."""
# wins: secret
# %% first
attempt(lambda: tell(open(HOME_SECRET).read()))
