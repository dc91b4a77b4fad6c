"""`autograder feedback`: makes the pages of a lesson that are out of date, and no others."""

from __future__ import annotations

import logging
from typing import Any

from nbgrader.apps import NbGrader
from nbgrader.converters import NbGraderException
from rich.console import Console

from autograder.classroom.counts import differing
from autograder.classroom.feedback_zip import feedback_zip
from autograder.classroom.nbgrader_course import course_app, lesson_in_gradebook
from autograder.classroom.nbgrader_plugin.converters import LessonFeedback
from autograder.terminal import say


class Pages(LessonFeedback):
    """nbgrader's converter, which also keeps lists of the pages that it made and of those that were up to date."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.made: list[str] = []
        self.current: list[str] = []

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Overrides nbgrader's method: returns whether this run makes the student's page."""
        make = super().init_destination(assignment_id, student_id)
        if not make and student_id not in self.coursedir.student_id_exclude.split(","):
            self.current.append(student_id)
        return make

    def run_post_convert_hook(self) -> None:
        """Overrides the method that nbgrader calls last for each submission."""
        super().run_post_convert_hook()
        self.made.append(self.at[1])


def feedback(lesson: str, platform: str | None, console: Console) -> int:
    """Makes the pages, and a zip of all of them for a platform. Returns the command's exit status. Raises ValueError if
    nobody is graded."""
    app = course_app(lesson)
    lesson_in_gradebook(app.coursedir, lesson)
    complete = make(app, console)
    for line in differing(app.coursedir, lesson):
        say(console, line)
    if platform:
        feedback_zip(app, lesson, platform, console)
    return int(not complete)


def make(app: NbGrader, console: Console) -> bool:
    """Makes the pages that are out of date. Returns whether every page is there."""
    app.log.setLevel(logging.ERROR)  # of a page that is made, nbgrader says what it copies and converts
    pages = Pages(coursedir=app.coursedir, parent=app)
    complete = True
    try:
        pages.start()
    except NbGraderException as error:
        if not pages.made and not pages.current:
            raise ValueError(str(error)) from error
        complete = False
    folder = app.coursedir.format_path(app.coursedir.feedback_directory, "*", app.coursedir.assignment_id)
    say(console, f"{folder}: {len(pages.made)} made, {len(pages.current)} up to date")
    if pages.made:
        say(console, f"Made: {', '.join(pages.made)}")
    if not complete:
        console.print("Not all pages could be made: see above. If one could not, the student keeps the earlier page.")
    return complete
