"""A trained Restorer of GRL blocks with one part broken on purpose (lesson 08c)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .task import Restorer, psnr
from .wall_net import Averaging

DAMAGES = "local off", "mask inverted", "stripes average", "anchors shuffled", "windows of 4"


class _InvertedMask(nn.Module):
    """The transform of a window attention, with its mask inverted: tokens may look at exactly those tokens that they
    should not see."""

    def __init__(self, transform: nn.Module) -> None:
        super().__init__()
        self.transform = transform

    def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.transform(attn, table, index, None if mask is None else -100 - mask)


def _silent(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
    return 0 * output


def _shuffled(module: nn.Module, inputs: tuple, anchors: Tensor) -> Tensor:
    """Shuffles the positions of anchors (B, rows, columns, C)."""
    order = torch.randperm(anchors.shape[1] * anchors.shape[2])
    return anchors.flatten(1, 2)[:, order].view_as(anchors)


def damaged(model: Restorer, damage: str) -> Restorer:
    """Changes the model in place, and returns it. Its blocks must have the parts and names of a GRLBlock.

    damage: one of DAMAGES. If the damage is that windows have another size, nothing changes here, because the network
        was already built with such windows.
    """
    for block in model.blocks:
        windows, stripes = block.attn.window_attention, block.attn.stripe_attention
        if damage == "local off":
            block.local.register_forward_hook(_silent)
        if damage == "mask inverted":
            windows.transform = _InvertedMask(windows.transform)
        if damage == "stripes average":
            stripes.transform_in, stripes.transform_out = Averaging(stripes.transform_in), Averaging(
                stripes.transform_out
            )
        if damage == "anchors shuffled":
            block.attn.anchor.register_forward_hook(_shuffled)
    return model


def restored_by_damaged(restorer: Callable[..., Restorer], name: str, noisy: Tensor) -> dict[str, Tensor]:
    """Restores a noisy photograph (3, H, W) with each damage, and returns the results by the damage's name.

    restorer: restorer(name) makes the network, and restorer(name, window=...) makes one with windows of another size.
    """
    torch.manual_seed(0)  # one damage shuffles the anchors at random
    windows = {"windows of 4": (4, 4)}
    with torch.no_grad():
        return {damage: damaged(restorer(name, window=windows.get(damage, (8, 8))), damage)(noisy[None])[0]
                for damage in DAMAGES}


def losses(worse: dict[str, Tensor], restored: Tensor, whole: Tensor) -> dict[str, float]:
    """Returns how many dB each damage costs, by its name. All pictures are (3, H, W).

    worse: the picture that each damaged network restored.
    restored: the picture that the unharmed network restored.
    whole: the original.
    """
    return {damage: psnr(restored, whole) - psnr(picture, whole) for damage, picture in worse.items()}
