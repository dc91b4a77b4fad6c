"""Attention without its large matrix: the result of DANet's position attention in memory that grows with N, not with N
* N.

Rabe and Staats, "Self-attention Does Not Need O(n^2) Memory" (2021): rows of the matrix in chunks, computed once more
for the backward pass. Milakov and Gimelshein, "Online normalizer calculation for softmax" (2018): a softmax over blocks
of its row, with a running maximum; the idea behind FlashAttention (Dao et al., 2022).
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
    """`PositionAttention` with `ROWS` rows of its map at a time: they are computed once more for the backward pass, not
    kept.

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


def streaming_attention(q: Tensor, k: Tensor, v: Tensor, block: int = 64) -> Tensor:
    """`softmax(q k^T) v` without a scale, over `block` keys at a time: `(B, N, D), (B, M, D), (B, M, E) -> (B, N, E)`.

    Raises:
        ValueError: `block` is below 1.
    """
    if block < 1:
        raise ValueError(f"a block has at least 1 key, got {block}")
    largest = q.new_full((*q.shape[:2], 1), -torch.inf)  # the largest logit so far, (B, N, 1)
    total = torch.zeros_like(largest)
    gathered = v.new_zeros(*q.shape[:2], v.shape[-1])
    for keys, values in zip(k.split(block, dim=1), v.split(block, dim=1), strict=True):
        logits = q @ keys.transpose(1, 2)  # (B, N, block)
        new = torch.maximum(largest, logits.amax(dim=-1, keepdim=True))
        shrink = torch.exp(largest - new)
        weights = torch.exp(logits - new)
        total = total * shrink + weights.sum(dim=-1, keepdim=True)
        gathered = gathered * shrink + weights @ values
        largest = new
    return gathered / total
