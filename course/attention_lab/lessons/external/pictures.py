"""Plots of lesson 07a: its discs, what a network answers for them, and the weights of a slot that likes few or many
positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...pictures.images import show, show_images
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, bars
from ...pictures.style import LAYERS, OTHER
from ...pictures.touch import slide
from ...tasks.scoring import UNASKED
from .experiment import discs_to_learn, new_discs
from .task import QUESTIONS

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it

    pass

# The slots of a memory that is set by hand, and their keys: red, green and blue.
SLOTS = {"red": (1.0, -0.5, -0.5), "yellow": (0.5, 0.5, -1.0), "green": (-0.5, 1.0, -0.5), "blue": (-0.5, -0.5, 1.0),
         "light": (0.5, 0.5, 0.5), "dark": (-0.5, -0.5, -0.5)}
KEENNESS = 8  # what the keys are multiplied by


def colour_keys() -> Tensor:
    """Returns the keys of six slots that like red, yellow, green, blue, light and dark, (6, 3)."""
    return KEENNESS * torch.tensor(list(SLOTS.values()))


def colour_tokens(photo: Tensor) -> Tensor:
    """Returns a photograph (3, H, W), from 0 to 1, as tokens (1, H * W, 3) from -0.5 to 0.5."""
    return photo.flatten(1).T[None] - 0.5


def show_examples() -> None:
    """Displays two pictures for each question."""
    pictures = torch.cat([discs_to_learn(question).pictures[:2] for question in QUESTIONS]).clamp(0, 1)
    show(show_images(pictures, titles=[question for question in QUESTIONS for _ in range(2)]),
         f"Two small grey pictures with six coloured discs for each question: {', '.join(QUESTIONS)}; "
         "those with a legend have two swatches at the left edge.")


@torch.no_grad()
def show_answers(network: nn.Sequential) -> None:
    """Displays four new pictures with a legend, and what a network answers for their discs with its own sums and with
    those of another picture, and keeps them as `my_memory.png`.

    network: `network[2].module` has an attribute `borrowed`.
    """
    discs = new_discs("legend")
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
