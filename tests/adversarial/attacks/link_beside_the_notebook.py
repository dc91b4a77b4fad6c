"""Hands in a symbolic link beside the notebook, in the hope that its content is copied to where feedback is handed
out."""
# wins: secret
# %% folder
(folder / "notes.txt").symlink_to(SECRET)
(folder / "home.txt").symlink_to(HOME_SECRET)
