"""Finds out which of an exercise's hints is about what a report says: compares the catalogue with the page."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from autograder.lessons.catalogue import Catalogue
from builder import cells

HINT = re.compile(r"<details><summary>Hint (\d+): [^<]*</summary>(.*?)</details>", re.DOTALL)


def of_page(notebook: NotebookNode) -> dict[str, list[str]]:
    """Returns the texts of each exercise's hints, in order. Raises ValueError if hints are not numbered from 1."""
    found: dict[str, list[str]] = {}
    exercise = ""
    for cell in notebook.cells:
        if name := cells.exercise_of(cell):
            exercise = name
        elif exercise and cell.cell_type == "markdown":
            hints = HINT.findall(cell.source)
            if [int(number) for number, _ in hints] != list(range(1, len(hints) + 1)):
                raise ValueError(f"the hints of {exercise} are numbered {[number for number, _ in hints]}")
            found[exercise], exercise = [text for _, text in hints], ""
    return found


def belonging(told: dict[str, list[str]], catalogue: Catalogue) -> dict[str, dict[str, int]]:
    """Returns, for each exercise and mistake, or part of a headline, the number of the hint that is about it.

    told: the result of of_page.

    Raises ValueError for a hint that does not exist.
    """
    about = [(mistake.exercise, mistake.id, mistake.hint) for mistake in catalogue.mistakes if mistake.hint]
    about += [(exercise, part, hint) for exercise, hints in catalogue.hints.items() for part, hint in hints.items()]
    found: dict[str, dict[str, int]] = {exercise: {} for exercise in told}
    for exercise, what, hint in about:
        if hint > len(told.get(exercise, [])):
            raise ValueError(f"{what}: {exercise} has no hint {hint}")
        found[exercise][what] = hint
    return found
