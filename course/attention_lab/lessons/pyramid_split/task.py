"""Lesson 06a: in which direction do the stripes run?

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses. The small network that answers is here too, without
the module that a lesson puts into it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

DIRECTIONS = ("upright", "rising", "falling")
CLOTH = 9  # the column in which the cloth begins; the dot is to the left of the cloth


class Cloths(NamedTuple):
    """Cloths with their answers.

    pictures: (n, 3, 12, 20), values around 0.
    answers: (n,), an index into DIRECTIONS.
    asked: (n,), 0 if the dot is red and asks for the fine stripes, 1 if it is blue and asks for the coarse ones.
    """

    pictures: Tensor
    answers: Tensor
    asked: Tensor


def striped_cloths(n: int, seed: int) -> Cloths:
    """Draws n cloths with fine stripes, which repeat every 3 pixels, on top of coarse ones, which repeat every 12. The
    colour of the dot tells which of the two to name."""
    g, height, width = torch.Generator().manual_seed(seed), 12, 20
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")

    def stripes(wavelength: int) -> tuple[Tensor, Tensor]:
        direction = torch.randint(3, (n,), generator=g)
        angle = (direction * math.pi / 3)[:, None, None]
        start = 2 * math.pi * torch.rand(n, 1, 1, generator=g)
        along = torch.cos(angle) * columns + torch.sin(angle) * rows
        return direction, torch.sin(2 * math.pi * along / wavelength + start)

    (fine_direction, fine), (coarse_direction, coarse) = stripes(3), stripes(12)
    pictures = (0.3 * (fine + coarse) * (columns >= CLOTH))[:, None].repeat(1, 3, 1, 1)
    asked = torch.randint(2, (n,), generator=g)
    middle = torch.randint(2, height - 2, (n, 1, 1), generator=g)
    dot = ((rows - middle) ** 2 + (columns - 1) ** 2 <= 5)[:, None]
    red_or_blue = torch.tensor([[0.5, -0.5, -0.5], [-0.5, -0.5, 0.5]])[asked]
    pictures = torch.where(dot, red_or_blue[:, :, None, None], pictures)
    pictures += 0.06 * torch.randn(n, 1, height, width, generator=g)
    return Cloths(pictures, torch.where(asked == 0, fine_direction, coarse_direction), asked)


def with_dots(pictures: Tensor, blue: float) -> Tensor:
    """Returns a copy of the cloths in which each dot has a colour between red (0) and blue (1).

    pictures: (n, 3, 12, 20), from `striped_cloths`.
    blue: from 0 to 1.
    """
    dot = (pictures[:, :1] - pictures[:, 2:]).abs() > 0.5  # elsewhere the channels are equal
    noise = pictures[:, 1:2] + 0.5
    return torch.where(dot, torch.tensor([0.5 - blue, -0.5, blue - 0.5])[:, None, None] + noise, pictures)


def with_other_dots(pictures: Tensor) -> Tensor:
    """Returns a copy of the cloths in which each has the dot of the next picture."""
    changed = pictures.clone()
    changed[..., :CLOTH] = pictures.roll(1, 0)[..., :CLOTH]
    return changed


def direction_namer(make: Callable[[], nn.Module], channels: int) -> nn.Sequential:
    """Returns a network of a 1 x 1 convolution, a module, the mean over all positions and a linear layer: (B, 3, H, W)
    -> (B, 3), the logits of DIRECTIONS.

    Only the module looks at neighbouring pixels.

    make: makes the module, from `channels` to `channels` channels.
    """
    return nn.Sequential(
        nn.Conv2d(3, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), make(),
        nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(channels, len(DIRECTIONS)))
