"""Polarized Self-Attention: how each exercise of 06b_polarized is called.
Maps are not square: H and W cannot be exchanged."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import LARGE_MAPS, MAPS, Construct, batch_and_map, on_map, on_maps, one_image, other_words

Layouts = tuple[str | None, ...]  # one of them is chosen; None leaves the argument out


def even(r: Random) -> int:
    return r.choice((8, 10, 12))


def module(channels: Callable[[Random], int] = even, layouts: Layouts = (None,)) -> Callable[[Random], Construct]:
    """A module's arguments, by name or by their places."""
    def draw(r: Random) -> Construct:
        given = {"channels": channels(r), "layout": r.choice(layouts)}
        given = {name: value for name, value in given.items() if value is not None}
        return given if r.random() < 0.5 else tuple(given.values())

    return draw


def scaled(size: Size, scale: float, **fields: Any) -> Size:
    """The same size with numbers of this size."""
    def draw(r: Random) -> Case:
        case = size(r)
        return replace(case, args=tuple(replace(x, scale=scale) for x in case.args), **fields)

    return draw


def sizes(layouts: Layouts = (None,)) -> tuple[Size, ...]:
    """The sizes that every module of the lesson is called with, the ordinary one first."""
    return (
        *on_maps({**MAPS, **LARGE_MAPS}, module(layouts=layouts)),
        on_map("an odd number of channels", batch_and_map, module(lambda r: r.choice((9, 11, 13)), layouts)),
        on_map("two channels", batch_and_map, module(lambda r: 2, layouts)),
        on_map("three channels", batch_and_map, module(lambda r: 3, layouts)),
        on_map("many channels", lambda r: (2, 3, 2), module(lambda r: r.randint(60, 80), layouts)),
        scaled(on_map("small numbers", batch_and_map, module(layouts=layouts)), 0.05),
    )


def large(shape: tuple[int, ...], scale: float, of: Construct, **fields: Any) -> Case:
    """A call with numbers of this size."""
    return Case(args=(RandomTensor(shape, scale=scale),), construct=of, **fields)


# The gradient of the channel branch's `wq.bias` is zero but for rounding. In float32 that noise is large enough to make
# two runs of the same mistake look different: the visible calls from which the float32 ones follow take no gradients
# (the hidden ones do).
SMALL = call((2, 6, 3, 4), of={"channels": 6}, gradients=False)
BRANCH = (
    call((2, 8, 3, 5), of={"channels": 8}),
    call((1, 10, 7, 2), of=(10,), label="a batch of one"),
    call((3, 7, 5, 4), of={"channels": 7}, label="an odd number of channels: C // 2 is 3"),
    call((2, 6, 1, 1), of={"channels": 6}, label="a map of one position"),
    large((2, 8, 3, 4), 8.0, {"channels": 8}, label="large numbers"),
)

# Its score is far below 0 in some image: a softmax whose running maximum starts at 0 has nothing left to divide by.
LONE = "one position, scores too large for `exp` alone"
CHANNEL = Exercise(
    "ChannelPolarized",
    sizes=(*sizes(), scaled(on_map(LONE, lambda r: (r.randint(12, 16), 1, 1), module()), 1e5, gradients=False,
                            large=True)),
    visible=(*BRANCH, large((6, 4, 1, 1), 1e5, {"channels": 4}, gradients=False, large=True, label=LONE)),
    small=SMALL, overflow=1e5)

# not every gate is 0 or 1
SPATIAL = Exercise("SpatialPolarized", sizes=sizes(), visible=BRANCH, small=SMALL, large=8.0, overflow=1e5)


# --- PolarizedSelfAttention
def standard(layout: str) -> tuple[Size, ...]:
    """What derive.py tests on an ordinary call, on one of this layout in any case."""
    def of_layout(words: str, **fields: Any) -> Size:
        return on_map(f"the {layout} layout{words}", batch_and_map, module(layouts=(layout,)), **fields)

    return (
        of_layout(""), of_layout(", training mode", train=True), of_layout(", the same input twice", again=True),
        of_layout(", a second call", earlier=True), of_layout(", float32 numbers", dtype="float32"),
        of_layout(", another device", device=True), scaled(of_layout(", large numbers"), 8.0),
    )


def refused(words: str, *layouts: Any) -> Size:
    return on_map(words, batch_and_map, lambda r: {"channels": even(r), "layout": r.choice(layouts)}, raises=())


OTHER = other_words("parallel", "sequential")
BLOCK = Exercise(
    "PolarizedSelfAttention",
    sizes=(
        *sizes((None, "parallel", "sequential")),
        on_map("the default layout", batch_and_map, module()),
        *standard("parallel"), *standard("sequential"),
        on_map("the sequential layout and a batch of one", one_image(), module(layouts=("sequential",))),
    ),
    refuses=(
        refused("another layout", "serial", "both", "cascade"),
        refused("a layout that is nearly right", "Parallel", "seq", "sequential ", "paralel"),
        *(refused(f"layout is {words}", word) for words, word in OTHER.items()),
    ),
    visible=(
        call((2, 8, 3, 5), of={"channels": 8}),
        call((2, 8, 3, 5), of={"channels": 8, "layout": "sequential"}),
        call((1, 10, 7, 2), of=(10, "parallel"), label="a batch of one"),
        call((3, 7, 5, 4), of={"layout": "sequential", "channels": 7}, label="an odd number of channels"),
        call((2, 6, 1, 1), of={"channels": 6}, label="a map of one position"),
        *(call((2, 6, 3, 2), of={"channels": 6, "layout": word}, label=f"layout is {words}", raises=())
          for words, word in OTHER.items()),
        large((2, 6, 3, 2), 1e5, {"channels": 6, "layout": "sequential"}, gradients=False, large=True,
              label="scores too large for `exp` alone"),
    ),
    small=SMALL, uses=("ChannelPolarized", "SpatialPolarized"), large=8.0, overflow=1e5)

EXERCISES = (CHANNEL, SPATIAL, BLOCK)
REPAIR = Repair("ExhibitA", like=CHANNEL, edits={"softmax(dim=1)": "softmax(dim=2)"})
