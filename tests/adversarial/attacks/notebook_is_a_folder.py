"""Hands in a folder with the notebook's name."""
# wins: harm
# %% folder
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.mkdir()
(notebook / "x.ipynb").write_text("{}")
