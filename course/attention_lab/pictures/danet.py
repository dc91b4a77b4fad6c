"""Pictures of lesson 05a: a poster that shows where the position under the pointer looks, and how much weight channels
give to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch.nn.functional as F
from torch import Tensor

from ..tasks.coloured_posters import Posters, what_it_reads
from .images import show
from .style import house_figure, numbers
from .touch import point

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure


def touch_attention(weights: Tensor, posters: Posters, poster: int) -> None:
    """Displays a poster whose squares grow with the weight that the position under the pointer gives them.

    weights: (144, 144); row j holds the weights that position j gives to all positions of the poster at half the
        resolution.
    posters: the posters.
    poster: the poster's index.
    """
    picture = F.avg_pool2d(posters.pictures[poster].clamp(0, 1), 2)
    _, rows, columns = picture.shape
    lights = (weights / weights.amax(1, keepdim=True)).view(rows, columns, rows, columns)
    sentences = what_it_reads(weights, posters, poster)
    point((rows, columns), lambda row, column: lights[row, column],
          lambda row, column: sentences[columns * row + column], (0, 0), picture)


def show_channel_maps(maps: Mapping[str, Tensor]) -> None:
    """Displays how much weight each channel gives to every channel, side by side for several forms of channel
    attention.

    maps: (C, C) each, from 0 to 1, by the form's name; row i holds the weights that channel i gives.
    """
    show(_channel_maps(maps), f"Maps of channel against channel, one for each form: {', '.join(maps)}. "
                              "A cell is the weight that the channel of its row gives to the channel of its column.")


@house_figure
def _channel_maps(maps: Mapping[str, Tensor]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(maps), figsize=(4.2 * len(maps), 3.5), squeeze=False)
    for axis, (name, weights) in zip(axes[0], maps.items(), strict=True):
        drawn = axis.imshow(numbers(weights, name).numpy(), cmap="Oranges", vmin=0, vmax=1)
        axis.set(title=name, xlabel="channel that is looked at")
    axes[0, 0].set_ylabel("channel that looks")
    figure.colorbar(drawn, ax=list(axes[0]), label="weight")
    return figure
