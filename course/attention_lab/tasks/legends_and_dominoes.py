"""Lesson 07b: which entry of the legend, and on which side?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the
lesson takes away to see what was really used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .scoring import UNASKED

FIELD, ENTRIES, LONE = 16, 4, 12  # cells on a side, entries of a legend, lone cells that ask for theirs


class Legends(NamedTuple):
    """pictures (n, 4, 16, 16), three channels of a hue and one that is 1 in a white entry, -1 in a black one, 0
    elsewhere; answers at the lone cells, 0 for black, 1 for white, UNASKED elsewhere (n, 16, 16); corners, row and
    column of the upper left cell of each entry (n, 4, 2);
    same, the entry that has the hue of a lone cell, -1 elsewhere (n, 16, 16)."""

    pictures: Tensor
    answers: Tensor
    corners: Tensor
    same: Tensor


def small_legends(n: int, seed: int, size: int) -> Legends:
    """Twelve lone cells at the right; each has the hue of one of four entries, size x size cells each, which lie in a 2
    x 2 block somewhere at the left. Two entries are black, two white: the answer of a lone cell is that of its entry.

    Hues, their pairing with black and white, and all places are new in each picture.
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
    """Pictures of `small_legends` for the eye, (n, 3, 96, 96): each cell 6 x 6 pixels, a black or white entry with a
    dot of that colour."""
    hues, colour = pictures[:, :3].clamp(-0.5, 0.5) + 0.5, pictures[:, 3:]
    large = F.interpolate(torch.cat([hues, colour], dim=1), scale_factor=6)
    dot = torch.zeros(6, 6)
    dot[2:4, 2:4] = 1
    dotted = dot.repeat(FIELD, FIELD) * (large[:, 3:].abs() > 0.5)
    return torch.where(dotted > 0, (large[:, 3:] > 0).float(), large[:, :3])


SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))  # of a red cell: right, below, left, above


class Dominoes(NamedTuple):
    """pictures (n, 2, H, W), red in channel 0 and blue in channel 1; at the red cells, and UNASKED elsewhere, sides, an
    index into SIDES, and quarters, 0 and 1 above, 2 and 3 below (n, H, W)."""

    pictures: Tensor
    sides: Tensor
    quarters: Tensor


def dominoes(n: int, seed: int, height: int, width: int) -> Dominoes:
    """Red cells, each with a blue neighbour: on which side of it, and in which quarter of the picture?"""
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
