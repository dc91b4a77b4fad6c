"""A clone's `.venv` that borrows the packages of this Python: `python borrowed.py FOLDER`.
A hook of git runs it in every new clone.

So `make` finds everything installed, and the commands are the clone's own.
"""

import os
import sys
import sysconfig
import venv
from pathlib import Path


def borrow(clone: Path) -> None:
    """Make the folder's `.venv`. Commands of packages are copied with another first line;
    `autograder` is written as the Makefile does."""
    folder, theirs = clone / ".venv", Path(sys.prefix)
    venv.create(folder, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "borrowed.pth").write_text(f"{clone / 'course'}\n{sysconfig.get_path('purelib')}\n")
    for shared in ("share", "etc"):
        if (theirs / shared).exists():
            (folder / shared).symlink_to(theirs / shared)
    first = f"#!{theirs / 'bin/python'}".encode()
    for command in (theirs / "bin").iterdir():
        if command.is_file() and not command.is_symlink() and command.read_bytes().startswith(first):
            write(folder / "bin" / command.name,
                  command.read_bytes().replace(first, f"#!{folder / 'bin/python'}".encode(), 1))
    write(folder / "bin/autograder", (f"#!{folder / 'bin/python'}\nimport sys\nsys.path[:0] = [{str(clone)!r}, "
                                      f"{str(clone / 'course')!r}]\nfrom autograder.cli import main\nif __name__ == "
                                      "'__main__':\n    main()\n").encode())
    for mark in ("made", "lab", "grade"):
        (folder / mark).touch()


def write(command: Path, content: bytes) -> None:
    command.write_bytes(content)
    os.chmod(command, 0o755)


if __name__ == "__main__":
    borrow(Path(sys.argv[1]))
