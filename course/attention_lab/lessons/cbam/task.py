"""Lesson 03: is that bar horizontal? The pictures, a small network that answers, and its score.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

CHANNELS = 12  # channels of the network's features, on which attention works
SIDE = 19  # pixels


class Crosses(NamedTuple):
    """Crosses with their answers.

    pictures: (n, 3, 19, 19).
    answers: (n,), 1 if the bar in question is horizontal, else 0.
    places: (n,), 0 if the left cross is framed, 1 if the right one is.
    """

    pictures: Tensor
    answers: Tensor
    places: Tensor


def framed_crosses(n: int, seed: int) -> Crosses:
    """Draws n pictures with two crosses each, and each cross has a red and a blue bar. A green frame tells which cross
    counts, and the colour of the stars tells which of its bars counts."""
    g = torch.Generator().manual_seed(seed)
    horizontal = torch.randint(2, (n, 2, 2), generator=g).bool()  # picture, place, colour
    places, colours = torch.randint(2, (2, n), generator=g)
    return _drawn(horizontal, places, colours, torch.randn(n, 3, SIDE, SIDE, generator=g))


def one_pair_four_questions() -> Crosses:
    """Draws one pair of crosses four times. The stars are red, blue, red and blue, and the frame is left, left, right
    and right, so the four answers are different questions about the same bars."""
    bars = torch.tensor([[True, False], [False, True]]).expand(4, 2, 2)
    noise = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(7)).expand(4, -1, -1, -1)
    return _drawn(bars, torch.tensor([0, 0, 1, 1]), torch.tensor([0, 1, 0, 1]), noise)


def _drawn(horizontal: Tensor, places: Tensor, colours: Tensor, noise: Tensor) -> Crosses:
    """Draws pictures. horizontal: (n, 2, 2), by picture, place and colour."""
    n = len(places)
    pictures = torch.zeros(n, 3, SIDE, SIDE)
    for place, column in enumerate((4, 14)):
        for colour in (0, 1):  # red is channel 0, blue is channel 2
            pictures[horizontal[:, place, colour], 2 * colour, 13, column - 1:column + 2] = 1
            pictures[~horizontal[:, place, colour], 2 * colour, 12:15, column] = 1
        frame = torch.zeros(SIDE, SIDE)
        frame[9:18, column - 4:column + 5] = 1
        frame[10:17, column - 3:column + 4] = 0
        pictures[places == place, 1] += frame
    for colour in (0, 1):
        pictures[colours == colour, 2 * colour, 0:3:2, ::2] = 1  # the stars
    return Crosses(pictures + 0.1 * noise, horizontal[torch.arange(n), places, colours].long(), places)


def crosses_without_cue(n: int, seed: int) -> Crosses:
    """Draws crosses and answers as in `framed_crosses`, but with the stars and the frames of other pictures, which say
    nothing about the answer."""
    (pictures, answers, _), (others, _, places) = framed_crosses(n, seed), framed_crosses(n, seed + 100)
    mixed = others.clone()  # keeps the others' stars and frames; red and blue below the sky are the crosses
    mixed[:, ::2, 9:] = pictures[:, ::2, 9:]
    return Crosses(mixed, answers, places)


def cross_reader(attention: nn.Module) -> nn.Sequential:
    """Returns a small network that answers the question, (n, 3, 19, 19) -> (n, 2) logits.

    Its layers are a 3 x 3 and a 1 x 1 convolution, the attention, the mean over all positions, and a linear layer.
    Before the attention, a position sees 3 x 3 pixels.

    attention: (n, 12, 19, 19) -> (n, 12, 19, 19).
    """
    layers: list[nn.Module] = []
    for inputs, kernel in ((3, 3), (CHANNELS, 1)):
        layers += [nn.Conv2d(inputs, CHANNELS, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(CHANNELS),
                   nn.ReLU()]
    return nn.Sequential(*layers, attention, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(CHANNELS),
                         nn.Linear(CHANNELS, 2))


@torch.no_grad()
def right_on_crosses(network: nn.Module, crosses: Crosses) -> float:
    """Returns the share of the pictures that a network answers correctly, in %."""
    return 100 * (network(crosses.pictures).argmax(1) == crosses.answers).float().mean().item()
