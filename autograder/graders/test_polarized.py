"""Polarized Self-Attention: what is special to each exercise of 06b_polarized. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.declare import Case, Draw

from .contract import Grader, Size, batch_and_map, odd_sides

Shape = Callable[[Random], tuple[int, int, int]]  # draws batch, height and width


def even(r: Random) -> int:
    return r.choice((8, 10, 12))


def module(words: str, shape: Shape = batch_and_map, channels: Callable[[Random], int] = even, layouts: tuple[str | None, ...] = (None,),
           scale: float = 1.0, raises: tuple[int, ...] | None = None) -> Size:
    """A size of a module. layouts: one of them is chosen; None leaves the argument out."""
    def size(r: Random) -> Case:
        c, layout = channels(r), r.choice(layouts)
        named = r.random() < 0.5
        given = () if layout is None else (layout,)
        construct = {"channels": c, **({"layout": layout} if given else {})} if named else (c, *given)
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, c, height, width), scale=scale),), construct=construct, raises=raises)

    return size


def maps(layouts: tuple[str | None, ...] = (None,)) -> tuple[Size, ...]:
    """The sizes that every module of the lesson is asked, the ordinary one first."""
    def on(words: str, shape: Shape = batch_and_map, channels: Callable[[Random], int] = even, scale: float = 1.0) -> Size:
        return module(words, shape, channels, layouts, scale)

    return (
        on(""),
        on("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r))),
        on("a batch of one", lambda r: (1, *batch_and_map(r)[1:])),
        on("a map of one position", lambda r: (r.randint(2, 5), 1, 1)),
        on("a map of one row", lambda r: (2, 1, r.randint(3, 7))),
        on("a map of one column", lambda r: (3, r.randint(4, 8), 1)),
        on("a large map", lambda r: (1, *r.sample((37, 41, 43, 47), 2))),
        on("a large batch", lambda r: (r.choice((17, 19)), 2, 3)),
        on("an odd number of channels", channels=lambda r: r.choice((9, 11, 13))),
        on("two channels", channels=lambda r: 2),
        on("three channels", channels=lambda r: 3),
        on("many channels", lambda r: (2, 3, 2), lambda r: r.randint(60, 80)),
        on("small numbers", scale=0.05),
    )


def asked_as(size: Size, **changes: Any) -> Size:
    """The same size, asked in another way."""
    return lambda r: replace(size(r), **changes)


def asked_of(layout: str) -> tuple[Size, ...]:
    """What contract.py asks of one of the two layouts, asked of this one in any case."""
    size = f"the {layout} layout"
    return (
        module(size, layouts=(layout,)),
        asked_as(module(f"{size}, training mode", layouts=(layout,)), train=True),
        asked_as(module(f"{size}, the same input twice", layouts=(layout,)), again=True, aspect="input"),
        asked_as(module(f"{size}, a second call", layouts=(layout,)), earlier=True, aspect="state"),
        asked_as(module(f"{size}, float32 numbers", layouts=(layout,)), dtype="float32", aspect="dtype"),
        asked_as(module(f"{size}, another device", layouts=(layout,)), aspect="device"),
        module(f"{size}, large numbers", layouts=(layout,), scale=8.0),
    )


WORDS = "parallel", "sequential"
LAYOUTS = (
    *maps((None, *WORDS)),
    module("the default layout"),
    *asked_of("parallel"),
    *asked_of("sequential"),
    module("the sequential layout and a batch of one", lambda r: (1, *batch_and_map(r)[1:]), layouts=("sequential",)),
)
REFUSED = (
    module("another layout", layouts=("serial", "both", "cascade"), raises=()),
    module("a layout that is nearly right", layouts=("Parallel", "seq", "sequential ", "paralel"), raises=()),
    module("an empty layout", layouts=("",), raises=()),
)

GRADERS = (
    Grader("ChannelPolarized", maps()),
    Grader("SpatialPolarized", maps(), large=8.0),  # so that not every gate is 0 or 1
    Grader("PolarizedSelfAttention", LAYOUTS, refused=REFUSED, uses=("ChannelPolarized", "SpatialPolarized"), large=8.0),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
