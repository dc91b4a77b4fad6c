"""Reads when something was handed in, from a line in `timestamp.txt`. That file is among a stranger's files.

nbgrader opens it in four places. It follows links, and reads it whatever its size. If the file holds no time, an error
ends nbgrader's command, or formgrader can't show its list of students.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from autograder.classroom.nbgrader_plugin.handed_in import NOT_THEIRS
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain

LONGEST = 200  # bytes: a time has 30
# A time zone may be "Europe/Berlin". If it looks like the path of a file, dateutil opens it, and waits for a pipe.
PATH = re.compile(r"(?<!\w)/|/(?!\w)")


def time_in(folder: Path) -> datetime | None:
    """Returns the time in UTC; None if there is no such file, or if it is empty. Raises ValueError if it holds
    something else."""
    try:
        said = read_plain(folder / NOT_THEIRS, LONGEST).decode(errors="replace").strip()
    except FileNotFoundError:
        return None
    except TooMuch as much:
        raise ValueError(f"its {NOT_THEIRS} {much}") from much
    except OSError as error:
        raise ValueError(f"its {NOT_THEIRS} can't be read: {error.strerror or error}") from error
    try:
        if PATH.search(said):
            raise ValueError(said)
        return parse_utc(said) if said else None
    except (ValueError, OverflowError, TypeError) as error:
        raise ValueError(f"its {NOT_THEIRS} holds no time, but {said[:60]!r}") from error


def get_existing_timestamp(self: Any, dest_path: str) -> datetime | None:
    """Replaces nbgrader's method. Raises ValueError."""
    return time_in(Path(dest_path))


def get_submitted_timestamp(self: Any, assignment_id: str, student_id: str) -> datetime | None:
    """Replaces nbgrader's method, for formgrader's lists. If the file holds no time, there is none; grading reports
    that."""
    try:
        return time_in(Path(self.coursedir.format_path(self.coursedir.submitted_directory, student_id, assignment_id)))
    except ValueError:
        return None


def read_times_within_bounds() -> None:
    """Replaces two methods of nbgrader, because there is no setting for this."""
    CourseDirectory.get_existing_timestamp = get_existing_timestamp
    NbGraderAPI.get_submitted_timestamp = get_submitted_timestamp
