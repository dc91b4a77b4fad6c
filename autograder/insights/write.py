"""`autograder insights`: a lesson's page and table, below work/insights."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from rich.console import Console

from autograder.classroom.each import Each
from autograder.classroom.nbgrader_course import course_app
from autograder.insights import table
from autograder.insights.class_page import page
from autograder.insights.insights import insights
from autograder.judge import private
from autograder.outward import count
from autograder.submission import notebook
from autograder.terminal import say

FOLDER = "work/insights"  # below the course's folder


def write(lesson: str, names: bool, console: Console) -> int:
    """Writes the page and the table. Returns the command's exit status. Raises ValueError if there is no such lesson,
    or if none of its work is graded.

    names: True also says who made each mistake.
    """
    known = notebook.lesson(lesson)
    coursedir, each_student = course_app(lesson).coursedir, Each()
    found, folder = insights(coursedir, known, names, each_student), Path(coursedir.root) / FOLDER
    for path, make in ((folder / f"{lesson}.html",
                        lambda file: file.write_text(page(found, names, date.today()), encoding="utf-8")),
                       (folder / f"{lesson}.csv", lambda file: table.write(found, names, file))):
        with private.replacing(path) as beside:
            make(beside)
        say(console, path)
    for exhibit in found.shared or found.single:
        say(console, f"{exhibit.group.exercise}: {count(exhibit.group.lost, 'point')} lost by "
                     f"{len(exhibit.group.answers)} of {count(len(found.graded.works), 'student')}. "
                     f"{exhibit.group.sentence}")
    return each_student.end(console)
