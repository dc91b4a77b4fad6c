"""What an experiment's numbers say in words: is one arm ahead of another by more than luck, and by enough to matter?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..networks.training import Results

MORE_THAN_LUCK = 2  # standard errors of the difference


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
