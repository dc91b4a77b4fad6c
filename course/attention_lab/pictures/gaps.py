"""Says in words what an experiment's numbers show: whether one arm is ahead of another by more than luck, and by enough
to matter.

Luck is judged by Welch's t-test, corrected by Holm's method for all comparisons that are printed together. The
intervals are corrected in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from ..networks.welch import LEVEL, Difference, Test, together, welch, without_interval

if TYPE_CHECKING:
    from ..networks.training import Results

NOTE = ("(A gap is more than luck if two equal arms would show one this large in at most 5 % of such experiments.\n"
        " Welch's t-test decides this, corrected for the number of lines.\n"
        " The brackets hold the true gap in at least 95 of 100 such experiments, corrected in the same way.\n"
        " So 0 lies outside the brackets exactly if a gap is more than luck.)")


def compared(results: Results, comparisons: Iterable[Sequence[str]]) -> list[Difference]:
    """Returns the `Difference` for each comparison, which is (arm, control) or (arm, control, measure). p and interval
    are corrected for all comparisons (`together`).

    If an arm has fewer than two finished runs, its gap may be luck, whatever its size: p is 1 and the interval is nan.

    Raises KeyError for an unknown arm or measure.
    """
    return together([tested(results, *comparison) for comparison in comparisons])


def tested(results: Results, arm: str, control: str, measure: str | None = None) -> Test:
    """Returns the test of one comparison, for `together`; see `compared`."""
    first, second = results.scores(arm, measure), results.scores(control, measure)
    if min(len(first), len(second)) < 2:
        return without_interval(results.mean(arm, measure) - results.mean(control, measure), 1.0)
    return partial(welch, first, second)


def verdicts(results: Results, *comparisons: Sequence[str], matters: float = 5, unit: str = "points") -> list[str]:
    """Says, in a sentence for each comparison, whether the arm is clearly ahead of its control: by more than luck and
    by more than `matters`.

    comparisons: (arm, control), or (arm, control, measure).
    matters: the smallest gap that matters, in the score's unit.
    unit: the score's unit.

    Raises KeyError as `compared` does.
    """
    said = []
    for (arm, control, *measure), difference in zip(comparisons, compared(results, comparisons), strict=True):
        clearly = "clearly" if difference.p < LEVEL and difference.gap > matters else "not clearly"
        said.append(f"{_where(measure)}'{arm}' is {clearly} ahead of '{control}' ({_numbers(difference, unit)})")
    return said


def print_verdicts(results: Results, *comparisons: Sequence[str], matters: float = 5, unit: str = "points") -> None:
    """Prints the `verdicts`, and below them a note that explains them."""
    print(*verdicts(results, *comparisons, matters=matters, unit=unit), NOTE, sep="\n")


def print_gaps(results: Results, pairs: Sequence[Sequence[str]], *, matters: float, unit: str = "points") -> None:
    """Prints a line for each pair of arms: how far the first is ahead of the second, whether that may be luck, and
    whether it matters.

    pairs: (arm, control), or (arm, control, measure) if the runs have several measures.
    matters: the smallest gap that matters, in the score's unit.
    unit: the score's unit.

    Raises KeyError as `compared` does.
    """
    for (arm, control, *measure), difference in zip(pairs, compared(results, pairs), strict=True):
        luck = "more than luck" if difference.p < LEVEL else "may be luck"
        print(f"{_where(measure)}'{arm}' against '{control}': {_numbers(difference, unit)}, {luck}, "
              f"{_matter(difference, matters)}")
    print(NOTE)


def _matter(difference: Difference, matters: float) -> str:
    """Says whether a gap matters. If it may be luck, we may say that it does not matter only if its interval is too
    narrow to hold a gap that matters."""
    if abs(difference.gap) > matters:
        return "enough to matter"
    if difference.p >= LEVEL and not all(abs(end) <= matters for end in difference.interval):
        return "and these runs cannot tell whether it matters"
    return "too little to matter"


def _where(measure: Sequence[str]) -> str:
    return f"{measure[0]}: " if measure else ""


def _numbers(difference: Difference, unit: str) -> str:
    """Formats a gap and its interval, such as +44.1 points [+40.2, +48.0]."""
    gap, low, high = (f"{round(number, 1) + 0:+.1f}" for number in (difference.gap, *difference.interval))
    return f"{gap} {unit}" + ("" if math.isnan(difference.interval[0]) else f" [{low}, {high}]")
