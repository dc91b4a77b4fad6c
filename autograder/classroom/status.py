"""`autograder status`: shows where a lesson stands, with a line for each student, from submission to feedback."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.utils import notebook_hash
from rich.console import Console
from rich.text import Text

from autograder.classroom.counts import differing
from autograder.classroom.each import Each
from autograder.classroom.final_mark import FinalMark, mark_of, why_late
from autograder.classroom.nbgrader_course import course_app, lesson_in_gradebook
from autograder.classroom.nbgrader_plugin.graded import FIRST, why_again
from autograder.classroom.nbgrader_plugin.hand_in_time import time_in, unread_in, unread_lines
from autograder.classroom.nbgrader_plugin.made_from import up_to_date
from autograder.classroom.nbgrader_plugin.released import secret_in
from autograder.classroom.nbgrader_plugin.student_folders import folders_by_student, misplaced
from autograder.classroom.rules import Rules, read
from autograder.classroom.times import as_iso, format_time, late_by
from autograder.insights.graded_work import half_read
from autograder.outward import count, on_terminal
from autograder.submission.notebook import ReleasedLesson
from autograder.terminal import say

NONE, CURRENT, STALE = "none", "up to date", "out of date"


@dataclass(frozen=True)
class Standing:
    """Where one student stands.

    due: the due date, with an extension.
    handed_in: when the work was handed in, if that is known.
    unread: why that can't be read, or empty.
    why_late: the penalty with its arithmetic, or empty.
    zone: the zone in which times are shown.
    why_not: why the work must still be graded, or graded again; None if it is graded.
    feedback, released: NONE, CURRENT or STALE, for the page and for its copy in the exchange.
    file: what the file is, if it could not be read as a whole; the text completes "The notebook ...".
    """

    student: str
    submitted: bool
    due: datetime | None
    handed_in: datetime | None
    unread: str
    zone: tzinfo
    why_late: str
    why_not: str | None
    mark: FinalMark | None
    feedback: str
    released: str
    file: str

    @property
    def cells(self) -> list[str]:
        """The texts of the student's line."""
        if not self.submitted:
            return [self.student, "nothing handed in", "", "", "", ""]
        when = (format_time(self.handed_in, self.zone) if self.handed_in else
                "handed in, time unread" if self.unread else "handed in")
        late = ", late" if late_by(self.handed_in, self.due) else ""
        graded = {None: "graded", FIRST: "not graded yet"}.get(self.why_not, f"to be graded again: {self.why_not}")
        feedback = "no feedback" if self.feedback == NONE else f"feedback {self.feedback}"
        released = {NONE: "not released", CURRENT: "released", STALE: "an older page is released"}[self.released]
        return [self.student, when + late, self.mark.in_words if self.mark else "no mark", graded, feedback, released]

    def as_json(self, lesson: str) -> dict[str, Any]:
        """Returns one line of `--json`. `points` are the points after the penalty. Without a mark, points and
        max_points are null."""
        mark = self.mark
        return {"student": self.student, "lesson": lesson, "submitted": self.submitted,
                "due": as_iso(self.due, self.zone), "handed_in": as_iso(self.handed_in, self.zone),
                "time_unread": self.unread or None,
                "graded": self.submitted and self.why_not is None,
                "why_not": self.why_not, "points": mark.total if mark else None,
                "max_points": mark.most if mark else None,
                "unmarked": mark.unmarked if mark else None,
                "penalty": mark.penalty if mark else None, "by_hand": bool(mark and mark.by_hand),
                "feedback": self.feedback,
                "released": self.released, "file": self.file or None}


def status(lesson: str, console: Console) -> tuple[int, list[dict[str, Any]]]:
    """Shows everybody's line, and returns the command's exit status and the lines in the form of JSON. Raises
    ValueError if the gradebook does not hold the lesson."""
    app, each_student = course_app(lesson), Each()
    app.log.setLevel(logging.ERROR)
    rows = standings(app, lesson_in_gradebook(app.coursedir, lesson), each_student)
    say(console, _dates(rows))
    widths = [max(map(len, column)) for column in zip(*(map(on_terminal, each.cells) for each in rows))]
    for each in rows:
        line = "  ".join(on_terminal(cell).ljust(width) for cell, width in zip(each.cells, widths))
        console.print(Text(line.rstrip()), soft_wrap=True)
    say(console, _summary(rows))
    for line in [*differing(app.coursedir, lesson), *(f"{each.student}: the notebook {each.file}" for each in rows
                                                      if each.file), *_late(rows), *misplaced(app.coursedir, lesson)]:
        say(console, line)
    return each_student.end(console), [each.as_json(lesson) for each in rows]


