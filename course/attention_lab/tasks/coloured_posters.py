"""Lesson 05a: which patch has the same colour? Pictures, and the small network that answers.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..networks.backbones import layers
from .scoring import UNASKED

ROWS, COLUMNS, COLOURS = 6, 4, 6  # rows and columns of cells, each 4 x 6 pixels; the number of colours in a poster


class Posters(NamedTuple):
    """Posters with their answers.

    pictures: (n, 3, 24, 24).
    answers: (n, 12, 12), at half the resolution: 0 for black, 1 for white, UNASKED elsewhere.
    places: (n, COLOURS + asked), the cells of the patches, counted row by row from 0; patches with a mark come first.
    same: (n, asked), for each patch without a mark, the index of the marked patch that has its colour.
    """

    pictures: Tensor
    answers: Tensor
    places: Tensor
    same: Tensor


def coloured_posters(n: int, seed: int, asked: int = 14) -> Posters:
    """Draws n posters of coloured patches. One patch of each of six colours has a mark at its right, black or white.
    `asked` other patches have no mark; the answer for each is the mark of the patch that has its colour.

    Each picture has its own six colours, in equal steps around the circle of hues. Half of the marks are black.

    Raises ValueError for more patches than cells.
    """
    if COLOURS + asked > ROWS * COLUMNS:
        raise ValueError(f"{COLOURS} patches with a mark and {asked} without don't fit into {ROWS * COLUMNS} cells")
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)[:, None]
    palette = palettes(n, g)
    marks = torch.rand(n, COLOURS, generator=g).argsort(1) % 2
    same = torch.randint(COLOURS, (n, asked), generator=g)
    places = torch.rand(n, ROWS * COLUMNS, generator=g).argsort(1)[:, :COLOURS + asked]
    kinds = torch.cat([torch.arange(COLOURS).expand(n, -1), same], dim=1)
    stripes = torch.full((n, ROWS * COLUMNS, 6, 3), 0.35)  # in a cell, all pixels of a column have the same colour
    stripes[every, places, :4] = palette[every, kinds][:, :, None]
    stripes[every, places[:, :COLOURS], 4:] = marks[..., None, None].float()
    answers = torch.full((n, ROWS * COLUMNS, 6), UNASKED)
    answers[every, places[:, COLOURS:], :4] = marks.gather(1, same)[..., None]
    pictures = stripes.view(n, ROWS, 1, COLUMNS * 6, 3).expand(-1, -1, 4, -1,
                                                               -1).flatten(1, 2).permute(0, 3, 1, 2).contiguous()
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    answers = answers.view(n, ROWS, 1, COLUMNS * 6).expand(-1, -1, 2, -1).flatten(1, 2)[:, :, ::2].contiguous()
    return Posters(pictures, answers, places, same)


def palettes(n: int, g: torch.Generator) -> Tensor:
    """Draws six equally bright colours for each of n pictures, in equal steps around the circle of hues, (n, 6, 3)."""
    hue = torch.rand(n, 1, generator=g) + torch.arange(COLOURS) / COLOURS
    return 0.5 + 0.5 * torch.cos(2 * math.pi * (hue[..., None] - torch.arange(3) / 3))


def poster_network(middle: nn.Module, channels: int) -> nn.Sequential:
    """Returns a small network around a module, (B, 3, 24, 24) -> scores for black and white at half the resolution, (B,
    2, 12, 12).

    The network has four convolutions, two before the module and two after it. The first has stride 2; each of the first
    three has a BatchNorm and a ReLU; the last is 1 x 1 and returns the scores.

    middle: (B, channels, 12, 12) -> (B, channels, 12, 12). It is `network[2]`, and `network[:2]` computes its input.
    """
    first, second, third = (nn.Sequential(*layers(inputs, channels, 3, stride, then=nn.ReLU))
                            for inputs, stride in ((3, 2), (channels, 1), (channels, 1)))
    return nn.Sequential(first, second, middle, third, nn.Conv2d(channels, 2, 1))


def poster_loss(scores: Tensor, answers: Tensor) -> Tensor:
    """Returns the mean cross entropy over the positions that have an answer.

    scores: (n, 2, 12, 12).
    answers: as in `Posters`.
    """
    return F.cross_entropy(scores, answers, ignore_index=UNASKED)


def right_on_posters(network: nn.Module, posters: Posters) -> float:
    """Returns the share of right answers at the positions of the patches without a mark, in %."""
    with torch.no_grad():
        answers = network(posters.pictures).argmax(1)
    asked = posters.answers != UNASKED
    return 100 * (answers == posters.answers)[asked].float().mean().item()


def weight_on_the_same(weights: Tensor, posters: Posters) -> float:
    """Returns how much of an unmarked patch's weight lies on the marked patch that has its colour, from 0 to 1, on
    average.

    weights: (n, 144, 144); row j holds the weights that position j gives to all positions of the poster at half the
        resolution.
    """
    cells = torch.arange(ROWS * COLUMNS).view(ROWS, 1, COLUMNS, 1).expand(-1, 2, -1, 3).flatten()  # by position
    asked = posters.answers.flatten(1) != UNASKED  # (n, 144)
    marked = posters.places.gather(1, posters.same)  # the cell of the marked patch, for each of the others
    twin = torch.full((len(weights), ROWS * COLUMNS), -1).scatter(1, posters.places[:, COLOURS:], marked)
    on_it = cells == twin[:, cells][..., None]  # (n, 144, 144)
    return (weights * on_it).sum(2)[asked].mean().item()
