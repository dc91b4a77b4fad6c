"""The capstone's runs: the questions of a task, drawn once, and what a trained TaskNet answers (lesson 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import torch
from torch import Tensor, nn

from ..networks.training import Results
from .five_tasks import TASKS, Questions, questions, right

TRAIN_SEED, TEST_SEED, TESTED = 1, 2, 400
SOLVED = 90.0  # % right from which a run has solved a task; between this and chance lie the runs that found half a rule
MakeModule = Callable[[int], nn.Module]


@cache
def train_questions(task: str) -> Questions:
    """The pictures that the networks learn from, always the same."""
    return questions(task, TASKS[task].pictures, seed=TRAIN_SEED)


@cache
def test_questions(task: str) -> Questions:
    """400 new pictures."""
    return questions(task, TESTED, seed=TEST_SEED)


def answers(net: nn.Module, pictures: Tensor) -> Tensor:
    """A network's scores, (n, classes, 12, 12), without gradients."""
    with torch.no_grad():
        return net(pictures)


def score(net: nn.Module, task: str) -> float:
    """Right answers to the questions in 400 new pictures, in per cent."""
    new = test_questions(task)
    return right(answers(net, new.pictures), new.answers)


def means(results: Results, names: Iterable[str]) -> dict[str, float]:
    """The mean score for each name, "SE, far" for an arm and a task; nan for an arm that has not run."""
    pairs = {name: name.rsplit(", ", 1) for name in names}
    return {name: results.mean(arm, task) if arm in results.arms else float("nan")
            for name, (arm, task) in pairs.items()}


def worst(results: Results, arm: str) -> float:
    """The lowest of an arm's mean scores over its tasks."""
    return min(results.mean(arm, task) for task in results.measures)
