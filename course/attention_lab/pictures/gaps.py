"""What an experiment's numbers say in words: is one arm ahead of another by more than luck, and by enough to matter?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..networks.training import Results

MORE_THAN_LUCK = 2  # standard errors of the difference


def clearly(results: Results, arm: str, control: str, measure: str | None = None, matters: float = 5) -> str:
    """ "clearly" if an arm is ahead of a control by more than luck and by more than `matters`, in the score's unit; else "not clearly".

    measure: the scores that are compared; the main one if it is None. Raises KeyError for an arm or a measure that there is not.
    """
    gap = results.mean(arm, measure) - results.mean(control, measure)
    return "clearly" if results.lead(arm, control, measure) > MORE_THAN_LUCK and gap > matters else "not clearly"


def verdict(results: Results, arm: str, control: str, measure: str | None = None) -> str:
    """Whether an arm is `clearly` ahead of a control by more than 5 points of %, in a sentence; raises as that does."""
    gap = results.mean(arm, measure) - results.mean(control, measure)
    where = f"{measure}: " if measure else ""
    return f"{where}'{arm}' is {clearly(results, arm, control, measure)} ahead of '{control}' ({gap:+.0f} points)"


def print_verdicts(results: Results, *comparisons: tuple[str, ...]) -> None:
    """Print a line for each (arm, control) or (arm, control, measure), as `verdict` has it."""
    for comparison in comparisons:
        print(verdict(results, *comparison))


def print_gaps(results: Results, pairs: Iterable[tuple[str, ...]], *, matters: float, unit: str = "points") -> None:
    """Print a line for each pair of arms: how far the first is from the second, whether that may be luck, and whether it matters.

    pairs: (arm, control), or (arm, control, measure) if the runs have several. matters: the smallest gap that does, in the score's unit.
    Raises KeyError for an arm or a measure that there is not.
    """
    for arm, control, *measure in pairs:
        gap, lead = results.mean(arm, *measure) - results.mean(control, *measure), results.lead(arm, control, *measure)
        luck = "more than luck" if abs(lead) > MORE_THAN_LUCK else "may be luck"
        matter = "enough to matter" if abs(gap) > matters else "too little to matter"
        where = f"{measure[0]}: " if measure else ""
        print(f"{where}'{arm}' is {round(gap, 1) + 0:+.1f} {unit} from '{control}': {luck}, {matter}")
