"""The network that restores a wall of stickers with one block, its targets and loss, and branches that can only average
(lesson 08c)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .task import GRID, Walls

WIDTH = 32  # channels of a token in the network
# the factors for red, green, blue and the mark of damage, for each of the four pixels of a token
SCALE = torch.tensor([2.0, 2.0, 2.0, 0.1]).repeat(4)


class Averaging(nn.Module):
    """Replaces an attention's `transform`: all logits are 0, so every token looks at all others equally and cannot
    choose.

    It keeps the transform's parameters, so that networks with and without it have the same number of them.
    """

    def __init__(self, transform: nn.Module) -> None:
        super().__init__()
        self.transform = transform

    def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        return 0 * attn


class WallNet(nn.Module):
    """Restores the tokens of a wall, (B, 160, 16) -> (B, 160, 12), by one GRLBlock of 32 channels with anchors at 1/2.

    In each branch, queries, keys and anchors start from the same matrix, so that similar tokens match from the first
    step.

    make_block: makes the block; called once.
    """

    def __init__(self, make_block: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.embed = nn.Sequential(nn.Linear(16, WIDTH), nn.LayerNorm(WIDTH))
        self.block = make_block()
        self.out = nn.Linear(WIDTH, 12)
        _start_alike(self.block.attn)

    def forward(self, seen: Tensor) -> Tensor:
        tokens = self.block(self.embed(seen * SCALE), GRID)
        return seen.unflatten(2, (4, 4))[..., :3].flatten(2) + self.out(tokens)


@torch.no_grad()
def _start_alike(attn: nn.Module) -> None:
    """Gives queries and keys the same matrix, and in the stripe branch the anchors too. The rows of `qkv` are q, k, v
    of the windows, then of the stripes."""
    part = WIDTH // 2
    window_queries, window_keys, _, stripe_queries, stripe_keys, _ = attn.qkv.weight.split(part)
    window_keys.copy_(window_queries)
    stripe_keys.copy_(stripe_queries)
    attn.anchor.reduction.weight.copy_(stripe_queries)
    attn.qkv.bias.zero_()
    attn.anchor.reduction.bias.zero_()


def wall_targets(walls: Walls) -> Tensor:
    """Returns the targets for `error_at_damage`, (n, 160, 13): the whole tokens, and a last number that is 1 at the
    damaged ones."""
    return torch.cat([walls.whole, (walls.kinds >= 0)[..., None].float()], 2)


def error_at_damage(restored: Tensor, targets: Tensor) -> Tensor:
    """Returns the mean squared error of restored tokens (n, 160, 12). Only the tokens that are damaged in
    `wall_targets` count."""
    return (restored - targets[..., :12])[targets[..., 12] > 0].square().mean()


def left_as_it_is(walls: Walls) -> Tensor:
    """Returns the damaged walls without the mark of damage, (n, 160, 12)."""
    return walls.seen.unflatten(2, (4, 4))[..., :3].flatten(2)
