"""What an experiment's numbers allow one to say about two of its arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..networks.training import Results

LUCK = 2  # standard errors: a smaller lead may be luck
MATTERS = 5  # points of %: a smaller gap does not matter in these tasks


def verdict(results: Results, arm: str, control: str, measure: str | None = None) -> str:
    """Whether an arm is clearly ahead of a control: by more than two standard errors, and by more than 5 points of %.

    measure: the scores that are compared, in %; the main one if it is None. Raises KeyError for an arm or a measure that there is not.
    """
    gap = results.mean(arm, measure) - results.mean(control, measure)
    clearly = "clearly" if results.lead(arm, control, measure) > LUCK and gap > MATTERS else "not clearly"
    where = f"{measure}: " if measure else ""
    return f"{where}'{arm}' is {clearly} ahead of '{control}' ({gap:+.0f} points)"


def print_verdicts(results: Results, *comparisons: tuple[str, ...]) -> None:
    """Print a line for each (arm, control) or (arm, control, measure), as `verdict` has it."""
    for comparison in comparisons:
        print(verdict(results, *comparison))
