"""`python -m benchmarks.lessons`: the processor time of a right submission of each lesson, by a warm judge.

Warm: the class's hidden questions are drawn and kept (the first run draws them, which takes seconds), and the process
that workers are forked from runs. The worker's share is what the submission's account is charged for;
forking and ending it, some 20 ms, is not in it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.lessons.course import ROOT
from autograder.submission.notebook import lessons

ROUNDS = 3


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time for one submission. worker: of all its workers."""

    judge: float
    worker: float

    @property
    def both(self) -> float:
        return self.judge + self.worker


def right(judge: Judge, lesson: str, rounds: int = ROUNDS) -> Cost:
    """The least that the solved notebook costs in some rounds, after one that does not count.
    Raises ValueError if it loses points."""
    solved = nbformat.read(ROOT / f"solutions/notebooks/{lesson}/{lesson}.ipynb", as_version=4)
    costs = []
    for _ in range(1 + rounds):
        began = time.process_time()
        result = judge.grade(solved, lesson)
        costs.append(Cost(time.process_time() - began, judge.sandboxes["cpu"].budget.cpu))
        if result.error or result.points < result.max_points:
            raise ValueError(f"the solved notebook of {lesson} has {result.points:g} of {result.max_points:g} points: "
                             f"{result.error}")
    return min(costs[1:], key=lambda cost: cost.both)


def main() -> None:
    table = Table("lesson", box=None, pad_edge=False, title="A right submission, seconds of processor time",
                  title_justify="left")
    for column in ("judge", "worker", "together"):
        table.add_column(column, justify="right")
    with Judge(Settings(device="cpu")) as judge:
        for lesson in lessons():
            cost = right(judge, lesson.name)
            table.add_row(lesson.name, *(f"{seconds:.2f}" for seconds in (cost.judge, cost.worker, cost.both)))
    Console(highlight=False).print(table)


if __name__ == "__main__":
    main()
