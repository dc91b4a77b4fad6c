"""The files that lie beside a notebook: nbgrader copies them along, to the graded work and to the feedback.

It follows links, so a learner could have a file of the instructor's copied into what they get back; and it stops at pipes.
"""

from __future__ import annotations

import os
import stat
from typing import Any

from nbgrader.converters import base
from nbgrader.utils import find_all_files


def plain_files(path: str, exclude: list[str] | None = None) -> list[str]:
    """nbgrader's `find_all_files`, but only what is a file of its own, with a name that can be printed."""
    return [file for file in find_all_files(path, exclude) if _plain(file)]


def _plain(file: str) -> bool:
    about = os.lstat(file)
    return stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and file.isprintable()


def copy_plain_files_only(converter: type) -> None:
    """Make nbgrader's converter of learners' work pass over all other files. They stay where they were handed in."""
    copy = converter.init_assignment

    def init_assignment(self: Any, *names: str) -> None:
        base.find_all_files = plain_files
        try:
            copy(self, *names)
        finally:
            base.find_all_files = find_all_files
    converter.init_assignment = init_assignment
