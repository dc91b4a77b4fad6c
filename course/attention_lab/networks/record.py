"""The capstone's record: how many of the five tasks a network solves with one module, within a budget, in several runs.

    record(mine)     trains TaskNet with the modules that `mine(channels)` makes, on every task, with five seeds

A task is solved if at least four of its five runs answer 90 % of the questions correctly. A module that solves more
tasks is better. If two modules solve the same number of tasks, the one that carries fewer numbers is better.
`docs/records.md` has the rules and the best record so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape

import torch
import torch.nn.functional as F
from torch import nn

from ..short_errors import Unusable
from ..tasks.five_tasks import TASKS, WIDTH, TaskNet, questions, right
from ..tasks.task_scores import SOLVED, TESTED, answers
from .training import compare, train

BATCH, PEAK_RATE = 16, 0.01
MARK = "# record"  # how the record's cell begins
LONGEST = 6000  # characters of that cell, so that a person can read it
Make = Callable[[int], nn.Module]  # of the number of channels


@dataclass(frozen=True)
class Rules:
    """The rules of a record. Tests take tiny budgets.

    tasks: the names of the tasks.
    most: the largest number of numbers that a module may carry.
    seeds: the number of runs for each task.
    needed: how many of these runs must solve the task.
    share: the share of a task's pictures that are learned from, with one step for every 16 pictures.
    tested: the number of new pictures for the test.
    """

    tasks: tuple[str, ...] = tuple(TASKS)
    most: int = 1000
    seeds: int = 5
    needed: int = 4
    share: float = 1.0
    tested: int = TESTED

    def pictures(self, task: str) -> int:
        return max(BATCH, round(self.share * TASKS[task].pictures))

    def steps(self, task: str) -> int:
        return -(-self.pictures(task) // BATCH)


RULES = Rules()


@dataclass(frozen=True)
class Record:
    """A record.

    numbers: how many numbers the module carries.
    scores: for each task, the right answers of each run, in per cent.
    """

    numbers: int
    scores: Mapping[str, tuple[float, ...]]
    rules: Rules = field(default=RULES)

    @property
    def solved(self) -> list[str]:
        """The tasks that are solved in enough runs."""
        return [task for task, scores in self.scores.items()
                if sum(score >= SOLVED for score in scores) >= self.rules.needed]

    @property
    def rank(self) -> tuple[int, int]:
        """A key for sorting: the smaller it is, the better the record."""
        return -len(self.solved), self.numbers

    def __repr__(self) -> str:
        lines = [f"{'✓' if task in self.solved else '○'} {task:<8} {_runs(scores)}"
                 for task, scores in self.scores.items()]
        return "\n".join([*lines, self._summary()])

    def _repr_html_(self) -> str:
        rows = "".join(f"<tr><td>{'✓' if task in self.solved else '○'}</td><td>{escape(task)}</td>"
                       f"<td>{_runs(scores)}</td></tr>" for task, scores in self.scores.items())
        return f"<table>{rows}</table><p>{escape(self._summary())}</p>"

    def _summary(self) -> str:
        return (f"{len(self.solved)} of {len(self.scores)} tasks solved ({SOLVED:g} % right in at least "
                f"{self.rules.needed} of {self.rules.seeds} runs), with {self.numbers:,} numbers.")


def record(mine: Make, rules: Rules = RULES, draw: int = 0) -> Record:
    """Trains and tests a module within the rules, on every task with every seed, and returns its record.

    mine: takes the number of channels, and returns the module.
    draw: decides which pictures are drawn.

    Raises Unusable for a module that carries more numbers than the rules allow.
    """
    numbers = carried(mine(WIDTH))
    if numbers > rules.most:
        raise Unusable(too_many(numbers, rules))
    results = compare(["yours"], range(rules.seeds),
                      lambda arm, seed: {task: attempt(mine, task, seed, draw, rules) for task in rules.tasks})
    return Record(numbers, {task: tuple(results.scores("yours", task)) for task in rules.tasks}, rules)


def attempt(make: Make, task: str, seed: int, draw: int, rules: Rules = RULES) -> float:
    """Returns the right answers of one run on new pictures, in per cent. The pictures are new for each draw and seed.
    """
    torch.manual_seed(seed)
    module = make(WIDTH)
    shuffle(module, seed)
    torch.manual_seed(seed)  # however many random numbers the module has taken
    net = TaskNet(module, TASKS[task].classes)
    drawn = 2 * (draw + seed)
    train(net, *questions(task, rules.pictures(task), drawn), loss=F.cross_entropy, epochs=1, batch_size=BATCH,
          peak_rate=PEAK_RATE, seed=seed)
    new = questions(task, rules.tested, drawn + 1)
    return right(answers(net, new.pictures), new.answers)


def carried(module: nn.Module) -> int:
    """Counts the numbers that a module takes from one step to the next: its parameters, and its buffers, such as
    BatchNorm's means and variances."""
    return sum(each.numel() for each in [*module.parameters(), *module.buffers()])


def shuffle(module: nn.Module, seed: int) -> None:
    """Puts the numbers of each parameter into another order, so that nobody can begin with weights that were trained
    before. This does no harm to numbers that are all drawn in the same way, as torch's layers draw theirs."""
    order = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(parameter.flatten()[torch.randperm(parameter.numel(), generator=order)].view_as(parameter))


def too_many(numbers: int, rules: Rules) -> str:
    return f"The module carries {numbers:,} numbers (parameters and buffers); the rules allow {rules.most:,}."


def _runs(scores: tuple[float, ...]) -> str:
    return "  ".join(f"{score:5.1f}" for score in scores)
