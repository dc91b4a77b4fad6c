"""A folder that is made again is written beside the one that is there, and takes its place when all of it is written.

nbgrader removes the earlier folder first, and what it has written of the new one when that fails: then neither is
there. Here an attempt that fails, or is killed, leaves the earlier folder as it was, and a mark beside it that says so.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbgrader.converters import BaseConverter

# below the mark: what is being written, and what it replaces, for the moment of the exchange
FILES, BEFORE = "files", "before"


def mark_of(folder: Path) -> Path:
    """The folder that is there as long as `folder` is being made, and stays where that failed.
    nbgrader passes over hidden names."""
    return folder.with_name(f".{folder.name}.unfinished")


def begin(folder: Path) -> Path:
    """Where to write what is to take the place of `folder`. It does not exist yet;
    what an earlier attempt left is removed."""
    mark = mark_of(folder)
    if (mark / BEFORE).exists() and not folder.exists():  # killed in the middle of an exchange
        (mark / BEFORE).rename(folder)
    if mark.exists():
        shutil.rmtree(mark)
    mark.mkdir(parents=True)
    return mark / FILES


def finish(folder: Path) -> None:
    """Put what was written in the place of `folder`. Raises OSError."""
    mark = mark_of(folder)
    if folder.exists():
        folder.rename(mark / BEFORE)
    (mark / FILES).rename(folder)
    shutil.rmtree(mark)


def give_up(folder: Path) -> None:
    """Remove what was written, and the mark: `folder` is as it was."""
    shutil.rmtree(mark_of(folder), ignore_errors=True)


def write_beside(converter: type[BaseConverter]) -> None:
    """Make one of nbgrader's converters work like this. There is no setting for it. Its init_destination says `at`,
    before anything can fail, and `begin_submission`, where the submission is to be converted."""
    converter._format_dest, converter.run_post_convert_hook = format_dest, run_post_convert_hook


def at(converter: Any, assignment_id: str, student_id: str) -> Path:
    """The converter has come to this submission: what it now writes, or removes when it fails, lies beside the
    folder returned."""
    converter.at = assignment_id, student_id
    return place_of(converter, assignment_id, student_id)


def place_of(converter: Any, assignment_id: str, student_id: str) -> Path:
    """The folder of a submission that is finished."""
    return Path(BaseConverter._format_dest(converter, assignment_id, student_id))


def begin_submission(converter: Any) -> None:
    """Of single notebooks, what else lies in the earlier folder is taken along."""
    folder = place_of(converter, *converter.at)
    files = begin(folder)
    if converter.coursedir.notebook_id != "*" and folder.exists():
        again = {Path(notebook).stem + converter.exporter.file_extension for notebook in converter.notebooks}
        shutil.copytree(folder, files, ignore=lambda _, names: again & {*names})


def format_dest(self: Any, assignment_id: str, student_id: str, escape: bool = False) -> str:
    """In the place of nbgrader's method: where the submission that the converter has come to is written."""
    folder = BaseConverter._format_dest(self, assignment_id, student_id, escape)
    return str(mark_of(Path(folder)) / FILES) if getattr(self, "at", None) == (assignment_id, student_id) else folder


def run_post_convert_hook(self: Any) -> None:
    """In the place of nbgrader's method, the last for a submission: everything is written, and the hook finds it in
    its place."""
    finish(place_of(self, *self.at))
    BaseConverter.run_post_convert_hook(self)
