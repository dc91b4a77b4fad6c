"""The course in this folder, as nbgrader's configuration describes it."""

from __future__ import annotations

from pathlib import Path

from nbgrader.apps import AutogradeApp
from traitlets import TraitError


def course_app(lesson: str) -> AutogradeApp:
    """nbgrader's application for a lesson of the course in this folder. Raises ValueError where there is no course, or no such name."""
    if not Path("nbgrader_config.py").exists():
        raise ValueError("there is no nbgrader_config.py here: run this in the course's folder")
    app = AutogradeApp()
    app.initialize([])  # reads nbgrader_config.py as every nbgrader command does
    try:
        app.coursedir.assignment_id = lesson
    except TraitError as error:
        raise ValueError(str(error)) from error
    return app
