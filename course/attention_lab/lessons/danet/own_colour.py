"""A position attention set by hand: each position of a photograph asks for its own colour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = 20, 20  # positions of a photograph
FAINT = 0.05  # a colour nearer to grey than this has hardly any hue, and so a short query
SHARP = 12.0  # the product of a query with the key of its own hue


def asks_for_its_colour(position_attention: Callable[..., nn.Module]) -> Callable[[Tensor], Tensor]:
    """Returns a function from a photograph, (3, H, W), to the A of a position attention on 20 x 20 positions, (400,
    400). Nothing is trained: a position's features are its hue (the direction in which its colour leaves grey), and its
    query and its key are that hue, made longer.

    position_attention: the learner's class.
    """
    module: Any = position_attention(3, reduction=1)
    for layer in (module.query, module.key):
        nn.init.zeros_(layer.bias)
        with torch.no_grad():
            layer.weight.copy_(SHARP ** 0.5 * torch.eye(3)[:, :, None, None])

    def attention(photo: Tensor) -> Tensor:
        small = F.adaptive_avg_pool2d(photo, GRID)
        colour = small - small.mean(0)
        hue = colour / (colour.norm(dim=0) + FAINT)
        with torch.no_grad():
            weights: Tensor = module.attention(hue[None])[0]
        return weights

    return attention
