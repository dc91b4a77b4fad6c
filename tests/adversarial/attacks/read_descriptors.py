"""Reads every file that was left open for it to inherit, in this process and in its parent."""
# wins: secret
# %% first
import os

for process in ("self", os.getppid()):
    for descriptor in attempt(os.listdir, f"/proc/{process}/fd") or range(64):
        read = (
            attempt(lambda: open(f"/proc/{process}/fd/{descriptor}", "rb").read(500)) if int(descriptor) > 2 else None
        )
        if process == "self" and not read and int(descriptor) > 2:
            read = attempt(os.pread, int(descriptor), 500, 0)
        if read and b"planted" in read:
            tell(read.decode(errors="replace"))
