"""Removes a folder in which a learner's code has written. As a program, it does so when its standard input ends.

It needs no other program, and nothing of the course. No link is followed, not even one in the place of the folder.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import time


def remove(folder: str) -> None:
    """Removes a folder with everything in it, even folders that nobody may enter. No process may be left that could
    still change it."""
    shutil.rmtree(folder, ignore_errors=True)
    if not os.path.lexists(folder):
        return
    if os.path.islink(folder):
        os.unlink(folder)
        return
    os.chmod(folder, 0o700)
    for _, folders, _, where in os.fwalk(folder):
        for name in folders:
            if not stat.S_ISLNK(os.stat(name, dir_fd=where, follow_symlinks=False).st_mode):
                os.chmod(name, 0o700, dir_fd=where)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.read()
    remove(sys.argv[1])
    if os.path.lexists(sys.argv[1]):  # processes that ran in there may still be ending
        time.sleep(1)
        remove(sys.argv[1])
