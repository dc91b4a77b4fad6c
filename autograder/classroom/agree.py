"""`autograder course`: compares the class's own rules (work/course.toml) with the gradebook, and brings them into it.

Every change is made in one transaction. The command says what it changed, and keeps the changes only if it was told to.
So what it shows is exactly what it would apply.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.apps import NbGrader
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom import roster
from autograder.classroom.counts import wanted_in, weigh, weights_in, weights_of
from autograder.classroom.final_mark import FinalMark, format_points, mark_of, why_late
from autograder.classroom.nbgrader_course import course_app
from autograder.classroom.nbgrader_plugin.hand_in_time import time_of, unread_in
from autograder.classroom.nbgrader_plugin.late import LatePenalties, only_here
from autograder.classroom.nbgrader_plugin.whose import is_ours
from autograder.classroom.one_gradebook import OneGradebook
from autograder.classroom.rules import NAME, ONCE, Rules, read
from autograder.classroom.times import format_time
from autograder.lessons.course import document
from autograder.submission import notebook
from autograder.terminal import say

LEAST = 1e-9  # points; a smaller difference does not count
LOOK, APPLY, REPLACE = "look", "apply", "replace"


@dataclass
class Comparison:
    """The result of comparing the rules with the gradebook.

    changes: the changes that bring the rules into the gradebook.
    differences: the entries that differ from the rules. They stay as they are in the gradebook.
    """

    changes: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)


def course(how: str, console: Console) -> int:
    """Checks the rules, and shows them beside the gradebook. Returns the command's exit status: 0 if the two agree in
    the end, else 1.

    how: APPLY sets late penalties and everything that the gradebook lacks; REPLACE sets everything.

    Raises ValueError if the rules are wrong or missing.
    """
    app = course_app("course")
    app.log.setLevel(logging.ERROR)
    rules = rules_of(app)
    if rules is None:
        raise ValueError(f"there is no {NAME} yet: {document('docs/instructors/course.md')} has an example to "
                         "begin with")
    book = OneGradebook(app.coursedir.db_url, app.coursedir.course_id)
    with book.everywhere(), book.transaction():
        result = _agree(app, rules, book.gradebook, how == REPLACE)
        for line in _rule_lines(rules, book.gradebook):
            say(console, line)
        if how != LOOK:
            book.keep()
    for heading, lines in (("Set in the gradebook:" if how != LOOK else "To be set in the gradebook (--apply "
                                                                        "does it):", result.changes),
                           (f"Different in the gradebook, and not changed (--replace sets what {NAME} says):",
                            result.differences)):
        for line in [heading, *(f"- {line}" for line in lines)] if lines else []:
            say(console, line)
    if not result.changes and not result.differences:
        say(console, f"The gradebook agrees with {NAME}.")
    return int(bool(result.differences or (result.changes and how == LOOK)))


def rules_of(app: NbGrader) -> Rules | None:
    """Returns the rules of a course, after checking the names of lessons and students. Raises ValueError, as `read`
    does."""
    rules = read(Path(app.coursedir.root))
    enrolled = roster.read(Path(app.coursedir.root))
    if rules:
        with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
            rules.check_names({*(known.name for known in notebook.lessons()),
                               *(each.name for each in gradebook.assignments)},
                              {*(student.id for student in gradebook.students), *(enrolled.ids if enrolled else ())})
        for lesson in rules.exercises:
            weights_of(rules, lesson)
    return rules


def _agree(app: NbGrader, rules: Rules, gradebook: Gradebook, replace: bool) -> Comparison:
    result = Comparison()
    penalties = _penalties(app)
    if rules.percent_per_day is not None:
        only_here(penalties)
    for lesson in gradebook.assignments:
        wanted, there = rules.due.get(lesson.name), lesson.duedate
        if wanted and there != wanted:
            if there is None or replace:
                result.changes.append(f"{lesson.name} is due {_when(rules, wanted)}"
                                      + (f", not {_when(rules, there)}" if there else ""))
                lesson.duedate = wanted
            else:
                result.differences.append(f"{lesson.name} is due {_when(rules, there)} in the gradebook, and "
                                          f"{_when(rules, wanted)} in {NAME}")
    marks = _weigh(rules, gradebook, result)
    submissions = [each for lesson in gradebook.assignments if is_ours(lesson.name)  # others are nbgrader's own affair
                   for each in gradebook.assignment_submissions(lesson.name)]
    for submission in sorted(submissions, key=lambda each: (each.assignment.name, each.student.id)):
        _extend(rules, submission, replace, result)
        before = _penalty(submission)
        _hand_in(rules, submission, app.coursedir, result)
        if submission.total_seconds_late > 0 or before:
            at = {"assignment": submission.assignment.name, "student": submission.student.id,
                  "db_url": app.coursedir.db_url}
            for each in [each.name for each in submission.notebooks]:
                penalties.preprocess(new_notebook(), {"nbgrader": {**at, "notebook": each}})
            submission = gradebook.find_submission(at["assignment"], at["student"])
            after = _penalty(submission)
            if abs(after - before) > LEAST:
                why = why_late(submission, rules) or "nothing is taken off for being late"
                result.changes.append(f"{at['student']} in {at['assignment']}: {why}; it was {format_points(before)}")
    for (name, student), was in marks.items():
        mark = mark_of(gradebook.find_submission(name, student))
        if abs(mark.points - was.points) > LEAST or abs(mark.most - was.most) > LEAST:
            result.changes.append(f"{student} in {name}: {mark.in_words}; it was {was.in_words}")
    return result


def _weigh(rules: Rules, gradebook: Gradebook, result: Comparison) -> dict[tuple[str, str], FinalMark]:
    """Sets how much exercises count. Returns the marks before, by lesson and student, that may change by it."""
    marks: dict[tuple[str, str], FinalMark] = {}
    for lesson in sorted(each.name for each in gradebook.assignments):
        wanted, there = wanted_in(gradebook, rules, lesson), weights_in(gradebook, lesson)
        if wanted != there:
            marks |= {(lesson, each.student.id): mark_of(each)
                      for each in sorted(gradebook.assignment_submissions(lesson), key=lambda each: each.student.id)}
            names = {slot.check_id: slot.name for slot in notebook.lesson(lesson).exercises}
            result.changes += [f"{lesson}: {name} {wanted.get(cell, ONCE).in_words}" for cell, name in names.items()
                               if wanted.get(cell) != there.get(cell)]
            weigh(gradebook, lesson, wanted)
    return marks


def _extend(rules: Rules, submission: SubmittedAssignment, replace: bool, result: Comparison) -> None:
    who = f"{submission.student.id} in {submission.assignment.name}"
    wanted, there = rules.extension(submission.student.id, submission.assignment.name), submission.extension
    if (wanted or None) == (there or None):
        return
    if there and not replace:
        result.differences.append(f"{who} has {_days(there)} in the gradebook, and {_days(wanted)} in {NAME}")
        return
    result.changes.append(f"{who} has {_days(wanted)}" + (f", not {_days(there)}" if there else ""))
    submission.extension = wanted


def _hand_in(rules: Rules, submission: SubmittedAssignment, coursedir: CourseDirectory, result: Comparison) -> None:
    """Corrects a time that was read in another time zone, or that was written again."""
    folder = Path(coursedir.format_path(coursedir.submitted_directory, submission.student.id,
                                        submission.assignment.name))
    time, there = time_of(submission, folder, rules.zone), submission.timestamp
    if time != there:
        line = f"was handed in {_when(rules, time)}" if time else f"counts as in time: {unread_in(folder, rules.zone)}"
        result.changes.append(f"{submission.student.id} in {submission.assignment.name} {line}"
                              + (f"; the gradebook has {_when(rules, there)}" if there else ""))
        submission.timestamp = time


def _when(rules: Rules, when: datetime | None) -> str:
    return format_time(when, rules.zone) if when else "no due date"


def _days(longer: timedelta | None) -> str:
    days = longer / timedelta(days=1) if longer else 0
    return f"{days:g} day{'s' * (days != 1)} longer" if days else "no extension"


def _penalty(submission: SubmittedAssignment) -> float:
    return sum(each.late_submission_penalty or 0.0 for each in submission.notebooks)


def _penalties(app: NbGrader) -> LatePenalties:
    """Returns the step of grading that sets penalties, with the class's settings."""
    autograde = Autograde(coursedir=app.coursedir, parent=app)
    return LatePenalties(parent=autograde.exporter_class(parent=autograde, config=autograde.config))


def _rule_lines(rules: Rules, gradebook: Gradebook) -> list[str]:
    """Returns lines that show how the file was understood."""
    released = {lesson.name for lesson in gradebook.assignments}
    lines = []
    for name in sorted({*rules.due, *rules.weights}):
        line = f"{name}: {_when(rules, rules.due.get(name))}, weight {rules.weights.get(name, 1.0):g}"
        lines.append(line if name in released else f"{line}; not released yet")
    lines += [f"{student}: {_days(timedelta(days=days))} in every lesson"
              for student, days in sorted(rules.everywhere.items())]
    lines += [f"{student}: {_days(timedelta(days=days))} in {lesson}"
              for student, entries in sorted(rules.extensions.items())
              for lesson, days in sorted(entries.items())]
    lines += [f"{lesson}: {name} {weight.in_words}" for lesson, entries in sorted(rules.exercises.items())
              for name, weight in entries.items()]
    if rules.percent_per_day is not None:
        lines.append(f"Late work loses {rules.percent_per_day:g} % of a lesson's points for each day that has begun, "
                     f"and at most {rules.at_most_percent:g} %.")
    return lines
