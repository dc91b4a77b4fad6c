"""Attention that can be told where each position is, used by lesson 10's example of a study."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PlacedAttention(nn.Module):
    """Adds scaled dot-product attention between all positions to x, (B, C, H, W) -> (B, C, H, W).

    places: True adds each position's row and column, from -1 to 1, to the input of queries and keys.
    attend: False is the control. Then a position adds only what is computed from its own features, row and column, and
        nothing comes from other positions.
    size: the number of features of a query and a key.
    """

    def __init__(self, channels: int, places: bool = True, attend: bool = True, size: int = 8) -> None:
        super().__init__()
        self.places, self.attend, self.scale = places, attend, size ** -0.5
        seen = channels + 2 if places else channels
        self.query = nn.Linear(seen, size) if attend else None
        self.key = nn.Linear(seen, size) if attend else None
        self.value = nn.Linear(channels if attend else seen, channels)

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        tokens = x.flatten(2).mT
        seen = torch.cat([tokens, positions(x)], dim=2) if self.places else tokens
        if self.query is None or self.key is None:
            gathered = self.value(seen)
        else:
            weights = (self.query(seen) @ self.key(seen).mT * self.scale).softmax(dim=2)
            gathered = weights @ self.value(tokens)
        return x + gathered.mT.unflatten(2, (height, width))


def positions(x: Tensor) -> Tensor:
    """Returns the row and column of each position, (B, N, 2), from -1 to 1."""
    sides = [torch.linspace(-1, 1, side, device=x.device, dtype=x.dtype) for side in x.shape[2:]]
    return torch.stack(torch.meshgrid(*sides, indexing="ij"), dim=-1).flatten(0, 1).expand(len(x), -1, -1)
