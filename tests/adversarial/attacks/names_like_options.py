"""Hands in files whose names look like options, patterns and paths, and a second notebook."""
# wins: harm
# %% folder
for name in ("--force", "-rf", "*", "[a-z]*", "$(touch x)", "a\nb", "\x1b[31m", "01_se (1).ipynb", "..ipynb", "~"):
    (folder / name).write_text('{"cells": "none"}')
