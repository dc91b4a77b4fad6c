"""Hands in a link to somebody else's notebook."""
# wins: points
# %% folder
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.symlink_to(OTHER)
