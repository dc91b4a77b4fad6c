"""Writes the points of a graded notebook into the gradebook. A cell that got no mark gets none there."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.preprocessors import SaveAutoGrades

from autograder.classroom.nbgrader_plugin.graded import OPEN, RECORD


class SaveMarks(SaveAutoGrades):
    """Leaves the score of such a cell empty and marks it as "needs manual grade", with the reason as a comment.
    nbgrader itself gives full marks to a cell without a number."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Overrides nbgrader's method."""
        self.unmarked = nb.metadata.get(RECORD, {}).get(OPEN, {})
        return super().preprocess(nb, resources)

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_score(cell, resources)
        if (name := cell.metadata.nbgrader.grade_id) in self.unmarked:
            grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score, grade.needs_manual_grade = None, True
            self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict) -> None:
        super()._add_comment(cell, resources)
        if (name := cell.metadata.nbgrader.grade_id) in self.unmarked:
            comment = self.gradebook.find_comment(name, self.notebook_id, self.assignment_id, self.student_id)
            comment.auto_comment = self.unmarked[name]
            self.gradebook.db.commit()
