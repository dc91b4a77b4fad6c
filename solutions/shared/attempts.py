"""Our own attempts at a lesson's challenge, measured by the cell that a learner runs, on the page or pasted from the
lab book: `python -m solutions.<topic>.challenge` prints them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from attention_lab.networks.training import compare
from attention_lab.notebook.challenge import Challenge
from autograder.lessons import pages

from .long_runs import LongRuns

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
MINE = re.compile(r"^mine = None.*\n", re.MULTILINE)  # what a learner replaces


class Attempts:
    """The challenge of one page. `page` has the page's names where its first experiment begins, and those of the
    cells `also`."""

    def __init__(self, page: Path, also: Iterable[str] = ()) -> None:
        """also: a line of each later cell that the challenge needs;
        such a cell is run up to its `compare(...)`, if it has one.

        Raises ValueError unless exactly one cell has the line, or unless one cell of the page or one block of the lab
        book beside it is a challenge.
        """
        self.page = LongRuns(page).page | {"compare": compare}
        sources = [cell.source for cell in pages.read(page).cells if cell.cell_type == "code"]
        book = page.with_name("lab_book.md")
        sources += BLOCK.findall(book.read_text(encoding="utf-8")) if book.exists() else []
        for line in also:
            exec(re.split(r"^\w+ = compare\(", _only(sources, line), flags=re.MULTILINE)[0], self.page)
        self._set_up, self._last = _only(sources, "\nchallenge(").rsplit("\nchallenge(", 1)
        if not MINE.search(self._set_up):
            raise ValueError(f"the challenge of {page} has no line `mine = None`")

    def try_all(self, attempts: Mapping[str, Callable[..., Any]]) -> None:
        """Print what the challenge's cell says of each attempt, by its name."""
        for name, mine in attempts.items():
            print(f"{name}\n{self.result(mine)}\n", flush=True)

    def result(self, mine: Callable[..., Any]) -> Challenge:
        self.page["mine"] = mine
        exec(MINE.sub("", self._set_up), self.page)
        return eval(f"challenge({self._last}", self.page)


def _only(sources: list[str], text: str) -> str:
    found = [source for source in sources if text in source]
    if len(found) != 1:
        raise ValueError(f"{len(found)} cells have {text!r}, not one")
    return found[0]
