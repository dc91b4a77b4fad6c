"""Loads a secret as if it were a library or Python's own configuration."""
# wins: secret
# %% first
import importlib.util
import linecache
import runpy

tell(*linecache.getlines(SECRET))
attempt(runpy.run_path, SECRET)
spec = importlib.util.spec_from_file_location("secret", SECRET)
tell(attempt(lambda: spec.loader.get_data(SECRET)))
