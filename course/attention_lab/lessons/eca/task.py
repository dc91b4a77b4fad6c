"""Lesson 02: which band glows? The pictures, a small network that looks for the disc, its loss and its score.

The same `n` and `seed` give the same pictures and answers on every machine. The answer depends on a cue, which the
lesson takes away to see what the network really uses.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BANDS = 48  # channels of a picture of glowing discs, in the order of their wavelength


class Discs(NamedTuple):
    """Pictures of discs with their answers.

    pictures: (n, 48, 16, 16).
    discs: (n, 16, 16), 1 in the disc and 0 elsewhere.
    bands: (n,), the channel that glows.
    """

    pictures: Tensor
    discs: Tensor
    bands: Tensor


def glowing_discs(n: int, seed: int) -> Discs:
    """Draws n pictures in 48 bands: a smooth spectrum that is the same at all pixels, noise in every band, and a disc
    that glows in one band only."""
    g, side = torch.Generator().manual_seed(seed), 16
    waves = torch.tensor([0.5, 1.0, 1.5, 2.0])[:, None] * torch.arange(BANDS) / BANDS
    phase, height = torch.rand(2, n, 4, 1, generator=g)
    spectrum = 2.5 + (height * torch.sin(2 * math.pi * (waves + phase))).sum(1)
    bands = torch.randint(BANDS, (n,), generator=g)
    row, column = 2 + (side - 4) * torch.rand(2, n, 1, 1, generator=g)
    at = torch.arange(side)
    discs = ((at[:, None] - row) ** 2 + (at - column) ** 2 < 9.5).float()
    pictures = spectrum[:, :, None, None] + torch.randn(n, BANDS, side, side, generator=g)
    pictures[torch.arange(n), bands] += 3 * discs
    return Discs(pictures, discs, bands)


def disc_finder(gate: nn.Module, width: int = 8) -> nn.Sequential:
    """Returns a small network that marks the disc's pixels, (n, 48, 16, 16) -> (n, 16, 16) logits.

    First comes the gate for the bands. Then a 1 x 1 convolution mixes the bands, each picture is normalised, and two 3
    x 3 convolutions look for a disc.

    gate: (n, 48, 16, 16) -> (n, 48, 16, 16).
    """
    return nn.Sequential(
        gate, nn.Conv2d(BANDS, width, 1), nn.InstanceNorm2d(width, affine=True), nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(),
        nn.Conv2d(width, 1, 3, padding=1), nn.Flatten(1, 2))


def pixel_loss(logits: Tensor, discs: Tensor) -> Tensor:
    """Returns the binary cross entropy over all pixels, in which the disc's few pixels count three times."""
    return F.binary_cross_entropy_with_logits(logits, discs, pos_weight=torch.tensor(3.0))


def overlap(logits: Tensor, discs: Tensor) -> float:
    """Returns the intersection over union in per cent: correctly marked pixels, divided by the pixels that are marked
    or should be."""
    marked, true = logits > 0, discs > 0.5
    return 100 * ((marked & true).sum() / (marked | true).sum()).item()
