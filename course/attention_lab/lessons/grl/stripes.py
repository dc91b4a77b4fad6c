"""Compares the cost of attention in stripes with that of full maps and windows, and measures how far a module of
stripes reaches (lesson 08c)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks.cost import cost

CHANNELS, WINDOW, STRIPE = 16, (8, 8), 8  # channels of one head; a stripe has 8 rows and is as long as the picture
REPAIRED_ON = (32, 48), (32, 64), (48, 64)  # heights and widths of images


def training_memory(cosine_attention: Callable[..., Tensor], side: int) -> dict[str, float]:
    """Returns the MiB that a training step on a picture of side x side tokens needs, for each kind of attention.

    cosine_attention: takes queries (B, N, C), keys and values (B, M, C), and a function of the cosines; returns (B, N,
        C). With anchors, it is called twice: from the values to the anchors, and from the anchors to the tokens.
    """
    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return cosine_attention(q, k, v, lambda cosine: 10 * cosine)

    def whole_stripes(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return attend(*_cut((STRIPE, side), q, k, v))

    def anchored(factor: int) -> Callable[..., Tensor]:
        def call(q: Tensor, k: Tensor, v: Tensor, anchors: Tensor) -> Tensor:
            q, k, v = _cut((STRIPE, side), q, k, v)
            a, = _cut((STRIPE // factor, side // factor), anchors)
            return attend(q, a, attend(a, k, v))

        return call

    tokens = [torch.randn(1, CHANNELS, side, side) for _ in range(3)]
    kinds: dict[str, tuple[Callable[..., Tensor], list[Tensor]]] = {
        "full map": (lambda q, k, v: attend(*_cut((side, side), q, k, v)), tokens),
        "windows of 8 x 8": (lambda q, k, v: attend(*_cut(WINDOW, q, k, v)), tokens),
        "stripes": (whole_stripes, tokens),
        "stripes, anchors 1/2": (anchored(2), [*tokens, F.avg_pool2d(tokens[0], 2)]),
        "stripes, anchors 1/4": (anchored(4), [*tokens, F.avg_pool2d(tokens[0], 4)]),
    }
    bytes_kept = {kind: cost(call, *grids, backward=True, latency=False).training_memory or 0
                  for kind, (call, grids) in kinds.items()}
    return {kind: count / 2**20 for kind, count in bytes_kept.items()}


def _cut(size: tuple[int, int], *grids: Tensor) -> list[Tensor]:
    """Cuts grids (1, C, H, W) into pieces, and returns the tokens of these, (pieces, height * width, C)."""
    height, width = size
    return [F.unfold(grid, size, stride=size).unflatten(1,
                                                        (CHANNELS, height * width)).permute(0, 3, 2, 1).flatten(0, 1)
                                                        for grid in grids]


def reach(attention: nn.Module, height: int, width: int) -> tuple[int, int]:
    """Returns how many rows and how many columns of an image can change the output at its first token.

    attention: an AnchoredStripeAttention for 4 channels, with anchors at 1/2.
    """
    generator = torch.Generator().manual_seed(0)
    qkv = torch.randn(1, height * width, 12, generator=generator, requires_grad=True)
    anchors = torch.randn(1, height // 2, width // 2, 4, generator=generator)
    result = attention(qkv, anchors, (height, width))[0, 0].sum()
    seen = torch.autograd.grad(result, qkv)[0][0].abs().sum(1).reshape(height, width) > 0
    return int(seen.any(1).sum()), int(seen.any(0).sum())


def print_reach(exhibit: Callable[[], nn.Module]) -> None:
    """Prints how far an attention module from the bug museum reaches on images of several sizes, and whether that is 8
    rows and all columns each time.

    exhibit: makes the attention; called once for each size.
    """
    reached = {size: reach(exhibit(), *size) for size in REPAIRED_ON}
    for (height, width), (rows, columns) in reached.items():
        print(f"in an image of {height} x {width}: {rows} rows and {columns} columns")
    print("repaired:", "Yes." if all(found == (STRIPE, width) for (_, width), found in reached.items())
          else "No, not yet.")
