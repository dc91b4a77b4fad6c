"""Lesson 06a: in which direction do those stripes run?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the
lesson takes away to see what was really used. The small network that answers stands here too, without the module that a
lesson puts into it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

DIRECTIONS = ("upright", "rising", "falling")
CLOTH = 9  # the column in which the cloth begins; the dot is to the left of it


class Cloths(NamedTuple):
    """pictures (n, 3, 12, 20), values around 0; answers, an index into DIRECTIONS (n,); asked, 0 if the dot is red and
    asks for the fine stripes, 1 if it is blue and asks for the coarse ones (n,)."""

    pictures: Tensor
    answers: Tensor
    asked: Tensor


def striped_cloths(n: int, seed: int) -> Cloths:
    """Fine stripes, which repeat every 3 pixels, on top of coarse ones, every 12;
    the colour of the dot says which of them to name."""
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
    """Each cloth with a dot whose colour lies between red (0) and blue (1), where its own dot is; a new tensor.

    pictures: (n, 3, 12, 20), of `striped_cloths`. blue: 0 to 1.
    """
    dot = (pictures[:, :1] - pictures[:, 2:]).abs() > 0.5  # elsewhere the channels are equal
    noise = pictures[:, 1:2] + 0.5
    return torch.where(dot, torch.tensor([0.5 - blue, -0.5, blue - 0.5])[:, None, None] + noise, pictures)


def with_other_dots(pictures: Tensor) -> Tensor:
    """Each cloth with the dot of the next picture; a new tensor."""
    changed = pictures.clone()
    changed[..., :CLOTH] = pictures.roll(1, 0)[..., :CLOTH]
    return changed


def direction_namer(make: Callable[[], nn.Module], channels: int) -> nn.Sequential:
    """A 1 x 1 convolution, a module, the mean over all positions and a linear layer: (B, 3, H, W) -> (B, 3), logits of
    DIRECTIONS.

    make: makes the module, from `channels` to `channels` channels. Nothing else looks at neighbouring pixels.
    """
    return nn.Sequential(
        nn.Conv2d(3, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(), make(),
        nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(channels, len(DIRECTIONS)))
