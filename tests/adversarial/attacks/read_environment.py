"""Reads the environment of its own process."""
# wins: secret
# %% first
import os

attempt(lambda: tell(os.environ.get("ADVERSARIAL_SECRET")))
attempt(lambda: tell(*[line for line in open("/proc/self/environ").read().split("\0") if "SECRET" in line]))
