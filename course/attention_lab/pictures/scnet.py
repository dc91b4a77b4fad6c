"""The pixels that one position of a self-calibrated convolution sees, with two sliders (lesson e1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from torch import nn

from ..tasks.ringed_dots import seen
from .style import PAPER, one_plot
from .touch import slide

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POOLINGS, ROWS, COLUMN = (1, 2, 4, 8), (24, 25, 26, 27), 24
SIDE, CHANNELS = 48, 4


def slide_a_view(make: Callable[[int, int, int], nn.Module]) -> None:
    """Displays sliders for the pooling and for the row of a position, with the pixels that this position sees. They are
    measured with gradients.

    make: takes (channels, stride, pooling) and returns the module, here the learner's `SCConv`.
    """
    views = {(pooling, row): seen(make(CHANNELS, 1, pooling).eval(), CHANNELS, row, COLUMN) for pooling in POOLINGS
             for row in ROWS}

    def drawn(pooling: int, row: int) -> Figure:
        figure, axis = one_plot(2.9, 2.9)
        figure.set_facecolor(PAPER)
        axis.imshow(views[pooling, row], cmap="Blues", vmin=0, vmax=2)
        axis.plot(COLUMN, row, "s", markersize=5, color="black")
        cells = [line - 0.5 for line in range(0, SIDE, max(pooling, 2))]
        axis.set(xticks=cells, yticks=cells, xticklabels=[], yticklabels=[])
        axis.tick_params(length=0)
        axis.grid(linewidth=0.4)
        return figure

    def says(pooling: int, row: int) -> str:
        rows = views[pooling, row].amax(1).nonzero().flatten()
        return (f"Pooling {pooling}, from row {row}: it sees rows {rows.min()} to {rows.max()}, "
                f"{row - rows.min()} up and {rows.max() - row} down.")

    slide({"pooling": {str(pooling): pooling for pooling in POOLINGS}, "row": {str(row): row for row in ROWS}}, drawn,
          says,
          start=["4", "24"])
