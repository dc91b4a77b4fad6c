"""Attention without its large matrix: the result of DANet's position attention in memory that grows with N, not with N * N.

Rabe and Staats, "Self-attention Does Not Need O(n^2) Memory" (2021): rows of the matrix in chunks, computed once more for the backward
pass.
"""
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from solutions.shared.bottleneck import hidden_channels

ROWS = 128  # of the attention matrix that exist at a time, in EfficientPositionAttention


def gather(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """For some queries the weighted means of all values: `(B, n, D), (B, D, N), (B, N, C) -> (B, n, C)`."""
    return torch.softmax(queries @ keys, dim=-1) @ values


class EfficientPositionAttention(nn.Module):
    """`PositionAttention` with `ROWS` rows of its map at a time: they are computed once more for the backward pass, not kept.

    Raises:
        ValueError: as `hidden_channels`.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = hidden_channels(channels, reduction)
        self.query = nn.Conv2d(channels, hidden, 1)
        self.key = nn.Conv2d(channels, hidden, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        queries = self.query(x).flatten(2).transpose(1, 2)
        keys = self.key(x).flatten(2)
        values = self.value(x).flatten(2).transpose(1, 2)
        rows = [checkpoint(gather, some, keys, values, use_reentrant=False) for some in queries.split(ROWS, dim=1)]
        gathered = torch.cat(rows, dim=1).transpose(1, 2)
        return x + self.gamma * gathered.reshape(x.shape)
