"""Computes how hard each exercise was for a class, and whether it tells students who understand the lesson from those
who don't."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import StatisticsError, correlation, mean

from autograder.insights.mistakes import NOTHING, OPEN, SOLVED, Answer

FEWEST = 10  # submissions for a correlation: of fewer it is chance
HARD, SELDOM_MISSED, TELLS_NOTHING, TELLS = 0.5, 0.9, 0.1, 0.3  # shares of the points, and correlations


@dataclass(frozen=True)
class Item:
    """One exercise.

    open: the students who did not start it, or handed in nothing that defines it.
    share: the share of its points that the class earned, 0 to 1.
    discrimination: the correlation of its points with those of the rest of the lesson. It is None if there are fewer
        than FEWEST submissions, or if everybody has the same points.
    """

    exercise: str
    points: float
    solved: int
    open: int
    handed_in: int
    share: float
    discrimination: float | None

    @property
    def advice(self) -> str:
        """A sentence that says what to do about the exercise."""
        if self.share >= SELDOM_MISSED:
            return "Nearly everybody solved it. There is nothing to do."
        if self.discrimination is not None and self.discrimination < TELLS_NOTHING:
            return (
                "Those who did well elsewhere did no better here. Read the wrong answers: is the text of the exercise"
                " clear?"
            )
        if self.share < HARD:
            return "Hard for this class. Take time for it."
        if self.discrimination is not None and self.discrimination >= TELLS:
            return "Some need help: those who lost points here lost them elsewhere too."
        return "Some need help."


def items(by_exercise: dict[str, list[Answer]]) -> list[Item]:
    """Returns one item for each exercise, in the order of the lesson.

    by_exercise: everybody's answers to each exercise, with the students always in the same order.
    """
    totals = [sum(answer.verdict.points for answer in own) for own in zip(*by_exercise.values())]
    found = []
    for name, given in by_exercise.items():
        points, most = [answer.verdict.points for answer in given], max((answer.verdict.max_points for answer in given),
                                                                        default=0.0)
        rest = [total - own for total, own in zip(totals, points)]
        found.append(Item(name, most, sum(answer.kind == SOLVED for answer in given),
                          sum(answer.kind in (OPEN, NOTHING) for answer in given),
                          len(given), mean(points) / most if points and most else 0.0, _correlation(points, rest)))
    return found


def _correlation(a: list[float], b: list[float]) -> float | None:
    if len(a) < FEWEST:
        return None
    try:
        return correlation(a, b)
    except StatisticsError:  # everybody has the same
        return None
