"""Hands in a link to a secret in the place of the notebook, for the message that it is none to quote it."""
# wins: harm
# %% folder
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.symlink_to(SECRET)
