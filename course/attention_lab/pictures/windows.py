"""Plots of lesson 08a: which cells see each other in shifted windows, offsets on a log scale, and scores column by
column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .images import show
from .style import ALERT, FEATURES, LAYERS, MAPS, OTHER, house_figure, one_plot
from .touch import point

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

    from ..networks.training import Results

Pair = tuple[int, int]  # a number of rows and a number of columns
PALE = 0.2  # brightness of a cell that shares the window but is masked
PICTURE, WINDOW, SHIFT, START = (8, 12), (4, 4), (2, 2), (0, 0)


def seen_from(cell: Pair, shift: Pair, partition: Callable[[Tensor, Pair], Tensor],
              mask: Callable[[Pair, Pair, Pair], Tensor]) -> Tensor:
    """Returns what a cell of a picture of 8 x 12 cells sees in windows of 4 x 4: 1 for cells that it may look at, PALE
    for masked ones, 0 elsewhere.

    shift: how far the windows are shifted, (0, 0) for ordinary ones.
    partition, mask: the lesson's functions.
    """
    rows, columns = PICTURE
    numbered = torch.arange(rows * columns).reshape(1, rows, columns, 1)
    windows = partition(numbered.roll([-s for s in shift], dims=(1, 2)).float(), WINDOW).flatten(1).long()
    which, token = (windows == numbered[0, cell[0], cell[1], 0]).nonzero()[0]
    lights = torch.zeros(rows * columns)
    lights[windows[which]] = torch.where(mask(PICTURE, WINDOW, shift)[which, token] == 0, 1.0, PALE)
    return lights.reshape(PICTURE)


def point_windows(partition: Callable[[Tensor, Pair], Tensor], mask: Callable[[Pair, Pair, Pair], Tensor]) -> None:
    """Displays two grids, one with ordinary and one with shifted windows. The cell under the pointer lights up the
    cells that it sees.

    partition, mask: a learner's `window_partition` and `shifted_window_mask`.
    """
    for words, shift in (("Not shifted", (0, 0)), ("Shifted", SHIFT)):
        def lit(row: int, column: int, shift: Pair = shift) -> Tensor:
            return seen_from((row, column), shift, partition, mask)

        def says(row: int, column: int, words: str = words, shift: Pair = shift) -> str:
            lights = seen_from((row, column), shift, partition, mask)
            return (f"{words}: the cell in row {row}, column {column} looks at {int((lights == 1).sum())} cells; "
                    f"{int((lights == PALE).sum())} are masked.")

        point(PICTURE, lit, says, START)


def show_log_scale(coords_table: Callable[[Pair], Tensor]) -> None:
    """Displays the coordinates of column offsets in windows of 4, 8 and 16 columns.

    coords_table: the lesson's `relative_coords_table`, window_size -> (1, 2 wh - 1, 2 ww - 1, 2).
    """
    show(_log_scale(coords_table),
         "Coordinate against offset for windows of 4, 8 and 16 columns. Each curve is steep near 0 and flat far "
         "away; all end at the same heights, -1.06 and 1.06. The coordinate of offset 1 is smaller in a larger window.")


@house_figure
def _log_scale(coords_table: Callable[[Pair], Tensor]) -> Figure:
    figure, axis = one_plot(7.2, 3.2)
    for side, colour, mark in ((4, FEATURES, "o"), (8, MAPS, "s"), (16, LAYERS, "^")):
        axis.plot(range(1 - side, side), coords_table((1, side))[0, 0, :, 1], f"{mark}-", color=colour, markersize=4,
                  label=f"windows of {side}")
    axis.set(xlabel="offset (columns)", ylabel="coordinate in the table")
    axis.legend(frameon=False)
    return figure


def show_by_column(results: Results, borders: Sequence[int], chance: float) -> None:
    """Displays the scores of each arm column by column, with a line for each run.

    results: has the measures "column 0", "column 1", ...
    borders: the last column of each ordinary window except the last window.
    chance: the chance level, in %.
    """
    columns = [measure for measure in results.measures if measure.startswith("column ")]
    words = "; ".join(f"{arm} " + ", ".join(f"{results.mean(arm, column):.0f}" for column in columns)
                      for arm in results.arms)
    show(_by_column(results, columns, borders, chance),
         "Right answers in per cent against the column, one panel for each arm and a line for each run. Means by "
         f"column: {words}.")


@house_figure
def _by_column(results: Results, columns: Sequence[str], borders: Sequence[int], chance: float) -> Figure:
    import matplotlib.pyplot as plt

    figure, grid = plt.subplots(2, -(-len(results.arms) // 2), figsize=(8.8, 4.6), sharex=True, sharey=True,
                                squeeze=False)
    for axis, arm in zip(grid.flat, results.arms, strict=False):
        for border in borders:
            axis.axvline(border + 0.5, color=OTHER, linestyle=":")
        axis.axhline(chance, color=ALERT, linestyle="--", linewidth=1.3)
        for run in zip(*(results.scores(arm, column) for column in columns), strict=True):
            axis.plot(range(len(columns)), run, "o-", color=FEATURES, alpha=0.6, markersize=4)
        axis.set(title=arm, ylim=(0, 105), xticks=range(len(columns)), xlabel="column", ylabel="right (%)")
        axis.label_outer()
    figure.suptitle("lines: runs; dotted: borders of ordinary windows; dashed: chance", fontsize=9, x=0.01, ha="left")
    return figure
