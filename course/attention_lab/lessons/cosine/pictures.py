"""Pictures of lesson 08b: what a scale does to attention over a photograph, and a bias that is stretched with its
window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.images import show
from ...pictures.keepsake import keepsake
from ...pictures.style import ALERT, FEATURES, OTHER, WIDEST, house_figure

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

Attend = Callable[[Tensor, Tensor, Tensor, Callable[[Tensor], Tensor]], Tensor]
GRID, START = (12, 16), (4, 6)
SCALES = 1, 10, 100


def colours_of(picture: Tensor) -> Tensor:
    """Returns the colours of 12 x 16 cells of a picture, minus their mean, as queries or keys of one head, (1, 1, 192,
    3).

    picture: (3, H, W) from 0 to 1.
    """
    colours = F.adaptive_avg_pool2d(picture, GRID).flatten(1).T
    return (colours - colours.mean(0))[None, None]


def keep_scales(cosine_attention: Attend, picture: Tensor, right: float) -> None:
    """Keeps a picture, `my_cosine.png`: what one cell of a photograph reads at three scales of its cosines.

    cosine_attention: the learner's.
    picture: (3, H, W) from 0 to 1.
    right: the share of right answers of the learner's network in the windows it was trained in, in %.
    """
    colours, cell = colours_of(picture), START[0] * GRID[1] + START[1]
    lights = {scale: cosine_attention(colours, colours, torch.eye(colours.shape[2])[None, None],
                                      torch.tensor(scale).mul)[0, 0, cell] for scale in SCALES}
    keepsake("my_cosine.png", "What does one cell of a photograph read, if it looks for its own colour?",
             {"": [(f"scale {scale}", picture * F.interpolate((0.15 + 0.85 * light / light.max()).view(1, 1, *GRID),
                                                              picture.shape[1:])[0])
                   for scale, light in lights.items()]},
             f"cosine attention, written by hand; in windows, a network of it names {right:.0f} % of its neighbours")


def show_bias(network: nn.Module, coords_table: Callable[[tuple[int, int]], Tensor]) -> None:
    """Displays the bias that a trained network adds for keys in the same row, in windows of 2 x 4 and 2 x 8: of the
    head of the first block that prefers the right neighbour most.

    network: trained in windows of 2 x 4.
    coords_table: the page's function, called with a window.
    """
    lines = {f"windows of 2 x {width}": _bias(network, coords_table((2, width))) for width in (4, 8)}
    head = int((lines["windows of 2 x 4"][:, 2] - lines["windows of 2 x 4"].mean(1)).argmax())
    chosen = {name: bias[head].tolist() for name, bias in lines.items()}
    peaks = "; ".join(f"{name}: largest for the key {len(bias) // 2 - bias.index(max(bias)):+d} columns away"
                      for name, bias in chosen.items())
    show(_bias_lines(chosen), f"A line for each width of window: the bias against the column of the key. {peaks}.")


@torch.no_grad()
def _bias(network: nn.Module, table: Tensor) -> Tensor:
    """Returns the first block's bias for offsets within a row, (heads, columns of the table)."""
    mlp = network.blocks[0].attention.transform.cpb_mlp
    return 16 * torch.sigmoid(mlp(table))[0, table.shape[1] // 2].T


@house_figure
def _bias_lines(lines: dict[str, list[float]]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(WIDEST, 2.8))
    axis.axvline(1, color=OTHER, linestyle=":")
    for (name, bias), colour in zip(lines.items(), (FEATURES, ALERT), strict=True):
        far = len(bias) // 2
        axis.plot(range(far, -far - 1, -1), bias, "o-", color=colour, markersize=4, label=name)
    axis.set(xlabel="where the key is, in columns (1: the right neighbour)", ylabel="bias")
    axis.legend(frameon=False)
    return figure
