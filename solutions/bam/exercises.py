"""Bottleneck Attention Module: how each exercise of 04_bam is called.
Maps are not square, and most are larger than the dilation."""

from collections.abc import Callable
from itertools import permutations
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, Size, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import (
    LARGE_MAPS,
    MAPS,
    bottleneck,
    bottlenecks,
    empty_bottlenecks,
    maps,
    on_bottleneck,
    on_map,
    on_maps,
    one_image,
    other_words,
    with_options,
)


# --- conv_output_size
def fits(words: str, *args: int, **named: int) -> Case:
    return Case(words, args, named)


def too_long(words: str, *args: int, **named: int) -> Case:
    return Case(words, args, named, raises=())


def side(r: Random) -> int:
    return r.randint(40, 300)


def kernel_and_dilation(r: Random) -> tuple[int, int]:
    """A kernel size and a dilation, different, both above 1."""
    return tuple(r.sample((2, 3, 4, 5, 7), 2))


def with_rest(words: str, of_stride: Callable[[int], int]) -> Size:
    """A stride with a rest: rounded up it gives another number, and rounded to the nearest if the rest is large.

    The kernel is two strides long: what is left of the map is not the map divided by the stride.
    """
    def size(r: Random) -> Case:
        kernel, stride = r.randint(12, 15), r.randint(3, 6)
        return fits(words, kernel + stride * r.randint(8, 40) + of_stride(stride), kernel, stride=stride)

    return size


def all_of_them(r: Random) -> Case:
    """Padding, dilation and stride are different, and in another order they give another number."""
    while True:  # with some sizes and kernels, no three numbers will do
        size, kernel = side(r), r.randint(3, 7)
        chosen = r.sample(range(2, 7), 3)
        results = {(size + 2 * padding - dilation * (kernel - 1) - 1) // stride
                   for padding, dilation, stride in permutations(chosen)}
        if len(results) == 6:
            return fits("all arguments, in order", size, kernel, *chosen)


def same(r: Random) -> Case:
    dilation = r.randint(2, 9)
    return fits("a padding as large as the dilation", side(r), 3, padding=dilation, dilation=dilation)


def barely(r: Random) -> Case:
    kernel, dilation = kernel_and_dilation(r)
    return fits("a kernel that barely fits", dilation * (kernel - 1) + 1, kernel, dilation=dilation,
                stride=r.randint(1, 3))


