"""Near and far heads with weights that were set by hand, on a photograph (lesson 09)."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.panels import Panel, cells
from ...pictures.touch import slide

DIM = 8  # two heads of four channels; a picture has four, and four are empty
SHARP = 200.0  # how strongly a query prefers the windows of its own colour
EDGE = 40.0  # how soon the gate of the near head opens
WINDOWS = 4, 8, 16, 32  # sides of the windows, in pixels

Make = Callable[..., nn.Module]  # makes a CloAttention


def features(picture: Tensor) -> Tensor:
    """Returns red, green and blue around 0, their squared length, and four empty channels: (1, 8, H, W).

    picture: (3, H, W), from 0 to 1.
    """
    colours = picture - 0.5
    return F.pad(torch.cat([colours, colours.square().sum(0, keepdim=True)])[None], (0, 0, 0, 0, 0, DIM - 4))


@torch.no_grad()
def by_hand(attention: nn.Module) -> nn.Module:
    """Sets the weights of a CloAttention(8, 2, [1, 1], [3], ...) in place, and returns it.

    The near head passes what differs from the mean of its neighbours, where that differs much. The far head looks
    for windows of a pixel's own colour: its logits are -|q - k|^2, but for a number that all keys share.
    """
    for parameter in attention.parameters():
        nn.init.zeros_(parameter)
    near, far = attention.local_branches[0], attention.global_branch
    for part in range(3):  # q, k and v: red, green and blue
        for channel in range(3):
            near.qkv.weight[4 * part + channel, channel] = 1
    detail = torch.full((3, 3), -1 / 9)
    detail[1, 1] += 1
    near.mixer.weight[:] = detail
    near.attn_map.conv1.weight[:3, :3] = EDGE  # all three see the sum of the squares
    near.attn_map.conv2.weight[range(3), range(3)] = EDGE
    for channel in range(3):
        far.q.weight[channel, channel] = 2 * 2 * SHARP  # times head_dim ** -0.5, which is 1/2
        far.kv.weight[channel, channel] = far.kv.weight[4 + channel, channel] = 1
        attention.proj.weight[channel, channel] = attention.proj.weight[channel, 4 + channel] = 1
    far.q.bias[3] = -2 * SHARP
    far.kv.weight[3, 3] = 1
    return attention


def near_and_far(make: Make, picture: Tensor, window: int) -> dict[str, Tensor]:
    """Returns pictures of what the near head passes (around grey), what the far head gathers, and both together."""
    attention, x = by_hand(make(DIM, 2, [1, 1], [3], window)), features(picture)
    with torch.no_grad():
        return {name: (module(x)[0, :3] + 0.5).clamp(0, 1)
                for name, module in (("near", attention.local_branches[0]), ("far", attention.global_branch),
                                     ("both", attention))}


def slide_photograph(make: Make, picture: Tensor) -> None:
    """Displays a slider for the windows of the far head. Below are the picture, what the near head and the far head
    make of it, and the sum of both.

    make: the learner's CloAttention.
    picture: (3, H, W), from 0 to 1.
    """
    found = {window: near_and_far(make, picture, window) for window in WINDOWS}

    def panels(window: int) -> list[Panel]:
        near, far, both = found[window].values()
        return [cells(picture, "the photograph"), cells(near, "near head"), cells(far, "far head"),
                cells(both, "both, added")]

    def says(window: int) -> str:
        keys = (picture.shape[1] // window) * (picture.shape[2] // window)
        return (f"Windows of {window} x {window} pixels: the far head paints {picture[0].numel():,} pixels with the "
                f"means of {keys} windows. The near head is the same for all windows.")

    sizes = {f"{window} pixels": window for window in WINDOWS}
    slide({"window": sizes}, panels, says, start=(list(sizes)[-1],))
