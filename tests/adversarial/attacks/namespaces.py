"""Makes namespaces of its own, in which it is root and may do what root may."""
# wins: secret
# %% first
import ctypes
import os

ctypes.CDLL(None).unshare(0x10000000 | 0x00020000)
attempt(os.setuid, 0)
attempt(lambda: tell(open(HOME_SECRET).read(), open(SECRET).read()))
