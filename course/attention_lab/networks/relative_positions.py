"""Where the cells of a window lie, seen from each other: what a position bias is computed from (lessons 08a and 08b).

With `down_factor`, a window's anchors are looked at too. Anchors are spread over the whole window, but as in the GRL
authors' code offsets are computed as if they were packed side by side in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def relative_coords_table(window_size: Sequence[int], down_factor: int = 1,
                          dtype: torch.dtype = torch.float32) -> Tensor:
    """The offsets between the tokens and the anchors of a window on a log scale, (1, R, S, 2): row, column.

    With down_factor 1 each token is its own anchor, so R, S is 2 wh - 1, 2 ww - 1.
    """
    axes = []
    for w in window_size:
        anchors = w // down_factor
        start = (w - anchors) // 2
        offsets = torch.arange(1 - anchors - start, w - start, dtype=dtype)
        axes.append(8 * offsets / max(w - 1 - start, 1))
    table = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)[None]
    return torch.sign(table) * (table.abs() + 1).log2() / 3


def relative_position_index(window_size: Sequence[int], down_factor: int = 1, from_anchor: bool = False) -> Tensor:
    """The cell of the flattened table that each pair reads: (tokens, anchors), or (anchors, tokens) with
    `from_anchor`."""
    rows, columns = tuple(window_size), tuple(w // down_factor for w in window_size)
    if from_anchor:
        rows, columns = columns, rows
    places = [torch.cartesian_prod(*map(torch.arange, size)) for size in (rows, columns)]
    offset = places[0][:, None] - places[1] + torch.tensor(columns) - 1
    down, right = offset.unbind(-1)
    return down * (rows[1] + columns[1] - 1) + right
