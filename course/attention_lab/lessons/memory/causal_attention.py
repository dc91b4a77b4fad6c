"""Inputs for the challenge of lesson 05b, an attention in which each position sees only what came before, and a
comparison of two such attentions."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]


def queries_keys_values(n: int) -> list[Tensor]:
    """Returns random queries (1, n, 8), keys (1, n, 8) and values (1, n, 32) for n positions. They require gradients,
    and they are always the same for the same n."""
    generator = torch.Generator().manual_seed(n)
    return [torch.randn(1, n, width, generator=generator).requires_grad_() for width in (8, 8, 32)]


def largest_gap(one: Attention, other: Attention, n: int = 300) -> float:
    """Returns the largest difference between the gradients of two attentions, for n positions."""
    gradients = []
    for attention in (one, other):
        inputs = queries_keys_values(n)
        gradients.append(torch.autograd.grad(attention(*inputs).square().sum(), inputs))
    return max((a - b).abs().max().item() for a, b in zip(*gradients, strict=True))
