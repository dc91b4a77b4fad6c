"""Plots of lesson 07a: the scores of networks that borrow numbers from another image, and the weights of a slot that
likes few or many positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..tasks.hue_discs import HueDiscs
from ..tasks.scoring import UNASKED
from .images import show, show_images
from .keepsake import keepsake
from .panels import Panel, bars
from .style import ALERT, FEATURES, INK, LAYERS, MAPS, OTHER, PAPER, WIDEST, house_figure
from .touch import slide

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

    from ..networks.training import Results

BORROWED = ", borrowed"  # the end of the name of a measure: the same network, with the numbers of another image


def show_examples(sets: Mapping[str, HueDiscs]) -> None:
    """Displays two pictures for each question."""
    pictures = torch.cat([discs.pictures[:2] for discs in sets.values()]).clamp(0, 1)
    show(show_images(pictures, titles=[question for question in sets for _ in range(2)]),
         f"Two small grey pictures with six coloured discs for each question: {', '.join(sets)}; "
         "those with a legend have two swatches at the left edge.")


@torch.no_grad()
def show_answers(network: nn.Sequential, discs: HueDiscs) -> None:
    """Displays four pictures, and what a network answers for their discs with its own sums and with those of another
    picture, and keeps them as `my_memory.png`.

    network: `network[2].module` has an attribute `borrowed`.
    discs: four new pictures or more.
    """
    asked = (discs.answers != UNASKED)[:4]
    rows = {"the picture": [("", each.clamp(0, 1)) for each in discs.pictures[:4]]}
    for name, borrowed in (("its own sums", False), ("another picture's", True)):
        network[2].module.borrowed = borrowed
        white = network(discs.pictures)[:4].softmax(1)[:, 1]
        right = [((said > 0.5) == (answer == 1))[of].float().mean() for said, answer, of in
                 zip(white, discs.answers, asked, strict=False)]
        painted = torch.where(asked, white, 0.4).repeat_interleave(2, 1).repeat_interleave(2, 2)
        rows[name] = [(f"{100 * share:.0f} % right", each.expand(3, -1, -1))
                      for share, each in zip(right, painted, strict=True)]
    network[2].module.borrowed = False
    keepsake("my_memory.png", "Which discs are white? The patches at the left say it, and 64 sums carry it", rows,
             "External attention, written by hand. The last row: the same network, with the sums of another picture")


def show_own_and_borrowed(results: Results, questions: Sequence[str], borrowers: Sequence[str], highlight: str) -> None:
    """Displays the scores of all arms on each question, with their own numbers and with those borrowed from another
    image.

    results: has a measure for each question, and one for "question, borrowed".
    questions: the names of the questions.
    borrowers: the arms that can borrow numbers.
    highlight: the arm that the lesson is about.

    Raises KeyError for an unknown question or arm.
    """
    words = [f"{question}: " + ", ".join(
        f"{arm} {results.mean(arm, question):.0f} %"
        + (f" and {results.mean(arm, question + BORROWED):.0f} % with borrowed numbers" if arm in borrowers else "")
        for arm in results.arms) for question in questions]
    show(_own_and_borrowed(results, questions, borrowers, highlight),
         "Scores on new pictures, one panel for each question. " + "; ".join(words) + ".")


@house_figure
def _own_and_borrowed(results: Results, questions: Sequence[str], borrowers: Sequence[str], highlight: str) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(questions), figsize=(WIDEST, 1.2 + 0.42 * len(results.arms)), sharey=True,
                                squeeze=False)
    for axis, question in zip(axes[0], questions, strict=True):
        for row, arm in enumerate(results.arms):
            colour = FEATURES if arm == highlight else "#B9CFDD"
            axis.barh(row, results.mean(arm, question), 0.66, color=colour)
            scores = results.scores(arm, question)
            axis.plot(scores, [row] * len(scores), "o", color=PAPER, markeredgecolor=INK, markersize=4,
                      markeredgewidth=0.8)
            if arm in borrowers:
                scores = results.scores(arm, question + BORROWED)
                axis.plot(scores, [row] * len(scores), "D", color=MAPS, markeredgecolor=INK, markersize=6,
                          markeredgewidth=0.8)
        axis.axvline(50, color=ALERT, linestyle="--", linewidth=1.3)
        axis.set(title=question, xlim=(40, 103), xlabel="right (%)")
    axes[0, 0].set_yticks(range(len(results.arms)), results.arms)
    axes[0, 0].tick_params(axis="y", length=0)
    axes[0, 0].invert_yaxis()
    figure.suptitle("bar: mean; dots: runs; diamonds: runs with borrowed numbers; dashed: chance", fontsize=9, x=0.01,
                    ha="left")
    return figure


def slide_green_discs(weights_of_six: Callable[[int], Mapping[str, Tensor]]) -> None:
    """Displays the weights of six discs for a slot that likes green, with a slider for how many of the discs are green.

    weights_of_six: takes the number of green discs, which come first. It returns the weights of all six, (6,), by the
        name of the normalisation.
    """
    def says(green: int) -> str:
        first = " and ".join(f"{weights[0]:.2f} with {name}" for name, weights in weights_of_six(green).items())
        return f"Green discs: {green} of 6. The first disc's weight for the slot that likes green is {first}."

    slide({"green discs": {str(green): green for green in range(1, 7)}},
          lambda green: weight_of_a_slot(weights_of_six(green), green), says,
          start=["1"])


def weight_of_a_slot(weights: Mapping[str, Tensor], green: int) -> list[Panel]:
    """Draws the weights of some discs for a slot that likes green, for each way of normalising.

    weights: (discs,) from 0 to 1, by the name of the way.
    green: how many discs are green; they come first.
    """
    return [bars(values, [str(disc) for disc in range(1, len(values) + 1)], name,
                 colours=[LAYERS if disc < green else OTHER for disc in range(len(values))])
            for name, values in weights.items()]
