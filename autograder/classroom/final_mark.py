"""A student's mark for a lesson as the gradebook records it: the points of the checks, marks by hand, and the penalty
for lateness."""

from __future__ import annotations

from dataclasses import dataclass

from nbgrader.api import Grade, SubmittedAssignment

from attention_lab.checking.report import number


@dataclass(frozen=True)
class FinalMark:
    """The mark for a lesson.

    points: the points of the exercises, with marks by hand and extra credit.
    penalty: the points taken off for lateness.
    by_hand: whether the instructor changed anything.
    unmarked: the points of what has no mark yet: written questions, and exercises that could not be judged.
    """

    points: float
    penalty: float
    most: float
    by_hand: bool = False
    unmarked: float = 0.0

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
        parts += [f"{shown(self.unmarked)} not marked yet"] if self.unmarked else []
        parts += [f"{shown(self.taken_off)} taken off for being late"] if self.taken_off else []
        return ", ".join([*parts, *(["marked by hand"] if self.by_hand else [])])


def mark_of(submission: SubmittedAssignment) -> FinalMark:
    """Returns the mark that the gradebook holds."""
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    by_hand = any(grade.manual_score is not None or grade.extra_credit for grade in grades)
    return FinalMark(submission.score, submission.late_submission_penalty or 0.0, submission.max_score, by_hand,
                     sum(grade.max_score for grade in grades if without_mark(grade)))


def without_mark(grade: Grade) -> bool:
    """Says whether nobody has marked a cell yet."""
    return grade.auto_score is None and grade.manual_score is None and grade.needs_manual_grade


def shown(points: float) -> str:
    """Formats points as people write them, rounded to a hundredth: 2, 6.75."""
    return number(round(points, 2))
