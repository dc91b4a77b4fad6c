"""Says in words what an experiment's numbers show: whether one arm is ahead of another by more than luck, and by enough
to matter.

Luck is judged by Welch's t-test, corrected by Holm's method for all comparisons that are shown together. The intervals
are corrected in the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from .welch import LEVEL, Difference, Test, together, welch, without_interval

if TYPE_CHECKING:
    from ..networks.training import Results

# a comparison: (arm, control), or (arm, control, measure) if the runs have several measures
Pair = Sequence[Any]


def compared(results: Results, comparisons: Iterable[Pair]) -> list[Difference]:
    """Returns the `Difference` for each comparison. p and interval are corrected for all comparisons (`together`).

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


class Verdict(NamedTuple):
    """A gap and its interval, in numbers; whether it is luck and whether it matters, in words; and whether it is clear:
    more than luck, and large enough to matter."""

    gap: str
    said: str
    clear: bool


def verdict(difference: Difference, matters: float) -> Verdict:
    """Says what a difference shows. matters: the smallest gap that matters.

    A gap that may be luck is called too small to matter only if its interval is too narrow to hold one that matters.
    """
    gap = _signed(difference.gap)
    if math.isnan(difference.gap):
        return Verdict("–", "no run of one arm finished", False)
    if math.isnan(difference.interval[0]):
        return Verdict(gap, "too few runs to tell", False)
    gap = f"{gap} ({' to '.join(map(_signed, difference.interval))})"
    if difference.p >= LEVEL:
        small = all(abs(end) <= matters for end in difference.interval)
        return Verdict(gap, "no gap that matters" if small else "may be luck", False)
    clear = abs(difference.gap) > matters
    return Verdict(gap, "more than luck" if clear else "too little to matter", clear)


class Gaps:
    """A table with a row for each comparison: the gap, its interval, and whether it may be luck."""

    def __init__(self, results: Results, pairs: Sequence[Pair], matters: float, unit: str):
        self.unit, self.rows = unit, [
            ("".join(f"{of}: " for of in measure) + f"{arm} against {control}", verdict(difference, matters))
            for (arm, control, *measure), difference in zip(pairs, compared(results, pairs), strict=True)]

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {gap} {self.unit}, {said}" for name, (gap, said, _) in self.rows)

    def _repr_html_(self) -> str:
        head = ('<tr><th></th><th colspan="2" style="text-align:left">'
                f"gap in {escape(self.unit)} (and where the true gap lies in 95 of 100 such experiments)</th></tr>")
        cells = [(escape(name), f"<b>{gap}</b>" if clear else gap, said) for name, (gap, said, clear) in self.rows]
        row = '<td style="text-align:left">'
        rows = "".join(f"<tr>{row}{f'</td>{row}'.join(each)}</td></tr>" for each in cells)
        return f"<table>{head}{rows}</table>"


def print_gaps(results: Results, pairs: Sequence[Pair], *, matters: float, unit: str = "points") -> None:
    """Displays how far the first arm of each pair is ahead of the second, and whether that may be luck.

    matters: the smallest gap that matters, in the score's unit.
    unit: the score's unit.

    Raises KeyError as `compared` does.
    """
    from IPython.display import display

    display(Gaps(results, pairs, matters, unit))


def _signed(number: float) -> str:
    return f"{round(number, 1) + 0:+.1f}".replace("-", "−")
