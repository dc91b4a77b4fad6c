"""Lifts its own limits and its priority."""
# wins: harm
# %% first
import os
import resource

for name in ("RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_CPU", "RLIMIT_NOFILE"):
    attempt(resource.setrlimit, getattr(resource, name), (1 << 34, 1 << 34))
attempt(os.nice, -20)
held = [attempt(lambda: bytearray(b"x") * (512 << 20)) for _ in range(10)]
