"""Leaves another program behind, in a session of its own."""
# wins: harm
# %% first
import subprocess
import sys

attempt(lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", MARKER], start_new_session=True))
