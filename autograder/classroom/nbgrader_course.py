"""The course in this folder, as nbgrader's configuration describes it."""

from __future__ import annotations

import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from traitlets import TraitError

from autograder.outward import command
from autograder.submission import notebook
from autograder.submission.notebook import ReleasedLesson


def course_app(lesson: str) -> AutogradeApp:
    """Returns nbgrader's application for a lesson of the course in this folder. Raises ValueError if there is no course
    here, or no lesson of this name."""
    if not Path("nbgrader_config.py").exists():
        raise ValueError("there is no nbgrader_config.py here: run this in the course's folder")
    app, before = AutogradeApp(), list(sys.path)
    app.initialize([])  # reads nbgrader_config.py as every nbgrader command does
    # That file puts its own clone first, which may be another version than the one that runs.
    sys.path[:] = [*before, *(path for path in sys.path if path not in before)]
    try:
        app.coursedir.assignment_id = lesson
    except TraitError as error:
        raise ValueError(str(error)) from error
    return app


def lesson_in_gradebook(coursedir: CourseDirectory, lesson: str) -> ReleasedLesson:
    """Returns a lesson that is in the gradebook. Raises ValueError if there is no such lesson, or if the gradebook does
    not hold it."""
    known = notebook.lesson(lesson)
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            gradebook.find_assignment(lesson)
        except MissingEntry:
            release = command("nbgrader", "generate_assignment", lesson)
            raise ValueError(f"{lesson} is not in the gradebook: run {release} first") from None
    return known
