"""When somebody handed in: the line in timestamp.txt, which lies among their own files and may be anything."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.utils import parse_utc

from autograder.intake.files import beginning
from autograder.submission.parse import Unreadable

FILE = "timestamp.txt"
LONGEST = 100  # bytes of it that are read


def submitted_at(folder: str | Path) -> datetime | None:
    """The time in a folder's timestamp.txt, in UTC; None if there is no such file, or nothing in it. Raises ValueError if it holds
    something else, or is no plain file."""
    path = Path(folder, FILE)
    if not path.exists():
        return None
    try:
        said = beginning(path, LONGEST).decode(errors="replace").strip()
    except Unreadable as problem:
        raise ValueError(f"its {FILE} {problem}") from None
    try:
        return parse_utc(said) if said else None
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its {FILE} holds no time, but {said[:60]!r}") from error


def get_existing_timestamp(_coursedir: Any, folder: str) -> datetime | None:
    """Instead of the method of nbgrader's CourseDirectory, which reads whatever the file is, and wherever it leads."""
    return submitted_at(folder)


def get_submitted_timestamp(api: Any, assignment: str, student: str) -> datetime | None:
    """Instead of the method of nbgrader's API, from which formgrader makes its lists: one odd file does not stop the list."""
    try:
        return submitted_at(api.coursedir.format_path(api.coursedir.submitted_directory, student, assignment))
    except ValueError as problem:
        api.log.warning("%s: %s", student, problem)
        return None
