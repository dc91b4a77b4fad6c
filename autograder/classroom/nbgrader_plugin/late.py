"""Computes the penalty for late work. It follows work/course.toml if that file has a rule, and nbgrader's own plug-in
otherwise.

It replaces nbgrader's AssignLatePenalties, which does not know the class's rules. Nor does it know extensions before
the first grading.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from autograder.classroom import rules
from autograder.classroom.class_files import SETTINGS
from autograder.classroom.nbgrader_plugin.hand_in_time import time_of
from autograder.classroom.rules import Rules


class LatePenalties(AssignLatePenalties):
    """Takes due dates and extensions that the gradebook lacks from the class's rules, before the penalty is computed.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Raises ValueError if the rules can't be read, or if two files say what late work costs."""
        about, coursedir = resources["nbgrader"], self.parent.parent.coursedir
        own = rules.read(Path(coursedir.root)) or Rules("")
        self.by_rules = None
        with Gradebook(about["db_url"]) as gradebook:
            submission = gradebook.find_submission(about["assignment"], about["student"])
            settle(own, submission, coursedir)
            if own.percent_per_day is not None:
                only_here(self)
                self.by_rules = _ByRules(own, submission.max_score)
            gradebook.db.commit()
        return super().preprocess(nb, resources)

    def init_plugin(self) -> None:
        """Overrides nbgrader's method."""
        super().init_plugin()
        if self.by_rules:
            self.plugin_inst = self.by_rules


class _ByRules(BasePlugin):
    """Computes the penalty by the class's rules. nbgrader asks about each notebook; a lesson has only one."""

    def __init__(self, own: Rules, most: float):
        super().__init__()
        self.own, self.most = own, most

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        """Returns the penalty in points."""
        return self.own.penalty(self.most, total_seconds_late)


def settle(own: Rules, submission: SubmittedAssignment, coursedir: CourseDirectory) -> None:
    """Sets the due date and the extension of a submission if the gradebook has none, and the time when it was handed
    in. Other dates in the gradebook stay."""
    lesson, student = submission.assignment, submission.student.id
    folder = Path(coursedir.format_path(coursedir.submitted_directory, student, lesson.name))
    submission.timestamp = time_of(submission, folder, own.zone)
    if lesson.duedate is None:
        lesson.duedate = own.due.get(lesson.name)
    if not submission.extension:
        submission.extension = own.extension(student, lesson.name)


def only_here(step: AssignLatePenalties) -> None:
    """Raises ValueError if the class's configuration has a rule for late work of its own as well."""
    if step.plugin_class is not LateSubmissionPlugin or LateSubmissionPlugin(parent=step).penalty_method != "none":
        raise ValueError(f"[late] in {rules.NAME} and {SETTINGS} both say what late work costs: keep one of them")
