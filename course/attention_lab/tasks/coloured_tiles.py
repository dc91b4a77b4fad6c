"""What colour is the tile on the right? Pictures, scores, and the small network that answers (lessons 08a and 08b).

The same `n` and `seed` give the same pictures and answers on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

TILE_COLOURS = torch.tensor([[0.00, 0.45, 0.70], [0.90, 0.62, 0.00], [0.00, 0.62, 0.45], [0.80, 0.47, 0.65]])


class Tiles(NamedTuple):
    """Tiles with their answers.

    pictures: (n, 3, H, W), one pixel for each tile.
    answers: (n, H, W), the colour of the tile on the right, 0 to 3.
    """

    pictures: Tensor
    answers: Tensor


def coloured_tiles(n: int, seed: int, size: tuple[int, int] = (6, 12)) -> Tiles:
    """Draws n pictures with tiles of four random colours. The answer for a tile is the colour of its right neighbour;
    in the last column, it is the tile's own colour."""
    g = torch.Generator().manual_seed(seed)
    colours = torch.randint(len(TILE_COLOURS), (n, *size), generator=g)
    answers = torch.cat([colours[:, :, 1:], colours[:, :, -1:]], dim=2)
    return Tiles(TILE_COLOURS[colours].permute(0, 3, 1, 2).contiguous(), answers)


def right_at_borders(scores: Tensor, answers: Tensor, width: int) -> dict[str, float]:
    """Returns the share of right answers, in %, by place: "border", "edge", "shifted border" and "elsewhere".

    A border is the last column of a window, except on the picture's right edge. A shifted border is the last column of
    a window that is shifted by half its width.

    scores: (n, 4, H, W).
    answers: (n, H, W).
    width: the width of a window.
    """
    right, columns = (scores.argmax(1) == answers).float(), torch.arange(answers.shape[2])
    edge, last = columns == len(columns) - 1, columns % width
    borders = {"border": (last == width - 1) & ~edge, "edge": edge, "shifted border": (last == width // 2 - 1) & ~edge}
    places = borders | {"elsewhere": ~torch.stack(list(borders.values())).any(0)}
    return {name: 100 * right[:, :, there].mean().item() for name, there in places.items() if there.any()}


def right_by_column(scores: Tensor, answers: Tensor) -> dict[str, float]:
    """Returns the share of right answers in each column, in %: {"column 0": 99.5, ...}.

    scores: (n, 4, H, W).
    answers: (n, H, W).
    """
    right = (scores.argmax(1) == answers).float().mean((0, 1))
    return {f"column {column}": 100 * share for column, share in enumerate(right.tolist())}


class TileBlock(nn.Module):
    """Computes x + proj(attention(qkv(x))) on tokens, (B, L, 32) -> (B, L, 32).

    make_attention: makes the window attention, given whether its windows are shifted. The attention is called with (B,
        L, 96) and the size of the picture.
    shift: True for shifted windows.
    """

    def __init__(self, make_attention: Callable[[bool], nn.Module], shift: bool) -> None:
        super().__init__()
        self.qkv, self.proj = nn.Linear(32, 96), nn.Linear(32, 32)
        self.attention = make_attention(shift)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        return x + self.proj(self.attention(self.qkv(x), size))


class TileNet(nn.Module):
    """A linear layer, blocks of window attention, and scores for four colours, (B, 3, H, W) -> (B, 4, H, W).

    make_attention: makes the window attention of a block, given whether its windows are shifted.
    shifts: for each block, whether its windows are shifted.
    """

    def __init__(self, make_attention: Callable[[bool], nn.Module], shifts: Sequence[bool]) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(3, 32), nn.Linear(32, len(TILE_COLOURS))
        self.blocks = nn.ModuleList(TileBlock(make_attention, shift) for shift in shifts)

    def forward(self, x: Tensor) -> Tensor:
        size = tuple(x.shape[2:])
        tokens = self.first(x.flatten(2).transpose(1, 2))
        for block in self.blocks:
            tokens = block(tokens, size)
        return self.last(tokens).transpose(1, 2).unflatten(2, size)
