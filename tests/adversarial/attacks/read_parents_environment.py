"""Reads the environments and command lines of the processes above it."""
# wins: secret
# %% first
import os

pid = os.getppid()
while pid:
    for file in ("environ", "cmdline"):
        text = attempt(lambda: open(f"/proc/{pid}/{file}").read()) or ""
        tell(*[word for word in text.split("\0") if "planted-" in word])
    status = attempt(lambda: open(f"/proc/{pid}/stat").read())
    pid = int(status.rpartition(")")[2].split()[1]) if status else 0
