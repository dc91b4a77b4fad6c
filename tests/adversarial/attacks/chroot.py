"""Leaves a changed root directory by changing it again."""
# wins: secret
# %% first
import os

attempt(os.mkdir, "deeper")
attempt(os.chroot, "deeper")
for _ in range(40):
    attempt(os.chdir, "..")
attempt(os.chroot, ".")
attempt(lambda: tell(open(SECRET).read()))
