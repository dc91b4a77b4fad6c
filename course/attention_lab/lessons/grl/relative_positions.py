"""The positions of a window's cells relative to each other, from which a position bias is computed.

`down_factor` is for windows with anchors, which are spread over the whole window. As in the GRL authors' code, offsets
are nevertheless computed as if the anchors were packed side by side in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def relative_coords_table(window_size: Sequence[int], down_factor: int = 1,
                          dtype: torch.dtype = torch.float32) -> Tensor:
    """Returns the offsets between the tokens and the anchors of a window on a log scale, (1, R, S, 2); the last axis
    holds row and column.

    With down_factor 1, each token is its own anchor, so R = 2 wh - 1 and S = 2 ww - 1 for a window of (wh, ww).
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
    """Returns, for each pair of a token and an anchor, the index of its entry in the flattened table: (tokens,
    anchors), or (anchors, tokens) if `from_anchor` is True."""
    rows, columns = tuple(window_size), tuple(w // down_factor for w in window_size)
    if from_anchor:
        rows, columns = columns, rows
    places = [torch.cartesian_prod(*map(torch.arange, size)) for size in (rows, columns)]
    offset = places[0][:, None] - places[1] + torch.tensor(columns) - 1
    down, right = offset.unbind(-1)
    return down * (rows[1] + columns[1] - 1) + right
