"""A step of `nbgrader generate_assignment`: a repair is handed out with its mistake, and links lead to what lies beside
the notebook."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.lessons.pages import RELEASED, as_released


class HandOutRepairs(NbGraderPreprocessor):
    """Comes after ClearSolutions, which has taken the repaired code away."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict[str, Any],
                        index: int) -> tuple[NotebookNode, dict[str, Any]]:
        cell.source = as_released(cell.metadata.pop(RELEASED, cell.source))
        return cell, resources