def one_short(r: Random) -> Case:
    kernel, dilation = kernel_and_dilation(r)
    padding = r.randint(0, (dilation * (kernel - 1) - 1) // 2)
    return too_long("a kernel that is too long by one", dilation * (kernel - 1) - 2 * padding, kernel, padding=padding,
                    dilation=dilation)


def short_with_stride(r: Random) -> Case:
    kernel = r.randint(4, 9)
    return too_long("a kernel that is too long, and a stride", kernel - 1, kernel, stride=r.randint(2, 5))


OUTPUT_SIZE = Exercise("conv_output_size", sizes=(
    lambda r: fits("nothing but a kernel", side(r), r.randint(2, 9)),
    lambda r: fits("a kernel of one", side(r), 1),
    lambda r: fits("padding", side(r), r.randint(2, 9), r.randint(1, 8)),
    lambda r: fits("dilation", side(r), kernel_and_dilation(r)[0], dilation=r.choice((2, 3, 6))),
    same,
    lambda r: fits("a small map, padded by the dilation", r.randint(1, 3), 3, padding=5, dilation=5),
    lambda r: fits("a stride", side(r), r.randint(2, 5), stride=r.choice((2, 3))),
    with_rest("a stride that leaves a small rest", lambda stride: 1),
    with_rest("a stride that leaves a large rest", lambda stride: stride - 1),
    lambda r: fits("a kernel of even size, padding and a stride", side(r), r.choice((2, 4, 6)), r.randint(1, 3),
                   stride=2),
    all_of_them, barely,
), refuses=(
    one_short, short_with_stride,
    lambda r: too_long("a kernel that is much too long", r.randint(1, 4), r.randint(12, 30), padding=r.randint(0, 2)),
), visible=(
    fits("", 7, 3),
    fits("", 7, 3, 1, 2),
    fits("", 32, 3, padding=4, dilation=4),
    fits("", 224, 7, padding=3, stride=2),
    fits("a stride that leaves a rest", 10, 3, stride=2),
    fits("all arguments", 31, 4, 2, 3, 4),
    fits("a kernel of one", 9, 1),
    fits("a kernel that barely fits", 5, 3, dilation=2),
    fits("a small map", 1, 3, padding=4, dilation=4),
    too_long("a kernel that is much too long", 2, 7, padding=1),
))


# --- The branches
def larger(r: Random) -> tuple[int, int, int]:
    """A batch, and a map that is longer than the reach of a dilation of 4: every tap of a kernel meets the image."""
    return (r.randint(3, 4), *r.sample(range(6, 10), 2))


def one_of(*choices: Any) -> Callable[[Random], Any]:
    return lambda r: r.choice(choices)


A_DILATION = one_of(1, 2, 3)
ON_ONE_IMAGE = bottlenecks(on_bottleneck(one_image(larger)))
EMPTY = empty_bottlenecks(on_bottleneck())

CHANNEL_BRANCH = Exercise(
    "ChannelBranch",
    sizes=(*on_maps({**MAPS, **LARGE_MAPS}, bottleneck), *bottlenecks(on_bottleneck())),
    refuses=EMPTY,
    visible=(
        call((2, 32, 2, 3), of={"channels": 32}),
        call((2, 12, 3, 2), of=(12, 4)),
        zeros_and_ones(call((1, 10, 3, 4), of={"channels": 10, "reduction": 4},
                            label="a reduction that does not divide, zeros and ones")),
        call((2, 11, 3, 2), of={"channels": 11, "reduction": 4}, label="a reduction that leaves a large rest"),
    ),
    small=call((4, 6, 2, 3), of={"channels": 6, "reduction": 2}))

SPATIAL_BRANCH = Exercise(
    "SpatialBranch",
    sizes=(
        *on_maps(maps(larger), with_options(dilation=A_DILATION)),
        on_map("the default dilation", larger, bottleneck),
        on_map("the default dilation and a batch of one", one_image(larger), bottleneck),
        on_map("a large dilation", larger, with_options(dilation=one_of(5, 6))),
        on_map("a dilation larger than the map", lambda r: (2, *r.sample((2, 3, 4), 2)),
               with_options(dilation=one_of(6, 7, 8, 9))),
        *ON_ONE_IMAGE,
    ),
    refuses=EMPTY,
    visible=(
        call((2, 6, 3, 4), of={"channels": 6, "reduction": 2, "dilation": 2}),
        # of fewer hidden channels, all may be 0 behind a ReLU; then no dilation tells
        call((1, 96, 1, 6), of={"channels": 96}, label="the defaults"),
        call((1, 7, 4, 3), of=(7, 2, 1)),
        call((1, 4, 6, 5), of={"dilation": 3, "reduction": 2, "channels": 4}),
    ),
    small=call((3, 6, 3, 4), of={"channels": 6, "reduction": 3, "dilation": 2}))


# --- BAM
def unknown(words: str, *choices: Any) -> Size:
    return on_map(words, lambda r: (2, 3, 4), with_options(combine=one_of(*choices)), raises=())


OTHER = other_words("sum", "product")
BLOCK = Exercise(
    "BAM",
    sizes=(
        *on_maps(maps(larger), with_options(dilation=A_DILATION)),
        on_map("the default dilation", larger, bottleneck),
        on_map("the product", larger, with_options(combine=one_of("product"))),
        on_map("the product and another dilation", larger,
               with_options(combine=one_of("product"), dilation=A_DILATION)),
        on_map("the sum by name", larger, with_options(combine=one_of("sum"), dilation=one_of(2, 5))),
        *ON_ONE_IMAGE,
    ),
    refuses=(
        unknown("a part of a right word", "su", "prod", "sum p"),
        unknown("a word that is nearly right", "Sum", "add", "products"),
        unknown("another word", "max", "mul", "concat"),
        *(unknown(f"combine is {words}", word) for words, word in OTHER.items()),
        *EMPTY,
    ),
    visible=(
        call((2, 6, 3, 4), of={"channels": 6, "reduction": 2, "dilation": 2}),
        call((1, 32, 1, 6), of={"channels": 32}),
        call((2, 4, 3, 5), of={"channels": 4, "reduction": 2, "combine": "product"}),
        call((1, 18, 3, 2), of=(18, 6, 1, "sum")),
        *(call((2, 4, 3, 2), of={"channels": 4, "reduction": 2, "combine": word}, label=f"combine is {words}",
               raises=())
          for words, word in OTHER.items()),
        call((2, 8, 2, 3), of={"channels": 8, "reduction": 16}, label="no hidden channel", raises=(8, 16)),
    ),
    small=call((3, 6, 3, 4), of={"channels": 6, "reduction": 3, "dilation": 2}),
    # a product of two large maps must not overflow a sigmoid
    uses=("ChannelBranch", "SpatialBranch"), large=6.0, overflow=1e5)


# --- RepairedSpatialAttention
REPAIRED = Exercise(
    "RepairedSpatialAttention",
    sizes=(
        *on_maps(maps(larger), bottleneck),
        on_map("another dilation", larger, with_options(dilation=one_of(1, 3, 4))),
        on_map("one layer", larger, with_options(num_layers=one_of(1))),
        on_map("other layers and another dilation", one_image(larger),
               with_options(num_layers=one_of(2, 4), dilation=one_of(1, 3))),
        on_map("a square map of seven", lambda r: (2, 7, 7), bottleneck),
        *ON_ONE_IMAGE,
    ),
    refuses=EMPTY,
    visible=(
        call((2, 6, 3, 4), of={"channels": 6, "reduction": 2}),
        call((1, 32, 2, 3), of={"channels": 32}),
        call((1, 6, 5, 4), of=(6, 3, 2, 3)),
        call((2, 5, 4, 3), of={"num_layers": 1, "channels": 5, "reduction": 2, "dilation": 1}, label="one layer"),
    ),
    # large enough without the repair too
    small=call((3, 4, 5, 6), of={"channels": 4, "reduction": 2, "num_layers": 2}))

EXERCISES = (OUTPUT_SIZE, CHANNEL_BRANCH, SPATIAL_BRANCH, BLOCK, REPAIRED)