def standings(app: NbGrader, known: ReleasedLesson, each_student: Each) -> list[Standing]:
    """Returns where each student stands, by id: everybody whom the gradebook knows, or who handed something in, and
    whose record can be shown."""
    coursedir, lesson = app.coursedir, known.name
    autograde, feedback = (step(coursedir=coursedir, parent=app) for step in (Autograde, GenerateFeedback))
    rules = read(Path(coursedir.root)) or Rules("")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        students = {student.id for student in gradebook.students}
    students |= folders_by_student(coursedir, coursedir.submitted_directory, lesson).keys()
    excluded = coursedir.student_id_exclude.split(",")
    files = half_read(coursedir, known)
    rows = []
    for student in sorted(students - {*excluded}):
        with each_student.student(student):
            standing = _standing(autograde, feedback, rules, student, files.get(student, ""))
            _ = standing.cells, standing.as_json(lesson)  # what can't be shown is this student's matter alone
            rows.append(standing)
    return rows


def _standing(autograde: Autograde, feedback: GenerateFeedback, rules: Rules, student: str,
              file: str) -> Standing:
    coursedir, lesson = autograde.coursedir, autograde.coursedir.assignment_id
    source = Path(autograde._format_source(lesson, student))
    unread = unread_in(source, rules.zone)
    handed_in, why = None if unread else time_in(source, rules.zone), ""
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        due, longer = gradebook.find_assignment(lesson).duedate or rules.due.get(lesson), None
        try:
            submission = gradebook.find_submission(lesson, student)
            mark, longer, why = mark_of(submission), submission.extension, why_late(submission, rules)
        except MissingEntry:
            mark = None
    due = due and due + (longer or rules.extension(student, lesson) or timedelta())  # as the next grading takes it
    current = up_to_date(feedback, lesson, student) if mark else None
    page = NONE if current is None else CURRENT if current else STALE
    return Standing(student, source.is_dir(), due, handed_in, unread, rules.zone, why,
                    why_again(autograde, student) if source.is_dir() else None, mark, page,
                    _release_state(feedback, lesson, student), file)


def _release_state(feedback: GenerateFeedback, lesson: str, student: str) -> str:
    """Returns the state of a student's page in the exchange.

    `nbgrader release_feedback` names its copy after the submission's secret, which `nbgrader submit` wrote. Work that
    was handed in by other ways has no secret.
    """
    folder = Path(feedback._format_dest(lesson, student))
    root = ExchangeReleaseFeedback(coursedir=feedback.coursedir, parent=feedback.parent).root
    try:
        name = f"{notebook_hash(secret=secret_in(folder), notebook_id=lesson)}.html"
        copy = Path(root, feedback.coursedir.course_id, "feedback", name).read_bytes()
        return CURRENT if copy == (folder / f"{lesson}.html").read_bytes() else STALE
    except (OSError, ValueError, AssertionError):  # nbgrader asserts that the secret is not empty
        return NONE


def _late(rows: list[Standing]) -> list[str]:
    """Returns lines about penalties, and about hand-in times that can't be read."""
    return [*(f"{each.student}: {each.why_late}" for each in rows if each.why_late),
            *unread_lines({each.student: each.unread for each in rows if each.unread})]


def _dates(rows: list[Standing]) -> str:
    """Says when the lesson is due, and which students have another due date."""
    dates = [(each.due, each.zone) for each in rows if each.due]
    if not dates:
        return "no due date"
    usual = Counter(dates).most_common(1)[0][0]
    return "; ".join([f"due {format_time(*usual)}", *(f"{each.student}: {format_time(each.due, each.zone)}"
                                                      for each in rows if each.due and each.due != usual[0])])


def _summary(rows: list[Standing]) -> str:
    graded = [each for each in rows if each.submitted and each.why_not is None]
    part = sum(bool(each.mark and each.mark.unmarked) for each in rows)
    return (f"{count(len(rows), 'student')}: {sum(each.submitted for each in rows)} handed in, {len(graded)} graded, "
            f"{f'{part} not marked completely, ' if part else ''}"
            f"{sum(each.feedback == CURRENT for each in rows)} with feedback that is up to date, "
            f"{sum(each.released == CURRENT for each in rows)} released")
