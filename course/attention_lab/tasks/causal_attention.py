"""Lesson 05b's challenge: inputs for an attention in which each position sees only what came before, and how far two
of them differ."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]


def queries_keys_values(n: int) -> list[Tensor]:
    """Random queries, keys and values of n positions, (1, n, 8), (1, n, 8) and (1, n, 32), which need gradients;
    the same for one n."""
    generator = torch.Generator().manual_seed(n)
    return [torch.randn(1, n, width, generator=generator).requires_grad_() for width in (8, 8, 32)]


def largest_gap(one: Attention, other: Attention, n: int = 300) -> float:
    """By how much the gradients of two attentions differ at most, for n positions."""
    gradients = []
    for attention in (one, other):
        inputs = queries_keys_values(n)
        gradients.append(torch.autograd.grad(attention(*inputs).square().sum(), inputs))
    return max((a - b).abs().max().item() for a, b in zip(*gradients, strict=True))
