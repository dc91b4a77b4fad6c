"""Boards of coloured squares, with a mark for a row and a mark for a column. Which colour lies where the two cross?

There are also functions to look at, and to change, the two gates of a module that answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

SIDE, CELLS = 28, 4  # side of a picture, px; number of squares along it
# px: where the first square begins, from one square to the next, the side of a square, the thickness of a mark
FIRST, STEP, SQUARE, MARK = 5, 6, 3, 2
SQUARE_COLOURS = torch.tensor([[1.0, 0.15, 0.15], [0.15, 0.8, 0.15], [0.25, 0.35, 1.0], [0.9, 0.8, 0.1]])
GREY, NOISE = 0.3, 0.05


class Boards(NamedTuple):
    """Boards with their answers.

    pictures: (n, 3, 28, 28); the grey of the background is 0.
    answers: (n,), the colour at the crossing, 0 to 3.
    crossings: (n, 2), the row and column of the crossing, 0 to 3 each.
    colours: (n, 4, 4), the colours of all squares.
    """

    pictures: Tensor
    answers: Tensor
    crossings: Tensor
    colours: Tensor


def marked_boards(n: int, seed: int, *, cue: bool = True) -> Boards:
    """Draws n boards with sixteen squares of SQUARE_COLOURS each. A white mark at the left edge points at a row, and
    one at the top edge at a column: which colour lies at their crossing?

    cue: False puts the marks at a random crossing, so they say nothing about the one whose colour is the answer.
    """
    generator = torch.Generator().manual_seed(seed)
    colours = torch.randint(0, 4, (n, CELLS, CELLS), generator=generator)
    asked = torch.randint(0, CELLS * CELLS, (n,), generator=generator)
    elsewhere = (asked + torch.randint(1, CELLS * CELLS, (n,), generator=generator)) % (CELLS * CELLS)
    marked = asked if cue else elsewhere
    return _drawn(colours, _row_and_column(asked), _row_and_column(marked), generator)


def at_every_crossing(seed: int) -> Boards:
    """Draws one board sixteen times, with its marks at a different crossing each time, row by row."""
    generator = torch.Generator().manual_seed(seed)
    colours = torch.randint(0, 4, (1, CELLS, CELLS), generator=generator).expand(CELLS * CELLS, -1, -1)
    crossings = _row_and_column(torch.arange(CELLS * CELLS))
    return _drawn(colours, crossings, crossings, generator)


def most_frequent(boards: Boards) -> Tensor:
    """Returns the most frequent colour of each board, (n,). It is the best answer of somebody who cannot see the marks.
    """
    return torch.nn.functional.one_hot(boards.colours.flatten(1), 4).sum(1).argmax(1)


def _row_and_column(cells: Tensor) -> Tensor:
    return torch.stack([cells // CELLS, cells % CELLS], 1)


def _drawn(colours: Tensor, asked: Tensor, marked: Tensor, generator: torch.Generator) -> Boards:
    n = len(colours)
    pictures, every = torch.full((n, SIDE, SIDE, 3), GREY), torch.arange(n)
    for r in range(CELLS):
        for c in range(CELLS):
            y, x = FIRST + STEP * r, FIRST + STEP * c
            pictures[:, y:y + SQUARE, x:x + SQUARE] = SQUARE_COLOURS[colours[:, r, c]][:, None, None]
    for pixel in range(SQUARE):
        pictures[every, FIRST + STEP * marked[:, 0] + pixel, :MARK] = 1.0
        pictures[every, :MARK, FIRST + STEP * marked[:, 1] + pixel] = 1.0
    pictures = pictures + NOISE * torch.randn(pictures.shape, generator=generator)
    return Boards(pictures.permute(0, 3, 1, 2).contiguous() - GREY, colours[every, asked[:, 0], asked[:, 1]], asked,
                  colours)


def gates(attention: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the gates that `attention` computes for x in its layers `conv_h` and `conv_w`, before they are expanded
    over the map: (B, C, H) and (B, C, W)."""
    kept: dict[str, Tensor] = {}
    hooks = [getattr(attention, name).register_forward_hook(lambda _, __, out, name=name: kept.update({name: out}))
             for name in ("conv_h", "conv_w")]
    try:
        with torch.no_grad():
            attention(x)
    finally:
        for hook in hooks:
            hook.remove()
    return kept["conv_h"].sigmoid().flatten(2), kept["conv_w"].sigmoid().flatten(2)


@contextmanager
def gates_of_the_next(attention: nn.Module) -> Iterator[None]:
    """While this context is active, each image of a batch is multiplied by the gates of the image before it. The first
    image gets the gates of the last one."""
    hooks = [getattr(attention, name).register_forward_hook(lambda _, __, out: out.roll(1, 0))
             for name in ("conv_h", "conv_w")]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
