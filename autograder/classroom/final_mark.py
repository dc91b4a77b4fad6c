"""A student's mark for a lesson as the gradebook records it: the points of the checks, marks by hand, and the penalty
for lateness."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import SubmittedAssignment

from attention_lab.checking.report import number


@dataclass(frozen=True)
class FinalMark:
    """The mark for a lesson.

    points: the points of the exercises, with marks by hand and extra credit.
    penalty: the points taken off for lateness.
    by_hand: whether the instructor changed anything.
    """

    points: float
    penalty: float
    most: float
    by_hand: bool = False

    @property
    def total(self) -> float:
        """The points that count, never below 0."""
        return max(0.0, self.points - self.penalty)

    @property
    def taken_off(self) -> float:
        return self.points - self.total

    @property
    def said(self) -> str:
        """The mark in words: 7 of 10, 3 taken off for being late."""
        parts = [f"{shown(self.total)} of {shown(self.most)}"]
        parts += [f"{shown(self.taken_off)} taken off for being late"] if self.taken_off else []
        return ", ".join([*parts, *(["marked by hand"] if self.by_hand else [])])


def mark_of(submission: SubmittedAssignment) -> FinalMark:
    """Returns the mark that the gradebook holds."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    by_hand = any(grade.manual_score is not None or grade.extra_credit for grade in grades)
    return FinalMark(submission.score, submission.late_submission_penalty or 0.0, submission.max_score, by_hand)


def shown(points: float) -> str:
    """Formats points as people write them, rounded to a hundredth: 2, 6.75."""
    return number(round(points, 2))
