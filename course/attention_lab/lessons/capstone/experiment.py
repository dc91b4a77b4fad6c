"""The page's experiment on the five tasks: it trains a small network with a module in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ...networks import training
from .five_tasks import TASKS, WIDTH, TaskNet
from .task_scores import MakeModule, score, train_questions


def on_tasks(arms: Mapping[str, MakeModule], tasks: Sequence[str]
             ) -> tuple[Callable[[str, int], dict[str, float]], dict[tuple[str, str], nn.Module]]:
    """Returns a `run` for `compare_arms`, and the networks that its runs train, by arm and task. A run trains a network
    of its arm on each task, and returns the right answers in %.

    arms: makes the module of each arm, by the arm's name.
    """
    trained: dict[tuple[str, str], nn.Module] = {}

    def run(arm: str, seed: int) -> dict[str, float]:
        for task in tasks:
            trained[arm, task] = learn(arms[arm], task, seed)
        return {task: score(trained[arm, task], task) for task in tasks}

    return run, trained


def learn(make: MakeModule, task: str, seed: int) -> nn.Module:
    """Trains a network with this module on a task, once through its pictures, and returns it."""
    torch.manual_seed(seed)
    net = TaskNet(make(WIDTH), TASKS[task].classes)
    return training.train(net, *train_questions(task), loss=F.cross_entropy, epochs=1, batch_size=16, peak_rate=0.01,
                          seed=seed)
