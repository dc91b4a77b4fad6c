"""nbgrader's converters as they are for lessons of ours, with settings of their own. nbgrader's take their place for
every other assignment: see replaced.py."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from nbgrader.converters import Autograde, BaseConverter, GenerateAssignment, GenerateFeedback
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from autograder.classroom.nbgrader_plugin import (
    copy_files,
    exporter,
    gradable,
    graded,
    made_from,
    settings,
    student_folders,
    unfinished,
)

# In these sections an instructor says how assignments of their own are written and run; our lessons are not.
THEIRS = {"ClearSolutions", "ClearHiddenTests", "ClearMarkScheme", "Execute", "IgnorePattern", "LimitOutput"}


class _OfLesson(BaseConverter):
    init_notebooks = student_folders.init_notebooks

    def __init__(self, **options: Any):
        super().__init__(**options)
        kept = {section: values for section, values in self.config.items() if section not in THEIRS}
        self.set_trait("config", Config(kept))
        self.update_config(settings())


class _OfLearners(_OfLesson):
    """What learners handed in is copied with care, and a result takes the place of an earlier one when it is whole."""

    init_assignment = copy_files.init_assignment
    _format_dest = unfinished.format_dest
    run_post_convert_hook = unfinished.run_post_convert_hook


class _Unsaid(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("No submitted file")


class LessonAssignment(GenerateAssignment, _OfLesson):
    init_notebooks = gradable.init_notebooks
    init_assignment = gradable.init_assignment


class LessonAutograde(Autograde, _OfLearners):
    init_notebooks = exporter.init_notebooks

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Overrides nbgrader's method. It calls a file missing that has another name, where the exporter says what is
        missing; and SQLAlchemy warns of the order in which it makes a submission's rows."""
        unsaid = _Unsaid()
        self.log.addFilter(unsaid)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", SAWarning)
                super().init_assignment(assignment_id, student_id)
        finally:
            self.log.removeFilter(unsaid)

    init_destination = graded.init_destination
    convert_single_notebook = exporter.convert_single_notebook


class LessonFeedback(GenerateFeedback, _OfLearners):
    init_destination = made_from.init_destination
    write_single_notebook = made_from.write_single_notebook
