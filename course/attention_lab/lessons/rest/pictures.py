"""Pictures of lesson 07b: which cells of a field become one key, and how many entries of a legend one key has to
represent."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...pictures.panels import Panel, cells
from ...pictures.touch import slide
from .task import FIELD, Legends, painted, small_legends

RATIOS, SIZES = (1, 2, 4, 8), (1, 2, 4)


def cells_of_keys(reduction: nn.Conv2d | None, side: int) -> Tensor:
    """Returns the cells of a field of side x side cells from which each key is computed, (h, w, side, side), True where
    the key reads.

    reduction: the convolution that computes the map of keys, (h, w); None if each cell has its own key.
    """
    every = torch.eye(side * side).view(side * side, 1, side, side)  # one cell at a time
    if reduction is not None:
        every = F.conv2d(every, torch.ones(1, 1, *reduction.kernel_size), stride=reduction.stride,
                         padding=reduction.padding)
    return (every[:, 0] > 0).permute(1, 2, 0).unflatten(2, (side, side))


def entries_of_keys(cells: Tensor, legends: Legends, size: int) -> Tensor:
    """Counts the entries of the first picture's legend that each key sees, (h, w) from 0 to 4. A key sees an entry if
    it reads at least one cell of it.

    cells: the result of `cells_of_keys`.
    size: the side of an entry, in cells.
    """
    count = torch.zeros(cells.shape[:2], dtype=torch.long)
    for row, column in legends.corners[0].tolist():
        count += cells[:, :, row:row + size, column:column + size].flatten(2).any(2)
    return count


@torch.no_grad()
def weights_on_keys(network: nn.Module, pictures: Tensor) -> Tensor:
    """Returns what each position of the first picture gives to each key, for each of two heads, (2, N, M).

    network: has the layers `embed` and `block`, a `ResTBlock` with two heads and a ratio above 1.
    """
    block = network.get_submodule("block")
    q, kv, sr, sr_norm = (block.get_submodule(f"attn.{name}") for name in ("q", "kv", "sr", "sr_norm"))
    tokens = block.get_submodule("norm1")(network.get_submodule("embed")(pictures).flatten(2).mT)
    reduced = sr_norm(sr(tokens.mT.unflatten(2, pictures.shape[2:])).flatten(2).mT)
    queries, keys = (rows.unflatten(2, (2, -1)).transpose(1, 2) for rows in (q(tokens), kv(reduced).chunk(2, 2)[0]))
    return (queries @ keys.mT * queries.shape[3] ** -0.5).softmax(3)[0]


def lone_cell(legends: Legends) -> tuple[int, int]:
    """Returns the row and the column of a lone cell of the first picture."""
    row, column = (legends.answers[0] >= 0).nonzero()[0].tolist()
    return row, column


def slide_windows(attention: Callable[[int], nn.Module]) -> None:
    """Displays a field with a legend and its keys, with controls for the ratio and for the size of the entries.

    attention: makes the module for a ratio. Its convolution `sr` computes the map of keys; without one, each cell has
        its own key.
    """
    views = {ratio: cells_of_keys(getattr(attention(ratio), "sr", None), FIELD) for ratio in RATIOS}
    legends = {size: small_legends(1, seed=3, size=size) for size in SIZES}

    def says(ratio: int, size: int) -> str:
        held = entries_of_keys(views[ratio], legends[size], size)
        return (f"Ratio {ratio}: {held.numel()} keys for {FIELD * FIELD} cells. With entries of {size} x {size}, the "
                f"most crowded key reads from {held.max()} of the 4 entries, and {int((held > 0).sum())} keys "
                "read from at least one entry.")

    def drawn(ratio: int, size: int) -> list[Panel]:
        return field_and_keys(painted(legends[size].pictures)[0], views[ratio],
                              entries_of_keys(views[ratio], legends[size], size))

    slide({"ratio": {str(ratio): ratio for ratio in RATIOS}, "entries": {f"{size} x {size}": size for size in SIZES}},
          drawn, says,
          start=("4", "2 x 2"))


def field_and_keys(picture: Tensor, seen: Tensor, held: Tensor) -> list[Panel]:
    """Draws a field with a frame around the window of its most crowded key, beside the keys with the number of entries
    that each reads.

    picture: (3, H, W) from 0 to 1.
    seen: the cells of each key, (h, w, side, side) of bool.
    held: the numbers of entries, (h, w).
    """
    scale, columns = picture.shape[1] / seen.shape[2], held.shape[1]
    row, column = divmod(int(held.argmax()), columns)
    window = seen[row, column].nonzero()
    (top, west), (bottom, east) = window.amin(0).tolist(), (window.amax(0) + 1).tolist()
    return [cells(picture, "256 cells, and one window", side=220,
                  ring=(top * scale, west * scale, (bottom - top) * scale, (east - west) * scale)),
            cells(held, f"{held.numel()} keys; darker: more entries", high=4, side=220, ring=(row, column, 1, 1))]
