"""Which positions a chain of dilated 3 x 3 convolutions sees."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def ways_to_the_centre(dilations: Sequence[int], side: int = 19) -> Tensor:
    """Counts the ways in which each of side x side positions reaches the central output, through one 3 x 3 convolution
    for each dilation. Returns (side, side).

    All weights are 1, so the gradient of the central output counts the ways.

    Raises ValueError if the side is too short for the window of the convolutions.
    """
    if side < 2 * sum(dilations) + 1:
        raise ValueError(f"a side of {side} cuts off the window of {2 * sum(dilations) + 1}")
    x = torch.ones(1, 1, side, side, requires_grad=True)
    features, kernel = x, torch.ones(1, 1, 3, 3)
    for dilation in dilations:
        features = F.conv2d(features, kernel, padding=dilation, dilation=dilation)
    return torch.autograd.grad(features[0, 0, side // 2, side // 2], x)[0][0, 0]


def window(ways: Tensor) -> int:
    """Returns the side of the smallest square around all positions that reach the centre.

    ways: (side, side), from `ways_to_the_centre`.
    """
    columns = ways.sum(0).nonzero()
    return int(columns.max() - columns.min()) + 1
