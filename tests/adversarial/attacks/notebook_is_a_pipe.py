"""Hands in a pipe in the place of the notebook."""
# wins: harm
# %% folder
import os

notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
os.mkfifo(notebook)
