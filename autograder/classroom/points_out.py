"""`autograder export`: a lesson's points as a learning platform imports them, and who handed in nothing."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, Student, SubmittedAssignment
from rich.console import Console
from rich.text import Text

from autograder.classroom.course import course_app, held
from autograder.judge import private
from autograder.outward import in_cell, on_terminal
from autograder.submission.notebook import ReleasedLesson

FOLDER = "work/export"  # below the course's folder


@dataclass(frozen=True)
class Points:
    """One student's points for a lesson, marks by hand included. penalty: for lateness; total: what is left, never below 0."""

    student: Student
    exercises: list[float]
    penalty: float
    total: float


def export(lesson: str, platform: str, console: Console) -> int:
    """Write the file for a platform of PLATFORMS, say where it is and who is not in it. The command's exit status.

    Raises ValueError where there is no such lesson, or the gradebook does not hold it.
    """
    coursedir = course_app(lesson).coursedir
    known = held(coursedir, lesson)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        points = [_points(submission, known) for submission in gradebook.assignment_submissions(lesson)]
        points.sort(key=lambda each: each.student.id)
        without = sorted({student.id for student in gradebook.students} - {each.student.id for each in points})
        path = Path(coursedir.root) / FOLDER / f"{lesson}-{platform}.csv"
        with private.replacing(path) as beside, open(beside, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([in_cell(value) for value in row] for row in PLATFORMS[platform](known, points))
    console.print(Text(on_terminal(f"{path}: {len(points)} students")), soft_wrap=True)
    waiting = [student for student in without if Path(coursedir.format_path(coursedir.submitted_directory, student, lesson)).is_dir()]
    for why, students in (("they handed in nothing", sorted({*without} - {*waiting})), ("they are not graded yet", waiting)):
        if students:
            console.print(Text(on_terminal(f"Not in it, because {why}: {', '.join(students)}")), soft_wrap=True)
    return 0


def _points(submission: SubmittedAssignment, lesson: ReleasedLesson) -> Points:
    scores = {grade.name: grade.score for each in submission.notebooks for grade in each.grades}
    penalty = submission.late_submission_penalty or 0.0
    return Points(submission.student, [scores.get(slot.check_id, 0.0) for slot in lesson.exercises], penalty,
                  max(0.0, submission.score - penalty))


def canvas(lesson: ReleasedLesson, points: list[Points]) -> list[list[Any]]:
    """As Canvas's gradebook exports and imports it: what a student is known by, then a column for each assignment.

    Canvas takes the number that its own file names hold as `ID`; any other id is looked up as SIS user id and as login.
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", lesson.name, *_columns(lesson)]
    most = [slot.points for slot in lesson.exercises]
    rows: list[list[Any]] = [header, ["    Points Possible", "", "", "", "", sum(most), *most]]
    for each in points:
        name, id_ = f"{each.student.last_name or ''}, {each.student.first_name or ''}".strip(", "), each.student.id
        rows.append([name, id_ if id_.isdigit() else "", id_, id_, "", each.total, *each.exercises])
    return rows


def moodle(lesson: ReleasedLesson, points: list[Points]) -> list[list[Any]]:
    """For both ways into Moodle: the grading worksheet of an assignment looks for `Identifier`, `Grade` and `Last modified (grade)` and
    passes over the rest; the gradebook's CSV import asks what each column is."""
    header = ["Identifier", "Student ID", "Full name", "Email address", "Grade", "Last modified (grade)", *_columns(lesson), "Late penalty"]
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return [header, *(
        [f"Participant {each.student.id}", each.student.id, f"{each.student.first_name or ''} {each.student.last_name or ''}".strip(),
         each.student.email or "", each.total, now, *each.exercises, each.penalty] for each in points)]


def _columns(lesson: ReleasedLesson) -> list[str]:
    return [f"{lesson.name}: {slot.name}" for slot in lesson.exercises]


PLATFORMS: dict[str, Callable[[ReleasedLesson, list[Points]], list[list[Any]]]] = {"canvas": canvas, "moodle": moodle}
