"""Lesson 07a: which discs are white? Pictures, and the small networks that answer.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ...tasks.scoring import UNASKED, right_of_each

QUESTIONS = ("book", "legend", "odd one out")
# The answer for each twelfth of the circle of hues. Opposite hues have the same answer, so no straight line separates
# black from white.
BOOK = torch.tensor([0, 1, 0, 0, 1, 1] * 2)


class HueDiscs(NamedTuple):
    """Pictures of discs with their answers.

    pictures: (n, 3, 24, 24).
    answers: (n, 12, 12), at half the resolution: 0 for black, 1 for white, UNASKED outside the discs.
    hues: (n, 6), the hues of the six discs, in turns around the circle, 0 to 1.
    places: (n, 6, 2), row and column of a position in each disc.
    """

    pictures: Tensor
    answers: Tensor
    hues: Tensor
    places: Tensor


def hue_discs(n: int, seed: int, question: str) -> HueDiscs:
    """Draws n pictures of six coloured discs. Which of them are white, and which are black?

    question: where the answer is found. "book": each hue has the same answer in all pictures, as in BOOK. "legend":
        there are two hues, and two swatches at the left edge pair one with black and one with white, anew in each
        picture. "odd one out": five discs have one hue, and the sixth, which has another hue, is white. Any hue can
        occur with any question.

    Raises ValueError for another question.
    """
    if question not in QUESTIONS:
        raise ValueError(f"the question is one of {', '.join(QUESTIONS)}; got {question!r}")
    g, side, every = torch.Generator().manual_seed(seed), 24, torch.arange(n)[:, None]
    pictures = torch.full((n, side, side, 3), 0.5)
    if question == "book":
        steps = torch.randint(len(BOOK), (n, 6), generator=g)
        hues, white = (steps + 0.15 + 0.7 * torch.rand(n, 6, generator=g)) / len(BOOK), BOOK[steps]
    elif question == "legend":
        two, colours = torch.rand(n, 1, generator=g) + torch.arange(2) / 2, torch.rand(n, 2, generator=g).argsort(1)
        which = torch.randint(2, (n, 6), generator=g)
        hues, white = two[every, which], colours[every, which]
        for swatch, row in enumerate((4, 15)):
            pictures[:, row:row + 5, 1:4] = _rgb(two[:, swatch, None, None])
            pictures[:, row:row + 5, 4:7] = colours[:, swatch, None, None, None].float()
    else:
        common = torch.rand(n, 1, generator=g)
        hues = torch.cat([common.expand(n, 5), common + 0.35 + 0.3 * torch.rand(n, 1, generator=g)], 1)
        white = torch.tensor([0, 0, 0, 0, 0, 1]).expand(n, 6)
    answers = torch.full((n, side, side), UNASKED)
    cells = torch.rand(n, 8, generator=g).argsort(1)[:, :6]  # six of the 4 x 2 places
    rows = 3 + 6 * (cells // 2) + torch.randint(2, (n, 6), generator=g)
    columns = 12 + 6 * (cells % 2) + torch.randint(3, (n, 6), generator=g)
    at = torch.arange(side)
    for disc in range(6):
        inside = (at[:, None] - rows[:, disc, None, None]) ** 2 + (at - columns[:, disc, None, None]) ** 2 <= 4
        pictures = torch.where(inside[..., None], _rgb(hues[:, disc, None, None]), pictures)
        answers = torch.where(inside, white[:, disc, None, None], answers)
    pictures += 0.02 * torch.randn(pictures.shape, generator=g)
    return HueDiscs(pictures.permute(0, 3, 1, 2).contiguous(), answers[:, ::2, ::2].contiguous(), hues % 1,
                    torch.stack([rows // 2, columns // 2], dim=2))


def _rgb(hues: Tensor) -> Tensor:
    """Returns equally bright colours for hues in turns around the circle, (...) -> (..., 3)."""
    return 0.5 + 0.5 * torch.cos(2 * math.pi * (hues[..., None] - torch.arange(3) / 3))


class OnTokens(nn.Module):
    """Computes x + module(tokens of x), (B, C, H, W) -> (B, C, H, W). The module gets the positions of x as a list, (B,
    H * W, C)."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        changed = self.module(x.flatten(2).transpose(1, 2))
        return x + changed.transpose(1, 2).view_as(x)


def disc_network(module: nn.Module, channels: int = 32) -> nn.Sequential:
    """Returns a small network around a module on tokens, (B, 3, 24, 24) -> scores for black and white, (B, 2, 12, 12).
    The network itself has no ReLU.

    module: (B, 144, channels) -> (B, 144, channels); it is `network[2].module`.
    """
    return nn.Sequential(nn.Conv2d(3, channels, 3, 2, 1), nn.BatchNorm2d(channels), OnTokens(module),
                         nn.Conv2d(channels, 2, 1))


def right_on_discs(network: nn.Module, discs: HueDiscs) -> float:
    """Returns the mean of two shares, in %: the positions of black discs that are answered with black, and those of
    white discs that are answered with white."""
    with torch.no_grad():
        return right_of_each(network(discs.pictures), discs.answers)


class SelfAttention(nn.Module):
    """Self-attention with one head, (B, N, dim) -> (B, N, dim).

    borrowed: True makes each image use the attention weights of the image before it in the batch.
    """

    borrowed = False

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(dim, dim, bias=False) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        weights = (self.q(x) @ self.k(x).mT / x.shape[2] ** 0.5).softmax(dim=2)
        return self.out((weights.roll(1, 0) if self.borrowed else weights) @ self.v(x))


def mlp(dim: int, hidden: int = 64) -> nn.Sequential:
    """Returns two linear layers with a ReLU between them, which work on each token by itself."""
    return nn.Sequential(nn.Linear(dim, hidden, bias=False), nn.ReLU(), nn.Linear(hidden, dim, bias=False))


class PlainSoftmax(nn.Module):
    """External attention with one softmax over the slots, (B, N, dim) -> (B, N, dim)."""

    def __init__(self, dim: int, memory_size: int = 64) -> None:
        super().__init__()
        self.mk, self.mv = nn.Linear(dim, memory_size, bias=False), nn.Linear(memory_size, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.mv(self.mk(x).softmax(dim=2))
