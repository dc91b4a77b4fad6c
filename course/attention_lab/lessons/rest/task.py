"""Lesson 07b: which entry of the legend has this hue, and on which side is the blue neighbour?

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...tasks.scoring import UNASKED

FIELD, ENTRIES, LONE = 16, 4, 12  # cells along a side, entries in a legend, lone cells that ask for an entry


class Legends(NamedTuple):
    """Pictures of legends with their answers.

    pictures: (n, 4, 16, 16): three channels of a hue, and one that is 1 in a white entry, -1 in a black one and 0
        elsewhere.
    answers: (n, 16, 16): 0 for black and 1 for white at the lone cells, UNASKED elsewhere.
    corners: (n, 4, 2), row and column of the upper left cell of each entry.
    same: (n, 16, 16): at a lone cell, the entry that has its hue; -1 elsewhere.
    """

    pictures: Tensor
    answers: Tensor
    corners: Tensor
    same: Tensor


def small_legends(n: int, seed: int, size: int) -> Legends:
    """Draws n pictures with twelve lone cells at the right and a legend at the left. Each lone cell has the hue of one
    of the four entries, and its answer is the colour of this entry.

    The entries are squares of size x size cells and form a 2 x 2 block. Two of them are black and two are white. Hues,
    their pairing with black and white, and all places are new in each picture.
    """
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)
    hues = torch.rand(n, 1, generator=g) + torch.rand(n, ENTRIES, generator=g).argsort(1) / ENTRIES
    colours = 0.5 * torch.cos(2 * math.pi * (hues[..., None] - torch.arange(3) / 3))
    white = torch.rand(n, ENTRIES, generator=g).argsort(1) % 2
    top = torch.randint(0, FIELD - 2 * size + 1, (n,), generator=g)
    left = torch.randint(0, FIELD // 2 + 1 - 2 * size, (n,), generator=g)
    entry = torch.arange(ENTRIES)
    corners = torch.stack([top[:, None] + size * (entry // 2), left[:, None] + size * (entry % 2)], dim=2)
    pictures = torch.zeros(n, FIELD, FIELD, 4)
    answers, same = torch.full((n, FIELD, FIELD), UNASKED), torch.full((n, FIELD, FIELD), -1)
    e: int | Tensor
    for e in range(ENTRIES):
        for cell in range(size * size):
            row, column = corners[:, e, 0] + cell // size, corners[:, e, 1] + cell % size
            pictures[every, row, column, :3] = colours[:, e]
            pictures[every, row, column, 3] = 2.0 * white[:, e] - 1
    spots = torch.rand(n, FIELD * FIELD // 2, generator=g).argsort(1)
    for spot in spots[:, :LONE].unbind(1):
        row, column, e = (
            spot // (FIELD // 2),
            FIELD // 2 + spot % (FIELD // 2),
            torch.randint(ENTRIES, (n,), generator=g),
        )
        pictures[every, row, column, :3] = colours[every, e]
        answers[every, row, column], same[every, row, column] = white[every, e], e
    pictures += 0.02 * torch.randn(pictures.shape, generator=g)
    return Legends(pictures.permute(0, 3, 1, 2).contiguous(), answers, corners, same)


def painted(pictures: Tensor) -> Tensor:
    """Turns pictures of `small_legends` into pictures to look at, (n, 3, 96, 96), with 6 x 6 pixels for each cell. A
    black or white entry has a dot of that colour."""
    hues, colour = pictures[:, :3].clamp(-0.5, 0.5) + 0.5, pictures[:, 3:]
    large = F.interpolate(torch.cat([hues, colour], dim=1), scale_factor=6)
    dot = torch.zeros(6, 6)
    dot[2:4, 2:4] = 1
    dotted = dot.repeat(FIELD, FIELD) * (large[:, 3:].abs() > 0.5)
    return torch.where(dotted > 0, (large[:, 3:] > 0).float(), large[:, :3])


SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))  # from a red cell to its right, below, left, above


class Dominoes(NamedTuple):
    """Pictures of dominoes with the answers to two questions.

    pictures: (n, 2, H, W), with red in channel 0 and blue in channel 1.
    sides: (n, H, W), an index into SIDES at the red cells, UNASKED elsewhere.
    quarters: (n, H, W), at the red cells 0 and 1 for the quarters above, 2 and 3 for those below; UNASKED elsewhere.
    """

    pictures: Tensor
    sides: Tensor
    quarters: Tensor


def dominoes(n: int, seed: int, height: int, width: int) -> Dominoes:
    """Draws n pictures of red cells that have a blue neighbour each. On which side is this neighbour, and in which
    quarter of the picture is the red cell?"""
    g, every, moves = torch.Generator().manual_seed(seed), torch.arange(n), torch.tensor(SIDES)
    pictures, sides = torch.zeros(n, 2, height, width), torch.full((n, height, width), UNASKED)
    places = torch.tensor([(row, column) for row in range(0, height - 1, 3) for column in range(0, width - 1, 3)])
    chosen = places[torch.rand(n, len(places), generator=g).argsort(1)[:, :height * width // 20]]
    for place in chosen.unbind(1):
        side = torch.randint(len(SIDES), (n,), generator=g)
        red = place + torch.where(moves[side] == 0, torch.randint(2, (n, 2), generator=g), (moves[side] < 0).long())
        blue = red + moves[side]
        pictures[every, 0, red[:, 0], red[:, 1]] = 1
        pictures[every, 1, blue[:, 0], blue[:, 1]] = 1
        sides[every, red[:, 0], red[:, 1]] = side
    below, right = torch.arange(height) >= (height + 1) // 2, torch.arange(width) >= (width + 1) // 2
    quarters = torch.where(sides >= 0, 2 * below.long()[:, None] + right.long(), UNASKED)
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    return Dominoes(pictures, sides, quarters)
