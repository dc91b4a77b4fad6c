"""Bottleneck Attention Module: what is special to each exercise of 04_bam. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

from autograder.declare import Case, Draw

from .contract import (
    Construct,
    Grader,
    Size,
    batch_and_map,
    bottleneck,
    bottlenecks,
    channels_of,
    empty_bottlenecks,
    odd_sides,
)


# --- conv_output_size
def asked(words: str, arguments: Callable[[Random], tuple[tuple, dict]], fits: bool = True) -> Size:
    """A size of conv_output_size. arguments: draws the positional ones and those by keyword."""
    def size(r: Random) -> Case:
        args, kwargs = arguments(r)
        return Case(words, args, kwargs, integer=True) if fits else Case(words, args, kwargs, raises=())

    return size


def side(r: Random) -> int:
    return r.randint(40, 300)


def small(r: Random) -> tuple[int, int]:
    """A kernel size and a dilation, different, both above 1."""
    return tuple(r.sample((2, 3, 4, 5, 7), 2))


def with_rest(r: Random) -> tuple[tuple, dict]:
    """A stride of 3 or more that leaves more than half of itself over: rounded to the nearest, it gives another number."""
    kernel, stride = r.randint(2, 5), r.randint(3, 6)
    return (kernel + stride * r.randint(8, 40) + stride - 1, kernel), {"stride": stride}


def all_of_them(r: Random) -> tuple[tuple, dict]:
    """Padding, dilation and stride are different, and in another order they give another number."""
    size, kernel = side(r), r.randint(3, 7)
    while True:
        chosen = r.sample(range(2, 7), 3)
        results = {(size + 2 * padding - dilation * (kernel - 1) - 1) // stride for padding, dilation, stride in permutations(chosen)}
        if len(results) == 6:
            return (size, kernel, *chosen), {}


def barely(r: Random) -> tuple[tuple, dict]:
    kernel, dilation = small(r)
    return (dilation * (kernel - 1) + 1, kernel), {"dilation": dilation, "stride": r.randint(1, 3)}


def one_short(r: Random) -> tuple[tuple, dict]:
    kernel, dilation = small(r)
    padding = r.randint(0, (dilation * (kernel - 1) - 1) // 2)
    return (dilation * (kernel - 1) - 2 * padding, kernel), {"padding": padding, "dilation": dilation}


def far_too_short(r: Random) -> tuple[tuple, dict]:
    return (r.randint(1, 4), r.randint(12, 30)), {"padding": r.randint(0, 2)}


def short_with_stride(r: Random) -> tuple[tuple, dict]:
    kernel = r.randint(4, 9)
    return (kernel - 1, kernel), {"stride": r.randint(2, 5)}


def same(r: Random) -> tuple[tuple, dict]:
    dilation = r.randint(2, 9)
    return (side(r), 3), {"padding": dilation, "dilation": dilation}


SIZES = (
    asked("", lambda r: ((side(r), r.randint(2, 9)), {})),
    asked("a kernel of one", lambda r: ((side(r), 1), {})),
    asked("padding", lambda r: ((side(r), r.randint(2, 9), r.randint(1, 8)), {})),
    asked("dilation", lambda r: ((side(r), small(r)[0]), {"dilation": r.choice((2, 3, 6))})),
    asked("a padding as large as the dilation", same),
    asked("a small map, padded by the dilation", lambda r: ((r.randint(1, 3), 3), {"padding": 5, "dilation": 5})),
    asked("a stride", lambda r: ((side(r), r.randint(2, 5)), {"stride": r.choice((2, 3))})),
    asked("a stride that leaves a large rest", with_rest),
    asked("a kernel of even size, padding and a stride", lambda r: ((side(r), r.choice((2, 4, 6)), r.randint(1, 3)), {"stride": 2})),
    asked("all arguments, in order", all_of_them),
    asked("a kernel that barely fits", barely),
)
TOO_SMALL = (
    asked("a kernel that is too long by one", one_short, fits=False),
    asked("a kernel that is much too long", far_too_short, fits=False),
    asked("a kernel that is too long, and a stride", short_with_stride, fits=False),
)


# --- the branches and the block
Shape = Callable[[Random], tuple[int, int, int]]


def larger(r: Random) -> tuple[int, int, int]:
    """A batch, and a map that is longer than the reach of a dilation of 4: every tap of a kernel meets the image."""
    return (r.randint(3, 4), *r.sample(range(6, 10), 2))


def one_image(r: Random) -> tuple[int, int, int]:
    return (1, *larger(r)[1:])


def module(words: str, shape: Shape, **options: Callable[[Random], Any]) -> Size:
    """A size of a module with a bottleneck. options: how its other arguments are drawn."""
    def size(r: Random) -> Case:
        construct = {**bottleneck(r), **{name: draw(r) for name, draw in options.items()}}
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels_of(construct), height, width)),), construct=construct)

    return size


def of_bottleneck(shape: Shape) -> Callable[[Random, Construct], Case]:
    def call(r: Random, construct: Construct) -> Case:
        batch, height, width = shape(r)
        return Case("", (Draw((batch, channels_of(construct), height, width)),), construct=construct)

    return call


def shapes(ordinary: Shape, **options: Callable[[Random], Any]) -> tuple[Size, ...]:
    """The sizes that every module on maps is asked, the ordinary one first."""
    return (
        module("", ordinary, **options),
        module("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r)), **options),
        module("a batch of one", lambda r: (1, *ordinary(r)[1:]), **options),
        module("a map of one position", lambda r: (r.randint(2, 5), 1, 1), **options),
        module("a map of one row", lambda r: (2, 1, r.randint(5, 9)), **options),
        module("a map of one column", lambda r: (3, r.randint(5, 9), 1), **options),
    )


def dilation(r: Random) -> int:
    return r.choice((1, 2, 3))


def word(chosen: str) -> Callable[[Random], Any]:
    return lambda r: chosen


def unknown(words: str, *choices: str) -> Size:
    def size(r: Random) -> Case:
        construct = {**bottleneck(r), "combine": r.choice(choices)}
        return Case(words, (Draw((2, construct["channels"], 3, 4)),), construct=construct, raises=())

    return size


SPATIAL = (
    *shapes(larger, dilation=dilation),
    module("the default dilation", larger),
    module("the default dilation and a batch of one", one_image),
    module("a large dilation", larger, dilation=lambda r: r.choice((5, 6))),
    module("a dilation larger than the map", lambda r: (2, *r.sample((2, 3, 4), 2)), dilation=lambda r: r.randint(6, 9)),
    *bottlenecks(of_bottleneck(one_image)),
)
BLOCKS = (
    *shapes(larger, dilation=dilation),
    module("the default dilation", larger),
    module("the product", larger, combine=word("product")),
    module("the product and another dilation", larger, combine=word("product"), dilation=dilation),
    module("the sum, said", larger, combine=word("sum"), dilation=lambda r: r.choice((2, 5))),
    *bottlenecks(of_bottleneck(one_image)),
)
REPAIRED = (
    *shapes(larger),
    module("another dilation", larger, dilation=lambda r: r.choice((1, 3, 4))),
    module("one layer", larger, num_layers=lambda r: 1),
    module("other layers and another dilation", one_image, num_layers=lambda r: r.choice((2, 4)), dilation=lambda r: r.choice((1, 3))),
    module("a square map of seven", lambda r: (2, 7, 7)),
    *bottlenecks(of_bottleneck(one_image)),
)

GRADERS = (
    Grader("conv_output_size", SIZES, refused=TOO_SMALL),
    Grader("ChannelBranch", (
        *shapes(batch_and_map),
        module("a large map", lambda r: (1, *r.sample((37, 41, 43, 47), 2))),
        module("a large batch", lambda r: (r.choice((17, 19)), 2, 3)),
        *bottlenecks(of_bottleneck(batch_and_map)),
    ), refused=empty_bottlenecks(of_bottleneck(batch_and_map))),
    Grader("SpatialBranch", SPATIAL, refused=empty_bottlenecks(of_bottleneck(batch_and_map))),
    Grader("BAM", BLOCKS, refused=(
        *empty_bottlenecks(of_bottleneck(batch_and_map)),
        unknown("another word", "max", "mul", "concat"),
        unknown("a word that is nearly right", "Sum", "add", "products"),
    ), uses=("ChannelBranch", "SpatialBranch"), large=6.0),  # a product of two large maps must not overflow a sigmoid
    Grader("RepairedSpatialAttention", REPAIRED, refused=empty_bottlenecks(of_bottleneck(batch_and_map))),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
