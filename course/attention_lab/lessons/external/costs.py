"""What lesson 07a's modules cost, beside self-attention."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.cost import cost


def _naive(x: Tensor) -> Tensor:
    return (x @ x.mT / x.shape[2] ** 0.5).softmax(-1) @ x


def _fused(x: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(x[:, None], x[:, None], x[:, None])[:, 0]


def beside_self_attention(external: nn.Module) -> dict[str, float]:
    """Returns how many times more time and memory self-attention needs than a module on 4,096 tokens of 64 numbers: the
    naive form, which stores its N x N matrix, and torch's fused one."""
    naive, fused, ours = (cost(way, torch.randn(1, 4096, 64)) for way in (_naive, _fused, external))
    return {"time, fused": fused.latency / ours.latency, "memory, naive": naive.forward_memory / ours.forward_memory,
            "memory, fused": fused.forward_memory / ours.forward_memory}


def beside_torchs_heads(external: nn.Module) -> dict[str, float]:
    """Returns how many times more multiply-adds a module on tokens of 64 numbers takes than torch's multi-head
    attention with 8 heads, for a few tokens and for many."""
    usual, found = nn.MultiheadAttention(64, 8, batch_first=True), {}
    for n in (196, 4096):
        x = torch.randn(1, n, 64)
        found[f"{n} tokens"] = (cost(external, x, latency=False).multiply_adds
                                / cost(usual, x, x, x, latency=False).multiply_adds)
    return found
