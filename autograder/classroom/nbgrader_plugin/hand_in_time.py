"""Reads when something was handed in, from a line in `timestamp.txt`. That file is among a stranger's files.

nbgrader opens it in four places. It follows links, reads it whatever its size, and guesses at a zone or a day that it
does not know. A time that can't be read for certain counts as none here, so that it costs nobody a penalty; `status`
and `grade` say so.
"""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from nbgrader import utils
from nbgrader.api import SubmittedAssignment
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.nbgrader_plugin.handed_in import NOT_THEIRS
from autograder.classroom.nbgrader_plugin.whose import is_ours
from autograder.classroom.rules import zone_of
from autograder.classroom.times import Unread, as_iso, late_by, utc_of
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.outward import on_terminal

LONGEST = 200  # bytes: a time has 30
# nbgrader's own
PARSE_UTC, EXISTING = utils.parse_utc, CourseDirectory.get_existing_timestamp
GET_ASSIGNMENT, SUBMITTED = NbGraderAPI.get_assignment, NbGraderAPI.get_submitted_timestamp
DUE, LATE = SubmittedAssignment.duedate, SubmittedAssignment.total_seconds_late


def time_text_in(folder: Path) -> str:
    """Returns what the file says; empty if there is none. Raises ValueError if it is no plain, short file."""
    try:
        data = read_plain(folder / NOT_THEIRS, LONGEST)
    except FileNotFoundError:
        return ""
    except TooMuch as much:
        raise ValueError(f"its {NOT_THEIRS} {much}") from much
    except OSError as error:
        raise ValueError(f"its {NOT_THEIRS} can't be read: {error.strerror or error}") from error
    return data.decode(json.detect_encoding(data), errors="replace").strip()  # Windows writes UTF-16 as well


def time_in(folder: Path, zone: tzinfo) -> datetime | None:
    """Returns the time in UTC; None if there is no such file, or if it is empty. A time without a zone is in `zone`.
    Raises ValueError if the file holds anything that can't be read for certain."""
    text = time_text_in(folder)
    try:
        return utc_of(text, zone) if text else None
    except ValueError as error:
        raise ValueError(f"its {NOT_THEIRS} says {error}") from error


def unread_in(folder: Path, zone: tzinfo) -> str:
    """Says why the time can't be read; empty if it can be, or if there is none."""
    try:
        time_in(folder, zone)
    except ValueError as error:
        return str(error)
    return ""


def unread_lines(unread: dict[str, str]) -> list[str]:
    """Returns lines that name the students whose times can't be read; none if there are none. unread: why, by student.
    """
    heading = "Counted as in time, because the hand-in time can't be read for certain:"
    return [heading, *(f"- {student}: {why}" for student, why in unread.items())] if unread else []


def time_of(submission: SubmittedAssignment, folder: Path, zone: tzinfo) -> datetime | None:
    """Returns the time of a submission, given its folder: none if that can't be read for certain, and the gradebook's
    if there is no file."""
    return None if unread_in(folder, zone) else time_in(folder, zone) or submission.timestamp


def get_existing_timestamp(self: Any, dest_path: str) -> datetime | None:
    """Replaces nbgrader's method."""
    return _existing(self, dest_path) if is_ours(self.assignment_id) else EXISTING(self, dest_path)


def _existing(coursedir: Any, dest_path: str) -> datetime | None:
    try:
        return time_in(Path(dest_path), zone_of(Path(coursedir.root)))
    except ValueError as unread:
        coursedir.log.warning("%s: %s", on_terminal(dest_path), on_terminal(unread))
        return None


def get_submitted_timestamp(self: Any, assignment_id: str, student_id: str) -> datetime | None:
    """Replaces nbgrader's method, for formgrader's lists."""
    if not is_ours(assignment_id):
        return SUBMITTED(self, assignment_id, student_id)
    return _existing(self.coursedir, self.coursedir.format_path(self.coursedir.submitted_directory, student_id,
                                                                assignment_id))


def parse_utc(text: Any) -> Any:
    """Replaces nbgrader's function, which takes the offset of a due date, such as -0800, for 800 seconds."""
    try:
        return utc_of(text, UTC) if isinstance(text, str) else PARSE_UTC(text)
    except Unread:
        return PARSE_UTC(text)  # such as a day alone


def get_assignment(self: Any, *which: Any, **named: Any) -> dict[str, Any] | None:
    """Replaces nbgrader's method, whose offset for formgrader's form is today's, and not that of the due date."""
    fields = GET_ASSIGNMENT(self, *which, **named)
    if not fields or not is_ours(fields["name"]):
        return fields
    with suppress(ValueError):  # a mistake in the class's rules, which ends no list of formgrader's
        if fields.get("duedate") and self.timezone == str(zone := zone_of(Path(self.coursedir.root))):
            due = datetime.fromisoformat(as_iso(datetime.fromisoformat(fields["duedate"]), zone) or "")
            fields |= {"duedate_notimezone": due.replace(tzinfo=None).isoformat(), "duedate_timezone": f"{due:%z}"}
    return fields


def _duedate(self: Any) -> datetime | None:
    """Replaces nbgrader's property, which fails if there is an extension of no date."""
    if not is_ours(self.assignment.name):
        return DUE.fget(self)
    due = self.assignment.duedate
    return due + self.extension if due and self.extension else due


def _total_seconds_late(self: Any) -> float:
    """Replaces nbgrader's property, which counts microseconds."""
    if not is_ours(self.assignment.name):
        return LATE.fget(self)
    return late_by(self.timestamp, self.duedate).total_seconds()


duedate, total_seconds_late = property(_duedate), property(_total_seconds_late)
