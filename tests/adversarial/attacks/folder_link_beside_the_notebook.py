"""Hands in a symbolic link to a whole folder of secrets."""
# wins: secret
# %% folder
(folder / "figures").symlink_to(__import__("os").path.dirname(SECRET))
