"""A trained Restorer of GRL blocks with one part broken on purpose (lesson 08b)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .restoration import Restorer, psnr
from .wall_net import Averaging

DAMAGES = "local off", "mask inverted", "stripes average", "anchors shuffled", "windows of 4"


class _InvertedMask(nn.Module):
    """The transform of a window attention, with its mask turned round: tokens may look at exactly those that they
    should not."""

    def __init__(self, transform: nn.Module) -> None:
        super().__init__()
        self.transform = transform

    def forward(self, attn: Tensor, table: Tensor, index: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.transform(attn, table, index, None if mask is None else -100 - mask)


def _silent(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
    return 0 * output


def _shuffled(module: nn.Module, inputs: tuple, anchors: Tensor) -> Tensor:
    """Anchors (B, rows, columns, C), all of one picture in a random order."""
    order = torch.randperm(anchors.shape[1] * anchors.shape[2])
    return anchors.flatten(1, 2)[:, order].view_as(anchors)


def damaged(model: Restorer, damage: str) -> Restorer:
    """The same model, changed in place. Its blocks have the parts and names of a GRLBlock.

    damage: one of DAMAGES; windows of another size are made when the network is made, so nothing is left to do for
        them.
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
    """A noisy photograph (3, H, W), restored with each damage.
    restorer(name) makes the network, restorer(name, window=...) another one."""
    torch.manual_seed(0)  # anchors change places at random
    windows = {"windows of 4": (4, 4)}
    with torch.no_grad():
        return {damage: damaged(restorer(name, window=windows.get(damage, (8, 8))), damage)(noisy[None])[0]
                for damage in DAMAGES}


def losses(worse: dict[str, Tensor], restored: Tensor, whole: Tensor) -> dict[str, float]:
    """How many dB each damage costs, by its name. restored: by the unharmed network. All pictures are (3, H, W)."""
    return {damage: psnr(restored, whole) - psnr(picture, whole) for damage, picture in worse.items()}
