"""Lesson 02: which band glows?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the lesson takes away
to see what was really used.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

BANDS = 48  # channels of a picture of glowing discs, in the order of their wavelength


class Discs(NamedTuple):
    """pictures (n, 48, 16, 16); discs, 1 in the disc and 0 elsewhere (n, 16, 16); bands, the channel that glows (n,)."""

    pictures: Tensor
    discs: Tensor
    bands: Tensor


def glowing_discs(n: int, seed: int) -> Discs:
    """Pictures in 48 bands: a smooth spectrum, the same at all pixels, noise in every band, and a disc that glows in one band only."""
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
