"""Pictures of lesson 05a: a poster that shows where the position under the pointer looks, and how much weight channels
give to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from torch import Tensor

from ..tasks.coloured_posters import Posters
from .images import show
from .look import look
from .style import house_figure, numbers

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure


def touch_attention(weights: Tensor, posters: Posters, poster: int) -> None:
    """Displays a poster and what the position under the pointer reads there.

    weights: (144, 144); row j holds the weights that position j gives to all positions of the poster at half the
        resolution.
    posters: the posters.
    poster: the poster's index.
    """
    look(weights, posters.pictures[poster].clamp(0, 1), grid=(12, 12), start=(0, 0))


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
