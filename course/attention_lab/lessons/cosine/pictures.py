"""Pictures of lesson 08b: colours as queries and keys, a bias that is stretched with its window, and where answers are
wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.images import show
from ...pictures.keepsake import keepsake
from ...pictures.style import ALERT, FEATURES, OTHER, WIDEST, house_figure
from .experiment import Make, answered, new_tiles

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

GRID = 12, 16
DIM = 0.12  # the light of a tile whose answer is wrong


def colours_of(picture: Tensor) -> Tensor:
    """Returns the colours of 12 x 16 cells of a picture, minus their mean, as queries or keys of one head, (1, 1, 192,
    3).

    picture: (3, H, W) from 0 to 1.
    """
    colours = F.adaptive_avg_pool2d(picture, GRID).flatten(1).T
    return (colours - colours.mean(0))[None, None]


def keep_answers(network: nn.Module, yours: Make, on_trained_scale: Make) -> None:
    """Keeps a picture, `my_cosine.png`: tiles in the windows of a network's training and in wider ones, dark where it
    names a wrong neighbour.

    network: trained in windows of 2 x 4.
    yours, on_trained_scale: as in `in_wider_windows`.
    """
    rows = {}
    for place, words, width, make in (("2 x 4", "windows as in training", 4, yours),
                                      ("2 x 8", "wider windows, the bias stretched with them", 8, yours),
                                      ("2 x 8 ", "wider windows, on the trained scale", 8, on_trained_scale)):
        right = answered(width, make, network.state_dict()).float()
        rows[place] = [(f"{words}: {100 * right.mean():.0f} % right",
                        new_tiles(width).pictures[0] * (DIM + (1 - DIM) * right[0]))]
    keepsake("my_cosine.png", "One network in three places: who is your right neighbour?", rows,
             "cosine attention, written by hand; means over 300 pictures, of which one is drawn, dark where wrong")


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
