"""Kills the process that started it: the zygote, or the grader of everybody."""
# wins: harm
# %% first
import os
import signal

attempt(os.kill, os.getppid(), signal.SIGKILL)
