"""Sets aside the submitted files that can't be given to a student: keeps them in a separate folder, and lists them with
the reason."""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import IO

from autograder.outward import named, on_terminal

LIST = "list.txt"
ENDINGS = (".ipynb", ".zip", ".tar.gz", ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz")


class Aside:
    """The folder `home`, empty at first. Each file in it is named by a number, because its own name may be the problem.
    """

    def __init__(self, home: Path, log: logging.Logger | logging.LoggerAdapter):
        self.home, self.log, self.many = home, log, 0
        shutil.rmtree(home, ignore_errors=True)

    def note(self, name: str, why: str, kept: str = "not kept") -> None:
        """Lists a file that was not collected.

        name: its name as it was handed in.
        why: completes "It is set aside, because ...".
        kept: the name under which it is kept.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self.many += 1
        name, why = named(name), on_terminal(why)
        with open(self.home / LIST, "a", encoding="utf-8", errors="replace") as file:
            file.write(f"{kept}: {name}: {why}\n")
        self.log.warning("Set aside: %s, because %s", name, why)

    def take(self, file: Path, name: str, why: str) -> None:
        """Moves a file here and lists it."""
        kept = self._free(name)
        os.replace(file, self.home / kept)
        self.note(name, why, kept)

    def create(self, name: str) -> tuple[str, IO[bytes]]:
        """Makes a new file here. Returns its name and the open file, which is to be written and then listed with
        `note`."""
        kept = self._free(name)
        return kept, open(self.home / kept, "xb")

    def _free(self, name: str) -> str:
        self.home.mkdir(parents=True, exist_ok=True)
        return f"{self.many + 1:04d}" + next((ending for ending in ENDINGS if ending in name.lower()), "")
