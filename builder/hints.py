"""Finds out which of an exercise's hints is about a known mistake: compares the catalogue with the page."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.lessons.catalogue import Mistake
from builder import cells

HINT = re.compile(r"<details><summary>Hint (\d+): [^<]*</summary>(.*?)</details>", re.DOTALL)


def of_page(notebook: NotebookNode) -> dict[str, list[str]]:
    """Returns the texts of each exercise's hints, in order. Raises ValueError if hints are not numbered from 1."""
    found: dict[str, list[str]] = {}
    exercise = ""
    for cell in notebook.cells:
        if name := cells.checked(cell):
            exercise = name
        elif exercise and cell.cell_type == "markdown":
            hints = HINT.findall(cell.source)
            if [int(number) for number, _ in hints] != list(range(1, len(hints) + 1)):
                raise ValueError(f"the hints of {exercise} are numbered {[number for number, _ in hints]}")
            found[exercise], exercise = [text for _, text in hints], ""
    return found


def belonging(told: dict[str, list[str]], catalogue: Iterable[Mistake]) -> dict[str, dict[str, int]]:
    """Returns, for each exercise and mistake, the number of the hint that is about it.

    told: the result of of_page.
    catalogue: the topic's mistakes.

    Raises ValueError for a hint that does not exist.
    """
    found: dict[str, dict[str, int]] = {exercise: {} for exercise in told}
    for mistake in catalogue:
        if mistake.hint > len(told.get(mistake.exercise, [])):
            raise ValueError(f"{mistake.id}: {mistake.exercise} has no hint {mistake.hint}")
        if mistake.hint:
            found[mistake.exercise][mistake.id] = mistake.hint
    return found
