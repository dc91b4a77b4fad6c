"""What late work costs: by work/course.toml where that says so, or else by nbgrader's own plug-in.

In the place of nbgrader's AssignLatePenalties, which knows neither the class's rules nor, before the first grading, an
extension.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.classroom import rules
from autograder.classroom.rules import Rules


class LatePenalties(AssignLatePenalties):
    """Before the penalty is computed, a due date and an extension that the gradebook lacks are taken from the
    class's rules."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Raises ValueError for rules that can't be read, and where two files say what late work costs."""
        about = resources["nbgrader"]
        own = rules.read(Path(self.parent.parent.coursedir.root))
        self.by_rules = None
        if own:
            with Gradebook(about["db_url"]) as gradebook:
                submission = gradebook.find_submission(about["assignment"], about["student"])
                settle(own, submission)
                if own.percent_per_day is not None:
                    only_here(self)
                    self.by_rules = _ByRules(own, submission.max_score)
                gradebook.db.commit()
        return super().preprocess(nb, resources)

    def init_plugin(self) -> None:
        """nbgrader's method."""
        super().init_plugin()
        if self.by_rules:
            self.plugin_inst = self.by_rules


class _ByRules(BasePlugin):
    """nbgrader asks it about each notebook; a lesson has one."""

    def __init__(self, own: Rules, most: float):
        super().__init__()
        self.own, self.most = own, most

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """In points."""
        return self.own.penalty(self.most, total_seconds_late)


def settle(own: Rules, submission: SubmittedAssignment) -> None:
    """Set the due date and the extension of a submission where the gradebook has none. What it has otherwise stays."""
    lesson, student = submission.assignment, submission.student.id
    if lesson.duedate is None:
        lesson.duedate = own.due.get(lesson.name)
    if not submission.extension:
        submission.extension = own.extension(student, lesson.name)


def only_here(step: AssignLatePenalties) -> None:
    """Raises ValueError where the class's configuration has a rule for late work of its own, too."""
    if step.plugin_class is not LateSubmissionPlugin or LateSubmissionPlugin(parent=step).penalty_method != "none":
        raise ValueError(f"[late] in {rules.NAME} and work/nbgrader_config.py both say what late work costs: keep "
                         "one of them")
