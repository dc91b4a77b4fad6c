"""What a lesson's first cell calls."""

from __future__ import annotations

import os
from filecmp import cmp
from pathlib import Path

from ..checking.known import recorded
from ..lesson_files import FIGURES, begun, figures, homes
from ..storage import folder, write
from .missed import watch
from .welcome import Welcome


def begin(lesson: str) -> Welcome:
    """Says which lesson the notebook in the current folder is, and brings the lesson's pictures if they are not beside
    it. A file that is there stays as it is. If something is missing, it prints what to do.

    Returns a card that says where you are, for the last line of a cell, which shows it."""
    here = Path.cwd()
    begun[here] = lesson
    watch()
    if homes(here)[lesson] == here and not (here / recorded.FOLDER).is_dir():
        print(f"This library has no lesson {lesson}: keep the notebook beside its folder `{recorded.FOLDER}`.")
    there = here / FIGURES
    pictures = {there / name: path for name, path in figures(lesson).items()}
    missing = [path for path in pictures if not os.path.lexists(path)]
    try:
        if missing:
            folder(there)
        for path in missing:
            write(path, pictures[path].read_bytes())
    except OSError as error:
        print(f"The lesson's pictures can't be brought here: {error.strerror or error}.")
        return Welcome(lesson, here)
    if not all(path.is_file() and cmp(path, pictures[path], shallow=False) for path in pictures):
        print(f"The folder `{FIGURES}` holds other pictures, perhaps those of another lesson: keep each notebook in a "
              "folder of its own.")
    return Welcome(lesson, here)
