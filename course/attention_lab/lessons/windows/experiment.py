"""The experiment of lesson 08a: what colour is the tile on the right? Networks whose two blocks of plain window
attention move their windows, or mask them, or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...networks import training
from ...pictures.prediction import remind
from ...tasks.coloured_tiles import TileNet, Tiles, coloured_tiles, right_at_borders, right_by_column

Pair = tuple[int, int]
Arm = tuple[Callable[[bool], nn.Module], Sequence[bool]]  # makes a block's attention; for each block, is it shifted?
WINDOW, HEADS = (2, 4), 2
FASTER = 4  # the numbers for pairs of cells learn so many times as fast as other weights: 150 steps are few


class TwoHeads(nn.Module):
    """What plain attention within windows has besides windows: two heads, and a learned number for each pair of cells
    in a window, which tells the network where a key stands. The page adds `forward`, (B, L, 3C) -> (B, L, C).

    mask: the lesson's mask, or none.
    shift: True for windows that are shifted by half their height and half their width.
    """

    def __init__(self, mask: Callable[[Pair, Pair, Pair], Tensor], shift: bool) -> None:
        super().__init__()
        cells = WINDOW[0] * WINDOW[1]
        self.mask = mask
        self.step = (WINDOW[0] // 2, WINDOW[1] // 2) if shift else (0, 0)
        self.learned = nn.Parameter(torch.zeros(HEADS, cells, cells))

    def of_pairs(self) -> Tensor:
        """Returns the learned number of each pair of cells, (heads, N, N)."""
        return FASTER * self.learned

    def split(self, windows: Tensor, batch: int) -> Tensor:
        """Returns queries, keys and values, (3, B, nW, heads, N, C / heads), of windows, (B nW, wh, ww, 3C)."""
        of_heads = windows.flatten(1, 2).unflatten(2, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        return of_heads.unflatten(1, (batch, -1))

    def merge(self, seen: Tensor) -> Tensor:
        """Returns windows, (B nW, wh, ww, C), of what the heads have seen, (B, nW, heads, N, C / heads)."""
        return seen.flatten(0, 1).transpose(1, 2).flatten(2).unflatten(1, WINDOW)


def no_mask(image_size: Pair, window_size: Pair, shift_size: Pair) -> Tensor:
    """Hides nothing: a mask of zeros, (1, N, N)."""
    cells = window_size[0] * window_size[1]
    return torch.zeros(1, cells, cells)


@cache
def _tiles() -> tuple[Tiles, Tiles]:
    """Pictures to train on, and to test on."""
    return coloured_tiles(2400, seed=1), coloured_tiles(300, seed=2)


def learned(arm: Arm, seed: int) -> nn.Module:
    """Trains a network with two blocks for 150 steps of 16 pictures."""
    pictures, answers = _tiles()[0]
    return training.train(TileNet(*arm), pictures, answers, seed=seed, loss=F.cross_entropy, epochs=1, batch_size=16,
                          peak_rate=0.02)


@torch.no_grad()
def right_by_place(model: nn.Module) -> dict[str, float]:
    """Returns the share of right answers on new pictures, in %, at borders and edges, and in each column."""
    pictures, answers = _tiles()[1]
    scores = model(pictures)
    return right_at_borders(scores, answers, WINDOW[1]) | right_by_column(scores, answers)


def colour_on_the_right(arms: Mapping[str, Arm], predicted: Mapping[str, float | None],
                        seeds: Iterable[int] = range(3)) -> training.Results:
    """Trains each arm with each seed, and scores it on new pictures. Reminds first of predictions that are missing."""
    remind(predicted)
    return training.compare_arms(arms, seeds, lambda arm, seed: right_by_place(learned(arms[arm], seed)))
