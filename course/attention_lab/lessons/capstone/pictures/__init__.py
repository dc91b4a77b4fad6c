"""Lesson 10's pictures: what modules cost, their scores, and the answers behind a score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import nn

from ....networks.backbones import multiply_adds
from ....networks.training import Results
from ....pictures.images import show
from ....pictures.touch import slide
from ..five_tasks import SIDE, TASKS, WIDTH, Questions, TaskNet, right
from ..paper_tables import network
from ..task_scores import MakeModule, answers, test_questions
from .leaderboard import answered, fronts, heat_map

MARGIN, SHOWN = 2, 4  # the lead, in points, that a costlier module needs to be on a front; pictures that are shown
NOT_YET = float("nan")


def print_missing(missing: Mapping[str, str]) -> None:
    """Prints why modules of earlier lessons are missing, one per line."""
    for name, why in missing.items():
        print(f"{name}: {why}")


def print_sizes(sizes: Mapping[str, int]) -> None:
    """Prints how many parameters each network has, and how many more than the network without a module. The smallest
    network comes first.

    sizes: the numbers of parameters, by the name of the network's module; "nothing" is the network without one.
    """
    for name, count in sorted(sizes.items(), key=lambda pair: pair[1]):
        print(f"{name:20s} {count:8,d}  ({count - sizes['nothing']:+8,d})")


def billions_of_multiply_adds(names: Iterable[str]) -> dict[str, float]:
    """Returns the multiply-adds, in 10^9, of networks of the papers' tables that are built from the learner's modules.
    A network whose module is missing gets nan, and the reason is printed."""
    found = {}
    for name in names:
        try:
            found[name] = multiply_adds(network(name)) / 1e9
        except NotImplementedError as reason:
            print(reason)
            found[name] = NOT_YET
    return found


def show_task_scores(results: Results, makers: Mapping[str, MakeModule], task: str) -> None:
    """Displays a heat map of the arms on their tasks, and two Pareto fronts of one task: its scores against parameters
    and against multiply-adds."""
    tasks = results.measures
    show(heat_map(results, {each: 100 / TASKS[each].classes for each in tasks}),
         "Right answers in per cent: " + "; ".join(
        f"{arm}, {each}: {results.mean(arm, each):.0f}" for arm in results.arms for each in tasks))
    nets = {arm: TaskNet(makers[arm](WIDTH), TASKS[task].classes) for arm in results.arms}
    costs = {"parameters": {arm: sum(p.numel() for p in net.parameters()) for arm, net in nets.items()},
             "multiply-adds": {arm: multiply_adds(net, side=SIDE) for arm, net in nets.items()}}
    show(fronts({arm: results.mean(arm, task) for arm in nets}, costs, f"{task}, % right", margin=MARGIN),
         f"Score in \"{task}\" against parameters and against multiply-adds; on the fronts: modules that beat every "
         f"cheaper one by more than {MARGIN} points.")


def slide_answers(makers: Mapping[str, MakeModule], trained: Mapping[tuple[str, str], nn.Module],
                  tasks: Iterable[str]) -> None:
    """Displays buttons for a module and a task, with four new pictures: a disc for each right answer, a cross for each
    wrong one.

    makers: functions that make the modules, by name.
    trained: networks, by module and task. If one is missing, an untrained network answers.
    tasks: the names of the tasks.
    """
    tasks, asked = list(tasks), {}
    for task in tasks:
        pictures, expected = test_questions(task)
        asked[task] = Questions(pictures[:SHOWN], expected[:SHOWN])
    scores = {}
    for task in tasks:
        for arm, make in makers.items():
            torch.manual_seed(0)
            net = trained.get((arm, task)) or TaskNet(make(WIDTH), TASKS[task].classes).eval()
            scores[arm, task] = answers(net, asked[task].pictures)

    def says(arm: str, task: str) -> str:
        untrained = "" if (arm, task) in trained else " (untrained)"
        return (f"{arm}{untrained}, {task}: {right(scores[arm, task], asked[task].answers):.0f} % of the answers in "
                "these pictures are right.")

    slide({"module": {arm: arm for arm in makers}, "task": {task: task for task in tasks}},
          lambda arm, task: answered(asked[task], scores[arm, task]), says, start=["nothing", tasks[0]])
