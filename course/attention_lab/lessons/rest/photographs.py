"""A photograph as tokens: what the keys of lesson 07b's attention read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...pictures import show
from ...pictures.style import draw_image, grid, house_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
