"""Lesson 05c: two look-ups at once. A poster with marks and two-coloured flags, and a small network that reads it.

The same `n` and `seed` give the same pictures and answers on every machine.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...tasks.coloured_posters import COLOURS, palettes

SIDE, PATCH = 6, 4  # cells of a side, and pixels of a cell's side
ASKED, DIM = 12, 32  # flags of a poster, and numbers of a token


class Flags(NamedTuple):
    """Posters with their answers.

    pictures: (n, 3, 24, 24).
    answers: (n, 36, 2), for each cell the marks of its left and of its right colour, 0 or 1; -100 where no flag is.
    places: (n, 18), the cells of the six marks, and of the twelve flags.
    """

    pictures: Tensor
    answers: Tensor
    places: Tensor


def flags(n: int, seed: int) -> Flags:
    """Draws n posters. Six cells have a colour above and a black or white mark below, three of each. Twelve other cells
    are flags with two of these colours."""
    g, every = torch.Generator().manual_seed(seed), torch.arange(n)[:, None]
    colours = palettes(n, g)
    marks = torch.rand(n, COLOURS, generator=g).argsort(1) % 2
    places = torch.rand(n, SIDE * SIDE, generator=g).argsort(1)[:, :COLOURS + ASKED]
    left = torch.randint(COLOURS, (n, ASKED), generator=g)
    right = (left + 1 + torch.randint(COLOURS - 1, (n, ASKED), generator=g)) % COLOURS
    cells = torch.full((n, SIDE * SIDE, PATCH, PATCH, 3), 0.35)
    cells[every, places[:, :COLOURS], :2] = colours[:, :, None, None]
    cells[every, places[:, :COLOURS], 2:] = marks[..., None, None, None].float()
    cells[every, places[:, COLOURS:], :, :2] = colours[every, left][:, :, None, None]
    cells[every, places[:, COLOURS:], :, 2:] = colours[every, right][:, :, None, None]
    answers = torch.full((n, SIDE * SIDE, 2), -100)
    answers[every, places[:, COLOURS:]] = torch.stack([marks.gather(1, left), marks.gather(1, right)], -1)
    pictures = cells.view(n, SIDE, SIDE, PATCH, PATCH, 3).permute(0, 5, 1, 3, 2, 4).reshape(n, 3, 24, 24)
    return Flags(pictures + 0.05 * torch.randn(pictures.shape, generator=g), answers, places)


class Beside(nn.Module):
    """x + part(norm(x)): a part of a network beside a shortcut."""

    def __init__(self, part: nn.Module):
        super().__init__()
        self.norm, self.part = nn.LayerNorm(DIM), part

    def forward(self, x: Tensor) -> Tensor:
        return x + self.part(self.norm(x))


def flag_reader(embed: nn.Module, attention: nn.Module) -> nn.Sequential:
    """A small network: patches become tokens, each token is prepared alone, the tokens read each other once, and a
    linear layer says both answers, (B, 3, 24, 24) -> (B, 36, 2).

    embed: (B, 3, 24, 24) -> (B, 36, 32).
    attention: (B, 36, 32) -> (B, 36, 32).
    """
    alone = nn.Sequential(nn.Linear(DIM, 2 * DIM), nn.GELU(), nn.Linear(2 * DIM, DIM))
    return nn.Sequential(embed, Beside(alone), Beside(attention), nn.Linear(DIM, 2))


def asked_loss(scores: Tensor, answers: Tensor) -> Tensor:
    """The loss over the answers that are asked for."""
    asked = answers >= 0
    return F.binary_cross_entropy_with_logits(scores[asked], answers[asked].to(scores))


@torch.no_grad()
def right_on_flags(network: nn.Module, posters: Flags) -> float:
    """The right answers in per cent."""
    asked = posters.answers >= 0
    return 100 * ((network(posters.pictures) > 0).long() == posters.answers)[asked].float().mean().item()
