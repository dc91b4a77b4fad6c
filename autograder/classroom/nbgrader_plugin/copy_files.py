"""Copies the files beside a notebook to the graded work and to the feedback, as nbgrader does, but only plain files.

nbgrader follows links, so that a learner could have one of the instructor's files copied into what is given back to
them. It also hangs at pipes.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from autograder.intake.files import content
from autograder.outward import on_terminal
from autograder.submission.parse import Unreadable


def plain_files(path: str, exclude: Collection[str] = ()) -> list[str]:
    """Does the same as nbgrader's `find_all_files`, but yields only plain files whose names can be printed. nbgrader
    takes the names of the folders for patterns too."""
    def is_ignored(name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in exclude)

    files = []
    for folder, inside, names in os.walk(path):
        inside[:] = [name for name in inside if not is_ignored(name)]
        files += [file for name in names if not is_ignored(name) and _plain(file := os.path.join(folder, name))]
    return files


def _plain(file: str) -> bool:
    about = os.lstat(file)
    return stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and file.isprintable()


def init_assignment(self: Any, assignment_id: str, student_id: str) -> None:
    """Overrides nbgrader's method. Of learners' work, only plain files are copied."""
    _copy(self, *(Path(place(assignment_id, student_id)) for place in (self._format_source, self._format_dest)))


def _copy(converter: Any, source: Path, into: Path) -> None:
    for file in map(Path, plain_files(str(source), [*converter.coursedir.ignore, "*.ipynb"])):
        copy = into / file.relative_to(source)
        try:
            data = content(file)
        except Unreadable as problem:
            converter.log.warning("%s is not copied: it %s", on_terminal(file), problem)
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        copy.write_bytes(data)
