"""Boards of coloured squares with a mark for a row and a mark for a column: which colour lies where the two cross? And
what the two gates of a module say about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

SIDE, CELLS = 28, 4  # of a picture, px; and how many squares lie along a side
# where the first square begins, from one to the next, how wide they are, and how thick a mark
FIRST, STEP, SQUARE, MARK = 5, 6, 3, 2
SQUARE_COLOURS = torch.tensor([[1.0, 0.15, 0.15], [0.15, 0.8, 0.15], [0.25, 0.35, 1.0], [0.9, 0.8, 0.1]])
GREY, NOISE = 0.3, 0.05


class Boards(NamedTuple):
    """pictures (n, 3, 28, 28), the grey of the ground is 0; answers, the colour at the crossing, 0 to 3 (n,);
    crossings, its row and column, 0 to 3 each (n, 2); colours of all squares (n, 4, 4)."""

    pictures: Tensor
    answers: Tensor
    crossings: Tensor
    colours: Tensor


def marked_boards(n: int, seed: int, *, cue: bool = True) -> Boards:
    """Sixteen squares of SQUARE_COLOURS in rows and columns; a white mark at the left edge is level with a row, one at
    the top edge with a column. Which colour lies at their crossing?

    cue=False: the marks stand at another crossing than the one that is asked for, and say nothing about its colour.
    """
    generator = torch.Generator().manual_seed(seed)
    colours = torch.randint(0, 4, (n, CELLS, CELLS), generator=generator)
    asked = torch.randint(0, CELLS * CELLS, (n,), generator=generator)
    elsewhere = (asked + torch.randint(1, CELLS * CELLS, (n,), generator=generator)) % (CELLS * CELLS)
    marked = asked if cue else elsewhere
    return _drawn(colours, _row_and_column(asked), _row_and_column(marked), generator)


def at_every_crossing(seed: int) -> Boards:
    """One board sixteen times, with its marks at every crossing in turn, row by row."""
    generator = torch.Generator().manual_seed(seed)
    colours = torch.randint(0, 4, (1, CELLS, CELLS), generator=generator).expand(CELLS * CELLS, -1, -1)
    crossings = _row_and_column(torch.arange(CELLS * CELLS))
    return _drawn(colours, crossings, crossings, generator)


def most_frequent(boards: Boards) -> Tensor:
    """The colour that most of a board's squares have, (n,): the best guess of somebody who sees no marks."""
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
    """The gates that `attention` makes of x by its layers `conv_h` and `conv_w`, before they are stretched: (B, C,
    H), (B, C, W)."""
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
    """While this is active, each image of a batch is multiplied by the gates of the image before it (the first by
    those of the last)."""
    hooks = [getattr(attention, name).register_forward_hook(lambda _, __, out: out.roll(1, 0))
             for name in ("conv_h", "conv_w")]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def without_places(attention: nn.Module) -> nn.Module:
    """`attention` with every layer it had; but its layer `conv1` gets, at every row and column, the mean over all of
    them."""
    attention.get_submodule("conv1").register_forward_pre_hook(
        lambda _, given: (given[0].mean((2, 3), keepdim=True).expand_as(given[0]),)
    )
    return attention
