"""A noisy photograph in which every pixel asks all the others: non-local means (A. Buades, B. Coll, J.-M. Morel: *A
non-local algorithm for image denoising*, CVPR 2005) as attention without a scale."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ...tasks.data import photograph

SIDE, NOISE = 96, 0.1  # pixels; standard deviation, where a picture's values go from 0 to 1
AROUND = 3  # the side of the piece around a pixel that is compared
WIDTH = 0.8  # in standard deviations of the noise: pieces that differ by this much count 1 / e


def noisy_photograph(name: str = "astronaut") -> tuple[Tensor, Tensor]:
    """Returns a small photograph and a noisy copy of it, (3, 96, 96) each, the first from 0 to 1."""
    clean = F.interpolate(photograph(name)[None], (SIDE, SIDE), mode="bilinear", antialias=True)[0]
    return clean, clean + NOISE * torch.randn(clean.shape, generator=torch.Generator().manual_seed(0))


def pixels_alike(picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Returns queries, keys and values, (1, N, 28), (1, N, 28) and (1, N, 3), of a picture (3, H, W) with N pixels.

    The value of a pixel is its colour. A logit is 2 p · p' - |p'|², where p and p' are the 3 x 3 pixels around both
    places, over the width squared. That is minus |p - p'|², except for |p|², which is the same for all keys of a query.
    """
    pieces = F.unfold(F.pad(picture[None], (AROUND // 2,) * 4, mode="reflect"), AROUND).transpose(1, 2)
    width = pieces.shape[2] * (WIDTH * NOISE) ** 2
    keys = torch.cat([2 * pieces, -pieces.square().sum(2, keepdim=True)], 2) / width
    return torch.cat([pieces, torch.ones_like(pieces[..., :1])], 2), keys, picture.flatten(1).T[None]
