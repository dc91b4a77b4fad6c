"""Attacks by files that are handed in: links, pipes and folders."""

# %% link_beside_the_notebook: secret, folder
# Hands in a symbolic link beside the notebook, in the hope that its content is copied to where feedback is handed out.
(folder / "notes.txt").symlink_to(SECRET)
(folder / "home.txt").symlink_to(HOME_SECRET)

# %% hard_link_beside_the_notebook: secret, folder
# Hands in a hard link to a secret: no look at the file alone tells it from a file of its own.
try:
    os.link(SECRET, folder / "notes.txt")
except OSError:  # on another file system: as a copy would be
    os.symlink(SECRET, folder / "notes.txt")

# %% folder_link_beside_the_notebook: secret, folder
# Hands in a symbolic link to a whole folder of secrets.
(folder / "figures").symlink_to(os.path.dirname(SECRET))

# %% link_to_itself: harm, folder
# Hands in links that lead round in a circle.
(folder / "a").symlink_to("b")
(folder / "b").symlink_to("a")
(folder / "all").symlink_to(".")

# %% pipe_beside_the_notebook: harm, folder
# Hands in a pipe and a socket: whoever reads the pipe waits for ever.
os.mkfifo(folder / "notes.txt")
opened = os.open(folder, os.O_PATH)  # the folder's own path is too long for a socket
with socket.socket(socket.AF_UNIX) as server:
    server.bind(f"/proc/self/fd/{opened}/listen")
os.close(opened)

# %% notebook_is_a_folder: harm, folder
# Hands in a folder with the notebook's name.
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.mkdir()
(notebook / "x.ipynb").write_text("{}")

# %% notebook_is_a_link_to_a_secret: harm, folder
# Hands in a link to a secret in the place of the notebook, for the message that it is none to quote it.
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.symlink_to(SECRET)

# %% notebook_is_a_link_to_another: points, folder
# Hands in a link to somebody else's notebook.
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
notebook.symlink_to(OTHER)

# %% notebook_is_a_pipe: harm, folder
# Hands in a pipe in the place of the notebook.
notebook = next(folder.glob("*.ipynb"))
notebook.unlink()
os.mkfifo(notebook)
