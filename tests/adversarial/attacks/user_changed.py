"""Becomes another user, and root again where it was root."""
# wins: secret
# %% first
import os

attempt(os.setresuid, 0, 0, 0)
attempt(os.setgroups, [0])
attempt(lambda: tell(open(HOME_SECRET).read(), open(SECRET).read()))
