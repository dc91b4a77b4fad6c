"""Sets a limit of its parent's instead of its own: one second of computing, after which the kernel kills it."""
# wins: harm
# %% first
import os
import resource

attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CPU, (1, 1))
