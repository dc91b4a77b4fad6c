"""Runs a command of the shell that writes a file."""
# wins: harm
# %% first
import os

attempt(os.system, f"echo gone > '{LOOT}'")
