"""Lesson 08a: what colour is the tile on the right?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the lesson takes away
to see what was really used.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

TILE_COLOURS = torch.tensor([[0.00, 0.45, 0.70], [0.90, 0.62, 0.00], [0.00, 0.62, 0.45], [0.80, 0.47, 0.65]])


class Tiles(NamedTuple):
    """pictures (n, 3, H, W), a tile for each pixel; answers, the colour of the tile on the right, 0 to 3 (n, H, W)."""

    pictures: Tensor
    answers: Tensor


def coloured_tiles(n: int, seed: int, size: tuple[int, int] = (6, 12)) -> Tiles:
    """Tiles of four colours at random. Every tile is asked for the colour of its right neighbour; in the last column, for its own."""
    g = torch.Generator().manual_seed(seed)
    colours = torch.randint(len(TILE_COLOURS), (n, *size), generator=g)
    answers = torch.cat([colours[:, :, 1:], colours[:, :, -1:]], dim=2)
    return Tiles(TILE_COLOURS[colours].permute(0, 3, 1, 2).contiguous(), answers)


def right_at_borders(scores: Tensor, answers: Tensor, width: int) -> dict[str, float]:
    """The share of right answers, in %: at the right borders of windows, on the picture's right edge, and elsewhere.

    scores: (n, 4, H, W). width: of a window. "shifted border" is the last column of a window that is shifted by half its width.
    """
    right, columns = (scores.argmax(1) == answers).float(), torch.arange(answers.shape[2])
    edge, last = columns == len(columns) - 1, columns % width
    borders = {"border": (last == width - 1) & ~edge, "edge": edge, "shifted border": (last == width // 2 - 1) & ~edge}
    places = borders | {"elsewhere": ~torch.stack(list(borders.values())).any(0)}
    return {name: 100 * right[:, :, there].mean().item() for name, there in places.items() if there.any()}
