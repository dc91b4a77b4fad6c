"""A heat map of modules and tasks, the pictures behind one of its numbers, and Pareto fronts, which show the modules
that no cheaper module can match."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from ....pictures.panels import Panel, cells
from ....pictures.style import FEATURES, INK, OTHER, colour_map, house_figure
from ..five_tasks import UNASKED

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from torch import Tensor

    from ....networks.training import Results
    from ..five_tasks import Questions


def pareto_front(points: Mapping[str, tuple[float, float]], margin: float = 0) -> list[str]:
    """Returns the names of the points that score higher than every cheaper one, by more than `margin`; the cheapest
    comes first.

    points: (cost, score) by name. Among points of the same cost, the best one counts; among equal points, the first
        one.
    """
    front: list[str] = []
    for name, (_, score) in sorted(points.items(), key=lambda item: (item[1][0], -item[1][1])):
        if not front or score > points[front[-1]][1] + margin:
            front.append(name)
    return front


@house_figure
def heat_map(results: Results, guesses: Mapping[str, float]) -> Figure:
    """Draws the mean score of each arm on each task, in per cent, coloured from the chance level (white) to 100 (blue).

    results: the result of `compare_arms`, with tasks as measures.
    guesses: the chance level of each task, in per cent.

    Raises KeyError for a task that is not in `guesses`.
    """
    import matplotlib.pyplot as plt

    tasks = results.measures
    means = [[results.mean(arm, task) for task in tasks] for arm in results.arms]
    shares = [[max(0.0, (mean - guesses[task]) / (100 - guesses[task])) for mean, task in zip(row, tasks)]
              for row in means]
    figure, axis = plt.subplots(figsize=(2.2 + 1.3 * len(tasks), 0.8 + 0.36 * len(results.arms)))
    axis.imshow(shares, cmap=colour_map("scores"), vmin=0, vmax=1, aspect="auto")
    for row, values in enumerate(means):
        for column, mean in enumerate(values):
            light = shares[row][column] > 0.55
            axis.text(column, row, f"{mean:.0f}", ha="center", va="center", color="white" if light else INK)
    axis.set_xticks(range(len(tasks)), [f"{task}\n(a guess: {guesses[task]:.0f})" for task in tasks])
    axis.set_yticks(range(len(results.arms)), results.arms)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.set_title(f"right answers on new pictures (%), {len(results.seeds)} seed{'s' * (len(results.seeds) > 1)}")
    return figure


def answered(asked: Questions, scores: Tensor) -> list[Panel]:
    """Draws pictures, and beside each the places where a question was answered, blue if correctly.

    asked: the pictures and the right answers.
    scores: (n, classes, 12, 12).
    """
    found = scores.argmax(dim=1)
    marks = torch.where(found == asked.answers, 1.0, -1.0).where(asked.answers != UNASKED, 0.0)
    return [panel for picture, places in zip(asked.pictures, marks, strict=True)
            for panel in (cells(picture / 2 + 0.5, "picture", side=90),
                          cells(places, "blue: right", colour=FEATURES, side=90))]


@house_figure
def fronts(scores: Mapping[str, float], costs: Mapping[str, Mapping[str, float]], label: str,
           margin: float = 0) -> Figure:
    """Draws the score against each kind of cost, with the plots side by side. A line joins the points on the Pareto
    front.

    scores: by name.
    costs: for each kind of cost, such as "parameters", the costs by name.
    label: the name of the scores.
    margin: as in `pareto_front`.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(costs), figsize=(3.4 * len(costs), 3.2), sharey=True, squeeze=False)
    for axis, (kind, of) in zip(axes[0], costs.items()):
        points = {name: (of[name], score) for name, score in scores.items()}
        front = pareto_front(points, margin)
        axis.plot(*zip(*(points[name] for name in front)), "-", color=FEATURES, linewidth=1)
        for name, point in points.items():
            axis.plot(*point, "o", color=FEATURES if name in front else OTHER, markersize=5)
        for name, below in _lines_below(points).items():
            axis.annotate(name, points[name], (5, 4 - 11 * below), textcoords="offset points", fontsize=9)
        axis.set(xlabel=kind)
        axis.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:,.4g}k" if value else "0")
        axis.margins(x=0.25, y=0.14)
    axes[0][0].set_ylabel(label)
    return figure


def _lines_below(points: Mapping[str, tuple[float, float]]) -> dict[str, int]:
    """Returns by how many lines each name is moved down, so that the names of points that nearly coincide do not cover
    each other."""
    across, up = (max(values) - min(values) or 1 for values in zip(*points.values()))
    placed: dict[str, int] = {}
    for name, (cost, score) in points.items():
        near = (other for other in placed if abs(cost - points[other][0]) < across / 4
                and abs(score - points[other][1]) < up / 12)
        placed[name] = 1 + max((placed[other] for other in near), default=-1)
    return placed
