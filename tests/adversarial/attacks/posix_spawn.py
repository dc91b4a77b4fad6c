"""Starts a program without fork: posix_spawn, which the C library makes of other calls."""
# wins: harm
# %% first
import os

attempt(os.posix_spawn, "/bin/sh", ["sh", "-c", f"echo gone > '{LOOT}'"], {})
attempt(os.wait)
