"""A photograph as tokens: what the keys of lesson 07b's attention read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ...pictures import show
from ...pictures.keepsake import keepsake
from ...pictures.panels import Panel, cells
from ...pictures.style import draw_image, grid, house_figure
from ...pictures.touch import slide

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHARP = 200.0  # how strongly a query prefers the windows of its own colour
RATIOS = 4, 8, 16, 32

Make = Callable[..., Any]  # makes an EMSA


@torch.no_grad()
def read_by_sr(attention: nn.Module, picture: Tensor) -> Tensor:
    """Returns the map that a module's `sr` reads if it is given the pixels of a picture row by row, (3, rows, columns).

    picture: (3, H, W).
    """
    read: list[Tensor] = []
    hook = attention.get_submodule("sr").register_forward_pre_hook(lambda _, given: read.append(given[0][0]))
    try:
        attention(picture.flatten(1).T[None], *picture.shape[1:])
    finally:
        hook.remove()
    return read[0]


def show_what_sr_reads(attention: nn.Module, pictures: Mapping[str, Tensor]) -> None:
    """Displays for each picture the map that the module's `sr` reads.

    attention: of three channels, with a ratio above 1.
    pictures: (3, H, W) each, from 0 to 1, by title.
    """
    maps = {f"{title}, {picture.shape[1]} x {picture.shape[2]}": read_by_sr(attention, picture)
            for title, picture in pictures.items()}
    said = "; ".join(f"{title}: sr reads {found.shape[1]} rows of {found.shape[2]}" for title, found in maps.items())
    print(said)
    show(_side_by_side(maps), said)


@house_figure
def _side_by_side(maps: Mapping[str, Tensor]) -> Figure:
    figure, axes = grid(1, len(maps), 3, 2.6, above=0.3)
    for axis, (title, found) in zip(axes, maps.items(), strict=True):
        draw_image(axis, found)
        axis.set_title(title, loc="center")
        axis.set_axis_off()
    return figure


@torch.no_grad()
def by_hand(attention: nn.Module) -> nn.Module:
    """Sets the weights of an EMSA(4, num_heads=1, sr_ratio=..., qkv_bias=True) in place, and returns it.

    A key is the mean of its window, without the norm, and a query looks for windows of its own colour: its logits are
    -|q - k|^2, but for a number that all keys share, and less for windows of many colours.
    """
    for parameter in attention.parameters():
        nn.init.zeros_(parameter)
    sr, q, kv, proj = (attention.get_submodule(name) for name in ("sr", "q", "kv", "proj"))
    sr.weight.fill_(1 / sr.kernel_size[0] ** 2)
    attention.sr_norm = nn.Identity()
    for channel in range(3):  # red, green and blue
        q.weight[channel, channel] = 2 * 2 * SHARP  # times head_dim ** -0.5, which is 1/2
        kv.weight[channel, channel] = kv.weight[4 + channel, channel] = proj.weight[channel, channel] = 1
    q.bias[3] = -2 * SHARP
    kv.weight[3, 3] = 1
    return attention


@torch.no_grad()
def painted_with_keys(make: Make, picture: Tensor, ratio: int) -> dict[str, Tensor]:
    """Returns what the keys alone hold, (3, rows, columns), and what all queries gather from them, (3, H, W).

    make: the learner's EMSA.
    """
    attention = by_hand(make(4, num_heads=1, sr_ratio=ratio, qkv_bias=True))
    colours = picture - 0.5
    x = torch.cat([colours, colours.square().sum(0, keepdim=True)])[None]
    gathered = attention(x.flatten(2).mT, *picture.shape[1:]).mT.unflatten(2, picture.shape[1:])
    return {name: (found[0, :3] + 0.5).clamp(0, 1)
            for name, found in (("keys", attention.get_submodule("sr")(x)), ("queries", gathered))}


def slide_keys(make: Make, picture: Tensor) -> None:
    """Displays a slider for the ratio. Below are the picture, the keys of a learner's EMSA, and what its queries make
    of them.

    make: the learner's EMSA.
    picture: (3, H, W), from 0 to 1.
    """
    found = {ratio: painted_with_keys(make, picture, ratio) for ratio in RATIOS}

    def panels(ratio: int) -> list[Panel]:
        return [cells(picture, "the photograph"), cells(found[ratio]["keys"], "its keys"),
                cells(found[ratio]["queries"], "what every pixel gathers")]

    def says(ratio: int) -> str:
        return (f"Ratio {ratio}: {picture[0].numel():,} pixels ask, and {found[ratio]['keys'][0].numel()} keys "
                "answer.")

    slide({"ratio": {str(ratio): ratio for ratio in RATIOS}}, panels, says, start=(str(RATIOS[0]),))


def keep_keys(make: Make, picture: Tensor) -> None:
    """Keeps a picture as `my_rest.png`: the photograph, the fewest keys, and what every pixel gathers from them."""
    found = painted_with_keys(make, picture, RATIOS[-1])
    keys = found["keys"][0].numel()
    keepsake("my_rest.png", f"How many keys does a picture need? Here are {keys}.",
             {"": [("the photograph", picture), (f"{keys} keys", found["keys"]),
                   ("every pixel asks them", found["queries"])]},
             f"ResT's attention, written by hand: {picture[0].numel():,} queries and {keys} keys")
