"""Lets faulthandler end the process after a moment."""
# wins: harm
# %% first
import faulthandler
import os
attempt(faulthandler.dump_traceback_later, 0.3, True, os.open(os.devnull, os.O_WRONLY), True)
