"""Pictures of lesson 05a: how much weight channels give to each other, and the answers of a trained network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ...pictures.images import show
from ...pictures.keepsake import keepsake
from ...pictures.style import colour_map, house_figure, numbers
from ...tasks.coloured_posters import Posters, right_on_posters
from ...tasks.scoring import UNASKED

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure


def keep_posters(network: nn.Module, posters: Posters) -> None:
    """Shows four posters and the marks that a trained network gives to their patches without one, and keeps the picture
    as `my_danet.png`.

    network: a `poster_network`.
    posters: new posters.
    """
    network.eval()
    pictures, answers = posters.pictures[:4].clamp(0, 1), posters.answers[:4]
    with torch.no_grad():
        said = network(posters.pictures[:4]).argmax(1)
    asked = answers != UNASKED
    painted = torch.where(_full(asked), _full(said), pictures)
    right = [f"{(said == answers)[one][asked[one]].float().mean():.0%} right" for one in range(4)]
    keepsake("my_danet.png", "Same colour, same mark: what belongs on the patches without one?",
             {"the poster": [(f"poster {one + 1}", picture) for one, picture in enumerate(pictures)],
              "the answer": list(zip(right, painted, strict=True))},
             f"Position attention, written by hand: {right_on_posters(network, posters):.1f} % right on "
             f"{len(posters.pictures)} new posters")


def _full(each: Tensor) -> Tensor:
    """(n, H, W) at half the resolution as (n, 3, 2 H, 2 W)."""
    whole = each.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    return whole[:, None].expand(-1, 3, -1, -1).to(torch.bool if each.dtype == torch.bool else torch.float32)


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
        drawn = axis.imshow(numbers(weights, name).numpy(), cmap=colour_map("maps"), vmin=0, vmax=1)
        axis.set(title=name, xlabel="channel that is looked at")
    axes[0, 0].set_ylabel("channel that looks")
    figure.colorbar(drawn, ax=list(axes[0]), label="weight")
    return figure
