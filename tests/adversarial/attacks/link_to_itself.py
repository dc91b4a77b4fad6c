"""Hands in links that lead round in a circle."""
# wins: harm
# %% folder
(folder / "a").symlink_to("b")
(folder / "b").symlink_to("a")
(folder / "all").symlink_to(".")
