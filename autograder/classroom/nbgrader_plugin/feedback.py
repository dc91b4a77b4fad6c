"""Replaces nbgrader's feedback page, which shows the whole notebook from its first cell on, and needs files and
scripts beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode


class FeedbackPage(HTMLExporter):
    """Draws a graded notebook as autograder.classroom.feedback does. The steps of HTMLExporter limit what is drawn; its
    templates are not used."""

    parent: Any  # nbgrader's converter

    def from_notebook_node(  # type: ignore[override]  # as in nbconvert's own exporters, what comes out is a text
            self, nb: NotebookNode, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """Overrides nbconvert's method. Raises MissingEntry or ValueError.

        resources: nbgrader's resources, which name the submission.
        """
        from autograder.classroom.feedback.content import content  # imports the lessons
        from autograder.classroom.feedback.student_page import page

        nb, resources = super(TemplateExporter, self).from_notebook_node(nb, resources, **kw)
        return page(content(nb, resources["nbgrader"], self.parent.coursedir,
                            Path(resources["metadata"]["path"]))), resources
