"""A student's mark for a lesson as the gradebook records it: the points of the checks, marks by hand, and the penalty
for lateness."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose

from nbgrader.api import Grade, SubmittedAssignment

from autograder.classroom.rules import Rules
from autograder.classroom.times import format_time


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
    def in_words(self) -> str:
        """The mark in words: 7 of 10, 3 taken off for being late."""
        parts = [f"{format_points(self.total)} of {format_points(self.most)}"]
        parts += [f"{format_points(self.unmarked)} not marked yet"] if self.unmarked else []
        parts += [f"{format_points(self.taken_off)} taken off for being late"] if self.taken_off else []
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


def why_late(submission: SubmittedAssignment, rules: Rules) -> str:
    """Returns a penalty with its arithmetic: 2 of 10 taken off for being late: handed in ..., due ..., 2 days begun at
    10 % of 10 points. It is empty if nothing is taken off."""
    mark, late = mark_of(submission), submission.total_seconds_late
    if not mark.taken_off:
        return ""
    taken = f"{format_points(mark.taken_off)} of {format_points(mark.most)} taken off for being late"
    if not late:  # as when a date was changed in formgrader, and the penalties were not computed again
        return taken
    by_rules = rules.penalty(mark.most, late)
    parts = [times_of(submission, rules)]
    if isclose(min(by_rules, mark.points), mark.taken_off, abs_tol=1e-6):  # else another rule took it off
        parts.append(rules.arithmetic(mark.most, late))
        parts += ["never more than the points earned"] if by_rules > mark.points else []
    return f"{taken}: {', '.join(parts)}"


def times_of(submission: SubmittedAssignment, rules: Rules) -> str:
    """Says when a submission was handed in and when it was due, as far as that is known."""
    times = (("handed in", submission.timestamp), ("due", submission.duedate))
    return ", ".join(f"{word} {format_time(when, rules.zone)}" for word, when in times if when)


def format_points(points: float) -> str:
    """Formats points as people write them, rounded to a hundredth: 2, 6.75."""
    return f"{round(points, 2):g}"
