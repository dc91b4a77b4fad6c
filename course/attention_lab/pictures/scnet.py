"""The pixels that one position of a self-calibrated convolution sees, with two sliders (lesson e1)."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ..tasks.ringed_dots import seen
from .panels import Panel, cells
from .style import FEATURES
from .touch import slide

POOLINGS, ROWS, COLUMN = (1, 2, 4, 8), (24, 25, 26, 27), 24
SIDE, CHANNELS = 48, 4


def slide_a_view(make: Callable[[int, int, int], nn.Module]) -> None:
    """Displays sliders for the pooling and for the row of a position, with the pixels that this position sees. They are
    measured with gradients.

    make: takes (channels, stride, pooling) and returns the module, here the learner's `SCConv`.
    """
    views = {(pooling, row): seen(make(CHANNELS, 1, pooling).eval(), CHANNELS, row, COLUMN) for pooling in POOLINGS
             for row in ROWS}

    def drawn(pooling: int, row: int) -> list[Panel]:
        return [cells(views[pooling, row], f"{SIDE} x {SIDE} pixels; blue: seen", colour=FEATURES, side=4 * SIDE,
                      ring=(row, COLUMN, 1, 1))]

    def says(pooling: int, row: int) -> str:
        rows = views[pooling, row].amax(1).nonzero().flatten()
        return (f"Pooling {pooling}, from row {row}: it sees rows {rows.min()} to {rows.max()}, "
                f"{row - rows.min()} up and {rows.max() - row} down.")

    slide({"pooling": {str(pooling): pooling for pooling in POOLINGS}, "row": {str(row): row for row in ROWS}}, drawn,
          says,
          start=["4", "24"])
