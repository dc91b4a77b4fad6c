"""The runs of the capstone (lesson 10): the questions of a task, drawn once, and the answers of a trained TaskNet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

import torch
from torch import Tensor, nn

from ...networks.training import Results
from .five_tasks import TASKS, Questions, questions, right

TRAIN_SEED, TEST_SEED, TESTED = 1, 2, 400
SOLVED = 90.0  # a run with at least this score, in %, has solved its task; runs that found half a rule score less
MakeModule = Callable[[int], nn.Module]


@cache
def train_questions(task: str) -> Questions:
    """Returns the pictures from which the networks learn, always the same."""
    return questions(task, TASKS[task].pictures, seed=TRAIN_SEED)


@cache
def test_questions(task: str) -> Questions:
    """Returns 400 new pictures, always the same."""
    return questions(task, TESTED, seed=TEST_SEED)


def answers(net: nn.Module, pictures: Tensor) -> Tensor:
    """Returns a network's scores, (n, classes, 12, 12), without gradients."""
    with torch.no_grad():
        return net(pictures)


def score(net: nn.Module, task: str) -> float:
    """Returns the share of right answers to the questions in 400 new pictures, in per cent."""
    new = test_questions(task)
    return right(answers(net, new.pictures), new.answers)


def means(results: Results, names: Iterable[str]) -> dict[str, float]:
    """Returns the mean score for each name, such as "SE, far" for an arm and a task. Arms that have not run are left
    out, and one printed line names them."""
    pairs = {name: name.rsplit(", ", 1) for name in names}
    if absent := dict.fromkeys(arm for arm, _ in pairs.values() if arm not in results.arms):
        print(f"Left out, as you have not solved or trained them: {', '.join(absent)}.")
    return {name: results.mean(arm, task) for name, (arm, task) in pairs.items() if arm in results.arms}


def with_means(results: Results, predicted: Mapping[str, float | None]) -> tuple[dict[str, float | None],
                                                                                 dict[str, float]]:
    """Returns the predictions for arms that have run, and their `means`, as `predict_then_run` takes them."""
    measured = means(results, predicted)
    return {name: predicted[name] for name in measured}, measured


def worst(results: Results, arm: str) -> float:
    """Returns the lowest of an arm's mean scores over its tasks."""
    return min(results.mean(arm, task) for task in results.measures)
