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
    """Displays four new pictures with a legend, and what a network answers for their discs with their own sums and with
    those of the same pictures with their swatches exchanged, and keeps them as `my_memory.png`.

    network: `network[2].module` has an attribute `borrowed`.
    """
    pictures, answers, _, places = (part[:4] for part in new_discs("legend"))
    # each picture behind its twin, whose sums it borrows
    both = torch.stack([with_swatches_exchanged(pictures), pictures], dim=1).flatten(0, 1)
    four, at = torch.arange(4)[:, None], (torch.arange(24)[:, None], torch.arange(24))
    right = answers[four, *places.unbind(2)] == 1
    rows = {"the picture": [("", each.clamp(0, 1)) for each in pictures]}
    for name, borrowed in (("its own sums", False), ("its twin's sums", True)):
        network[2].module.borrowed = borrowed
        white = network(both)[1::2].softmax(1)[four, 1, *places.unbind(2)]  # (4, 6)
        painted = torch.full((4, 24, 24), 0.4)
        for disc in range(6):
            inside = sum((line - 2 * place[:, None, None]) ** 2 for line, place in
                         zip(at, places[:, disc].unbind(1), strict=True)) <= 4
            painted = torch.where(inside, white[:, disc, None, None], painted)
        rows[name] = [(f"{count} of 6 right", each.expand(3, -1, -1)) for count, each in
                      zip(((white > 0.5) == right).sum(1).tolist(), painted, strict=True)]
    network[2].module.borrowed = False
    keepsake("my_memory.png", "Which discs are white? The patches at the left say it, and 64 sums carry it", rows,
             "External attention, written by hand. The twin has its swatches exchanged, and no more")


def with_swatches_exchanged(pictures: Tensor) -> Tensor:
    """Returns pictures with a legend, (n, 3, 24, 24), in which each hue stands for the other answer."""
    exchanged = pictures.clone()
    exchanged[..., 4:9, 4:7], exchanged[..., 15:20, 4:7] = pictures[..., 15:20, 4:7], pictures[..., 4:9, 4:7]
    return exchanged


def show_favourites(ways: Mapping[str, Tensor], photo: Tensor) -> None:
    """Displays a photograph whose pixels have the colour of the slot that they read most from, once for each way of
    normalising, and says how many read most from the green and from the blue one.

    ways: the weights of the pixels, (H * W, 6), by the name of the way.
    photo: (3, H, W).
    """
    colours = (0.5 + torch.tensor(list(SLOTS.values()))).clamp(0, 1)
    read = {name: weights.argmax(1) for name, weights in ways.items()}
    named = {name: ", ".join(f"{(slots == list(SLOTS).index(slot)).sum()} {slot}" for slot in ("green", "blue"))
             for name, slots in read.items()}
    show(show_images(torch.stack([colours[slots].T.unflatten(1, photo.shape[1:]) for slots in read.values()]),
                     [f"{name}: {of} pixels" for name, of in named.items()], columns=2),
         "A photograph in the colours of the slots that its pixels read most from. "
         + " ".join(f"With {name}: {of}." for name, of in named.items()))


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
