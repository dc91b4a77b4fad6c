"""When a folder is made again, writes the new one beside the existing one. The new folder takes the place of the
existing one when it is complete.

nbgrader removes the earlier folder first. If writing the new one fails, it removes that too, and both are lost. Here an
attempt that fails or is killed leaves the earlier folder as it was. A mark beside it says that the attempt was not
finished. A converter's init_destination calls `at` before anything can fail, and `begin_submission` when it is clear
that the submission will be converted.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbgrader.converters import BaseConverter

# below the mark: what is being written, and what it replaces, for the moment of the exchange
FILES, BEFORE = "files", "before"


def mark_of(folder: Path) -> Path:
    """Returns the folder that exists while `folder` is being made, and that stays if making it fails. nbgrader ignores
    hidden names."""
    return folder.with_name(f".{folder.name}.unfinished")


def begin(folder: Path) -> Path:
    """Returns the path at which the new content of `folder` is to be written. It does not exist yet, because the
    remains of an earlier attempt are removed."""
    mark = mark_of(folder)
    if (mark / BEFORE).exists() and not folder.exists():  # killed in the middle of an exchange
        (mark / BEFORE).rename(folder)
    if mark.exists():
        shutil.rmtree(mark)
    mark.mkdir(parents=True)
    return mark / FILES


def finish(folder: Path) -> None:
    """Replaces `folder` by what was written beside it. Raises OSError."""
    mark = mark_of(folder)
    if folder.exists():
        folder.rename(mark / BEFORE)
    (mark / FILES).rename(folder)
    shutil.rmtree(mark)


def give_up(folder: Path) -> None:
    """Removes what was written, and the mark. So `folder` is as it was before."""
    shutil.rmtree(mark_of(folder), ignore_errors=True)


def at(converter: Any, assignment_id: str, student_id: str) -> Path:
    """Says that the converter has come to this submission. From now on, it writes beside the folder that is returned.
    If it fails, it removes only files there."""
    converter.at = assignment_id, student_id
    return place_of(converter, assignment_id, student_id)


def place_of(converter: Any, assignment_id: str, student_id: str) -> Path:
    """Returns the folder that a finished submission has."""
    return Path(BaseConverter._format_dest(converter, assignment_id, student_id))


def begin_submission(converter: Any) -> None:
    """Prepares the new folder. If only single notebooks are converted, the other files of the earlier folder are copied
    into it."""
    folder = place_of(converter, *converter.at)
    files = begin(folder)
    if converter.coursedir.notebook_id != "*" and folder.exists():
        again = {Path(notebook).stem + converter.exporter.file_extension for notebook in converter.notebooks}
        shutil.copytree(folder, files, ignore=lambda _, names: again & {*names})


def format_dest(self: Any, assignment_id: str, student_id: str, escape: bool = False) -> str:
    """Overrides nbgrader's method: returns where the present submission is written."""
    folder = BaseConverter._format_dest(self, assignment_id, student_id, escape)
    return str(mark_of(Path(folder)) / FILES) if getattr(self, "at", None) == (assignment_id, student_id) else folder


def run_post_convert_hook(self: Any) -> None:
    """Overrides nbgrader's method, the last one for a submission. Everything is written by now, and is moved to its
    place before the hook runs."""
    finish(place_of(self, *self.at))
    BaseConverter.run_post_convert_hook(self)
