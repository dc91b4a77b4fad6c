"""Lesson 05a: which patch has the same colour? Pictures, and the small network that answers.

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the
lesson takes away to see what was really used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..networks.backbones import layers
from .scoring import UNASKED

ROWS, COLUMNS, COLOURS = 6, 4, 6  # the cells of a poster, each 4 x 6 pixels, and the colours in it


class Posters(NamedTuple):
    """pictures (n, 3, 24, 24); answers at half the resolution (n, 12, 12), 0 for black, 1 for white, UNASKED elsewhere;
    places, the cells of the patches, row by row from 0, those with a mark first (n, COLOURS + asked); same, which of
    the marked patches has the colour of each of the others (n, asked)."""

    pictures: Tensor
    answers: Tensor
    places: Tensor
    same: Tensor


def coloured_posters(n: int, seed: int, asked: int = 14) -> Posters:
    """Coloured patches all over the picture: one of each of six colours has a mark at its right, black or white;
    `asked` others have none, and their answer is the mark of the patch with their colour.

    The colours are drawn anew for each picture, six equal steps around a circle of hues. Half of the marks are black.
    Raises ValueError for more patches than cells.
    """
    if COLOURS + asked > ROWS * COLUMNS:
        raise ValueError(f"{COLOURS} patches with a mark and {asked} without are more than {ROWS * COLUMNS} cells")
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)[:, None]
    hue = torch.rand(n, 1, generator=g) + torch.arange(COLOURS) / COLOURS
    palette = 0.5 + 0.5 * torch.cos(2 * math.pi * (hue[..., None] - torch.arange(3) / 3))  # (n, 6, 3), equally bright
    marks = torch.rand(n, COLOURS, generator=g).argsort(1) % 2
    same = torch.randint(COLOURS, (n, asked), generator=g)
    places = torch.rand(n, ROWS * COLUMNS, generator=g).argsort(1)[:, :COLOURS + asked]
    kinds = torch.cat([torch.arange(COLOURS).expand(n, -1), same], dim=1)
    stripes = torch.full((n, ROWS * COLUMNS, 6, 3), 0.35)  # each column of a cell has one colour
    stripes[every, places, :4] = palette[every, kinds][:, :, None]
    stripes[every, places[:, :COLOURS], 4:] = marks[..., None, None].float()
    answers = torch.full((n, ROWS * COLUMNS, 6), UNASKED)
    answers[every, places[:, COLOURS:], :4] = marks.gather(1, same)[..., None]
    pictures = stripes.view(n, ROWS, 1, COLUMNS * 6, 3).expand(-1, -1, 4, -1,
                                                               -1).flatten(1, 2).permute(0, 3, 1, 2).contiguous()
    pictures += 0.05 * torch.randn(pictures.shape, generator=g)
    answers = answers.view(n, ROWS, 1, COLUMNS * 6).expand(-1, -1, 2, -1).flatten(1, 2)[:, :, ::2].contiguous()
    return Posters(pictures, answers, places, same)


def poster_network(middle: nn.Module, channels: int) -> nn.Sequential:
    """A small network around a module, (B, 3, 24, 24) -> scores for black and white at half the resolution, (B, 2, 12,
    12).

    middle: (B, channels, 12, 12) -> (B, channels, 12, 12); it is `network[2]`, and `network[:2]` makes its features:
    two of the network's four convolutions, the first with stride 2. Each of the first three has a BatchNorm and a ReLU;
    the last is 1 x 1 and gives the scores.
    """
    first, second, third = (nn.Sequential(*layers(inputs, channels, 3, stride, then=nn.ReLU))
                            for inputs, stride in ((3, 2), (channels, 1), (channels, 1)))
    return nn.Sequential(first, second, middle, third, nn.Conv2d(channels, 2, 1))


def poster_loss(scores: Tensor, answers: Tensor) -> Tensor:
    """The mean cross entropy over the positions that have an answer. scores: (n, 2, 12, 12).
    answers: as in `Posters`."""
    return F.cross_entropy(scores, answers, ignore_index=UNASKED)


def right_on_posters(network: nn.Module, posters: Posters) -> float:
    """The share of right answers at the positions of the patches without a mark, in %."""
    with torch.no_grad():
        answers = network(posters.pictures).argmax(1)
    asked = posters.answers != UNASKED
    return 100 * (answers == posters.answers)[asked].float().mean().item()


def weight_on_the_same(weights: Tensor, posters: Posters) -> float:
    """How much of the weight of an unmarked patch lies on the cell of the marked patch that has its colour, from 0 to
    1.

    weights: (n, 144, 144), row j: how position j of the poster, at half the resolution, weighs all positions.
    """
    cells = torch.arange(ROWS * COLUMNS).view(ROWS, 1, COLUMNS, 1).expand(-1, 2, -1, 3).flatten()  # of each position
    asked = posters.answers.flatten(1) != UNASKED  # (n, 144)
    marked = posters.places.gather(1, posters.same)  # the cell of the marked patch, for each of the others
    twin = torch.full((len(weights), ROWS * COLUMNS), -1).scatter(1, posters.places[:, COLOURS:], marked)
    on_it = cells == twin[:, cells][..., None]  # (n, 144, 144)
    return (weights * on_it).sum(2)[asked].mean().item()


def what_it_reads(weights: Tensor, posters: Posters, poster: int) -> list[str]:
    """For each position of a poster, row by row, a sentence: what lies there, and how much of its weight lies on marked
    patches.

    weights: (144, 144), the poster's matrix as in `weight_on_the_same`. poster: its number.
    """
    places, same = posters.places[poster].tolist(), posters.same[poster].tolist()
    sentences = []
    for position, row in enumerate(weights):
        cell, column = position // (2 * 12) * COLUMNS + position % 12 // 3, position % 3
        on = [row.view(ROWS, 2, COLUMNS, 3).sum((1, 3)).flatten()[place].item() for place in places[:COLOURS]]
        largest = f"The largest weight is {row.max():.2f}."
        which = places.index(cell) if cell in places else None
        if which is None or which >= COLOURS and column == 2:
            sentences.append(f"Plain grey: {100 * sum(on):.0f} % of its weight lies on the six marked patches. "
                             f"{largest}")
            continue
        own = on[which if which < COLOURS else same[which - COLOURS]]
        what = "A patch without a mark" if which >= COLOURS else "A mark" if column == 2 else "A patch with a mark"
        where = {"A mark": "itself and its patch",
                 "A patch with a mark": "itself and its mark"}.get(what, "the marked patch of its colour")
        sentences.append(f"{what}: {100 * own:.0f} % of its weight lies on {where}, {100 * (sum(on) - own):.0f} % on "
                         f"the five other marked patches. {largest}")
    return sentences
