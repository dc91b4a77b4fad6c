"""Finds out which of an exercise's hints is about a known mistake, from solutions/<topic>/hints.toml, and compares that
file with the page and the catalogue."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from nbformat import NotebookNode

from autograder.lessons.declare import Mistake
from builder import cells

FILE = "hints.toml"
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


def belonging(folder: Path, told: dict[str, list[str]], catalogue: list[Mistake]) -> dict[str, dict[str, int]]:
    """Returns, for each exercise and mistake, the number of the hint that is about it.

    told: the result of of_page.
    catalogue: the topic's mistakes.

    Raises ValueError for a hint or a mistake that does not exist, and for a mistake with two hints.
    """
    found: dict[str, dict[str, int]] = {exercise: {} for exercise in told}
    if not (folder / FILE).exists():  # a lesson of one's own may have none
        return found
    for exercise, by_hint in tomllib.loads((folder / FILE).read_text(encoding="utf-8")).items():
        known = {mistake.id for mistake in catalogue if mistake.exercise == exercise}
        for number, names in by_hint.items():
            if int(number) > len(told.get(exercise, [])):
                raise ValueError(f"{folder / FILE}: {exercise} has no hint {number}")
            if wrong := [name for name in names if name not in known or name in found[exercise]]:
                raise ValueError(f"{folder / FILE}: {exercise} has no such mistake, or it has a hint already: "
                                 f"{', '.join(wrong)}")
            found[exercise] |= dict.fromkeys(names, int(number))
    return found
