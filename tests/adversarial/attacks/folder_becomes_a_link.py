"""Moves its scratch folder away and leaves a link to somewhere else, for whoever cleans up."""
# wins: harm
# %% first
import os

folder = os.getcwd()
attempt(os.rename, folder, folder + "-moved")
attempt(os.symlink, os.path.dirname(LOOT), folder)
