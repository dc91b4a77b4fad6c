"""The long runs behind a page's claims: the page's own arms and `run`, trained for longer and at other learning rates.

`solutions/<topic>/experiment.py` says which runs. Each is written to `experiment.md` beside it as soon as it is done,
and what stands there is not run again. If the page draws them, `longer.json` has those that it draws. All of them take
minutes, so no test repeats them.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch

from attention_lab.networks import training
from attention_lab.pictures import longer_runs
from autograder.lessons import pages
from autograder.lessons.runs import Row, Table, read, write

DRAWN = 5  # a page's figure has the runs with so many times the page's steps


class LongRuns:
    """The long runs of one lesson. `page` has the page's names where its experiment begins;
    add arms to `page["arms"]`."""

    def __init__(self, page: Path) -> None:
        """Run the page from its top to its first `compare_arms(...)`, without its checks.
        ValueError for a page that compares nothing."""
        self._longer, self._faster = 1, Fraction(1)
        self._librarys = training.train  # while a page sees ours under that name
        self.page = _names(page, self._train)

    def fill(self, file: Path, about: str, rows: Iterable[tuple[Row, Iterable[int]]],
             run: Callable[[str, int], float | Mapping[str, float]]) -> None:
        """Call run(arm, seed) for each seed of each row that the table in `file` does not have, and write the table
        after each. At the end, write `longer.json` beside it, if there is one."""
        table = read(file.read_text(encoding="utf-8")) if file.exists() else {}
        for row, seeds in rows:
            self.train_for(row.longer, row.faster)
            for seed in seeds:
                if seed in table.setdefault(row, {}):
                    continue
                with patch.object(training, "train", self._train):  # for a kit that asks its module for it
                    scores = training.compare_arms([row.arm], [seed], run).runs[row.arm, seed]
                table[row][seed] = " / ".join(f"{score:.1f}" for score in scores.values())
                file.write_text(f"{about}\n\n{write(table)}\n\ntorch {torch.__version__}, one thread.\n",
                                encoding="utf-8")
                print(row.arm, f"x {row.longer}", f"rate x {row.faster}", f"seed {seed}", table[row][seed], flush=True)
        if (drawing := file.with_name(longer_runs.FILE)).exists():
            drawing.write_text(drawn(table), encoding="utf-8")

    def train_for(self, longer: int, faster: Fraction) -> None:
        """From now on, the page's `train` takes so many times its steps, at so many times its peak rate."""
        self._longer, self._faster = longer, faster

    def _train(self, *arguments: Any, epochs: int, peak_rate: float, **others: Any) -> Any:
        return self._librarys(*arguments, epochs=self._longer * epochs,
                              peak_rate=float(self._faster * Fraction(peak_rate)), **others)


def drawn(table: Table) -> str:
    """Returns the first score of each run that a page's figure has, by arm, as JSON."""
    found = {row.arm: [float(score.split(" / ")[0]) for score in scores.values()]
             for row, scores in table.items() if row[1:] == (DRAWN, 1)}
    return json.dumps(found) + "\n"


class _ExperimentReached(Exception):
    pass


def _names(page: Path, train: Callable[..., Any]) -> dict[str, Any]:
    import matplotlib

    matplotlib.use("agg")

    def reached(*_: Any, **__: Any) -> None:
        raise _ExperimentReached

    names: dict[str, Any] = {}
    quiet = io.StringIO()
    with (patch.object(training, "train", train), patch.object(training, "compare_arms", reached),
          contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet)):
        for cell in pages.read(page).cells:
            if (
                cell.cell_type != "code"
                or "points" in cell.metadata
                or "nbval-ignore-output" in cell.metadata.get("tags", [])
            ):
                continue  # prose, checks, the map of the course
            try:
                exec(cell.source, names)
            except _ExperimentReached:
                return names
    raise ValueError(f"{page} never calls compare_arms(...)")
