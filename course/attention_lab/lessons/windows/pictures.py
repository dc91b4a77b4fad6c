"""Plots of lesson 08a: which cells see each other in shifted windows, and scores column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ...pictures.images import show
from ...pictures.keepsake import keepsake
from ...pictures.look import look
from ...pictures.panels import lit
from ...pictures.style import ALERT, FEATURES, OTHER, WIDEST, house_figure
from ...pictures.touch import slide
from ...significance.gaps import print_gaps

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

    from ...networks.training import Results

Pair = tuple[int, int]  # a number of rows and a number of columns
PICTURE, WINDOW, SHIFT, START = (8, 12), (4, 4), (2, 2), (0, 0)
LAYERS_SHOWN = 6
KEPT = 1, 2, 4  # layers in the picture to keep


def read_from(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor],
              shift: Pair) -> Tensor:
    """Returns what each cell of a picture of 8 x 12 cells reads in windows of 4 x 4, (96, 96): the same weight of each
    cell that it may look at, 0 of all others.

    partition, mask: the lesson's functions.
    shift: how far the windows are shifted, (0, 0) for ordinary ones.
    """
    rows, columns = PICTURE
    numbered = torch.arange(rows * columns).reshape(1, rows, columns, 1)
    windows = partition(numbered.roll([-s for s in shift], dims=(1, 2)).float(), WINDOW).flatten(1).long()
    weights = torch.zeros(rows * columns, rows * columns)
    weights[windows[:, :, None], windows[:, None]] = (mask(PICTURE, WINDOW, shift) == 0).float()
    return weights / weights.sum(1, keepdim=True)


def point_windows(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor],
                  picture: Tensor) -> None:
    """Displays a picture twice, with ordinary and with shifted windows, and what one cell reads in both.

    partition, mask: a learner's `window_partition` and `shifted_window_mask`.
    picture: (3, H, W) from 0 to 1.
    """
    look({words: read_from(partition, mask, shift) for words, shift in (("not shifted", (0, 0)), ("shifted", SHIFT))},
         picture, grid=PICTURE, start=START)


def slide_layers(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor],
                 picture: Tensor) -> None:
    """Displays which cells of a picture one cell has heard from after several layers, with ordinary windows and with
    windows that are shifted in every other layer.

    partition, mask: a learner's `window_partition` and `shifted_window_mask`.
    picture: (3, H, W) from 0 to 1.
    """
    heard = _heard(partition, mask)

    def seen(name: str, layers: int, cell: Pair) -> Tensor:
        return heard[name][layers][PICTURE[1] * cell[0] + cell[1]].view(PICTURE) > 0

    slide({"layers": {str(layers): layers for layers in range(LAYERS_SHOWN + 1)},
           "cell": {f"row {row}, column {column}": (row, column) for row, column in ((0, 0), (3, 3), (4, 6), (7, 11))}},
          lambda layers, cell: [lit(picture, seen(name, layers, cell), name, cell) for name in heard],
          lambda layers, cell: f"Cells that the one in row {cell[0]}, column {cell[1]} has heard from after {layers} "
                               f"layer{'s' * (layers != 1)}: " + "; ".join(f"{name}, {seen(name, layers, cell).sum()}"
                                                       for name in heard) + ".",
          start=("0", "row 3, column 3"), plays="layers")


def keep_spread(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor],
                picture: Tensor, score: float) -> None:
    """Keeps a picture, `my_windows.png`: which cells one cell has heard from after some layers, with and without a
    shift.

    partition, mask, picture: as in `slide_layers`.
    score: of the learner's network with one shifted block, in per cent.
    """
    row, column = 3, 3  # at a corner of four windows
    heard = _heard(partition, mask)
    rows = {}
    for name, so_far in heard.items():
        lights = {layers: so_far[layers][PICTURE[1] * row + column].view(1, 1, *PICTURE) > 0 for layers in KEPT}
        rows[name] = [(f"layer {layers}: {int(seen.sum())} cells",
                       picture * F.interpolate(0.2 + 0.8 * seen.float(), picture.shape[1:])[0])
                      for layers, seen in lights.items()]
    keepsake("my_windows.png", "How far does one cell hear, if each looks only at its window?", rows,
             "shifted windows, written by hand; a network with them names the tile across a border: "
             f"{score:.0f} % right")


def _heard(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor]
           ) -> dict[str, list[Tensor]]:
    """Returns what each cell has heard from each other, (96, 96), after 0, 1, 2, ... layers: of ordinary windows, and
    of windows that are shifted in every other layer."""
    ordinary, shifted = (read_from(partition, mask, shift) for shift in ((0, 0), SHIFT))
    heard = {"never shifted": [torch.eye(len(ordinary))], "every other layer shifted": [torch.eye(len(ordinary))]}
    for layer in range(LAYERS_SHOWN):
        for second, so_far in zip((ordinary, shifted), heard.values(), strict=True):
            so_far.append((second if layer % 2 else ordinary) @ so_far[-1])
    return heard


BORDERS, CHANCE = (3, 7), 25.0  # the last columns of ordinary windows, but for the picture's last one; in %


def show_by_column(results: Results) -> None:
    """Displays the scores of each arm column by column, with a line for each run, and the gaps that the page names.

    results: has the measures "border", "edge", "elsewhere", "column 0", "column 1", ...
    """
    columns = [measure for measure in results.measures if measure.startswith("column ")]
    words = "; ".join(f"{arm} " + ", ".join(f"{results.mean(arm, column):.0f}" for column in columns)
                      for arm in results.arms)
    show(_by_column(results, columns),
         "Right answers in per cent against the column, one panel for each arm and a line for each run. Means by "
         f"column: {words}.")
    print_gaps(results, [("one shifted", "never shifted", "border"), ("one shifted", "no mask", "edge"),
                         ("one shifted", "both shifted", "shifted border")], matters=5)


@house_figure
def _by_column(results: Results, columns: Sequence[str]) -> Figure:
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(2, -(-len(results.arms) // 2), figsize=(WIDEST, 4.6), sharex=True, sharey=True,
                                squeeze=False)
    for axis, arm in zip(grid.flat, results.arms, strict=False):
        for border in BORDERS:
            axis.axvline(border + 0.5, color=OTHER, linestyle=":")
        axis.axhline(CHANCE, color=ALERT, linestyle="--", linewidth=1.3)
        for run in zip(*(results.scores(arm, column) for column in columns), strict=True):
            axis.plot(range(len(columns)), run, "o-", color=FEATURES, alpha=0.6, markersize=4)
        axis.set(title=arm, ylim=(0, 105), xticks=range(len(columns)), xlabel="column", ylabel="right (%)")
        axis.label_outer()
    figure.suptitle("lines: runs; dotted: borders of ordinary windows; dashed: chance", fontsize=9, x=0.01, ha="left")
    return figure
