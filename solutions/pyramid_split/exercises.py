"""Pyramid split attention: how each exercise of 06a_pyramid_split is called."""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, Repair, Size, call
from autograder.lessons.sizes import (
    Construct,
    Shape,
    maps,
    on_map,
    on_maps,
)


# --- The convolutions, and the attention over them
def pyramid(r: Random, scales: int) -> dict[str, Any]:
    """Different kernels, and channels that every number of groups divides, in each part of x too, if x were cut into
    parts."""
    kernels = r.sample((1, 3, 5, 7, 9)[:max(scales, 4)], scales)
    groups = [1, 2, 4, 2, 4][:scales]
    r.shuffle(groups)
    return {"in_channels": 4 * scales if scales > 1 else 8, "channels": 4 * scales * r.randint(1, 2),
            "kernel_sizes": tuple(kernels),
            "groups": tuple(groups)}


def large_enough(r: Random) -> tuple[int, int, int]:
    """A map that is not square, on which a kernel of 7 meets the image with many taps."""
    return (r.randint(2, 3), *r.sample((4, 5, 6, 7), 2))


def one_map(*sides: int) -> Shape:
    """One image, with two of these sides."""
    return lambda r: (1, *r.sample(sides, 2))


def two_maps(*sides: int) -> Shape:
    """Two images, with two of these sides."""
    return lambda r: (2, *r.sample(sides, 2))


def in_order(r: Random, reduction: tuple[int, ...]) -> Construct:
    """All arguments by their places, with twice as many channels out as in, so that the two cannot be exchanged."""
    drawn = pyramid(r, r.choice((2, 3)))
    return (*(drawn | {"channels": 2 * drawn["in_channels"]}).values(), r.choice((2, 3)), *reduction)


def sizes(attention: bool) -> tuple[Size, ...]:
    """What SplitAndConcat and PyramidSplitAttention are both called with, the ordinary one first."""
    def of(*scales: int, **fixed: Any) -> Callable[[Random], Construct]:
        def draw(r: Random) -> Construct:
            # of several hidden channels some pass the ReLU
            reduction = {"reduction": r.choice((1, 2))} if attention else {}
            return pyramid(r, r.choice(scales or (2, 3, 4))) | reduction | fixed

        return draw

    return (
        *on_maps(maps(large_enough), of()),
        on_map("one scale", large_enough, of(1)),
        on_map("four scales", large_enough, of(4)),
        on_map("five scales", large_enough, of(5)),
        on_map("two equal scales", large_enough, of(2, kernel_sizes=(3, 3), groups=(2, 2))),
        on_map("three scales, as many channels out as in", large_enough, of(3, in_channels=12, channels=12)),
        on_map("a stride of two", large_enough, of(stride=2)),
        on_map("a stride of three", two_maps(6, 7, 8, 9), of(stride=3)),
        on_map("lists of kernels and groups", large_enough, of(2, kernel_sizes=[5, 3], groups=[2, 4])),
        on_map("all arguments, in order", two_maps(5, 6, 7, 8), lambda r: in_order(r, (2,) if attention else ())),
        on_map("the default kernels and groups", one_map(5, 6, 7, 8, 9),
               lambda r: {"in_channels": 16 * r.randint(1, 2), "channels": 64}),
    )


TWO = {"in_channels": 4, "channels": 4, "kernel_sizes": (1, 3), "groups": (1, 2)}
# One default at a time: both together need 64 channels, and large kernels.
DEFAULT_KERNELS = {"in_channels": 1, "channels": 8, "groups": (1, 1, 1, 1)}
DEFAULT_GROUPS = {"in_channels": 16, "channels": 64, "kernel_sizes": (1, 1, 1, 1)}

SPLIT = Exercise("SplitAndConcat", sizes=sizes(attention=False), visible=(
    call((2, 12, 2, 3), of=(12, 24, (1, 3, 5), (1, 2, 2))),
    call((1, 8, 5, 4), of=(8, 8, (3, 1), (4, 2), 2), label="a stride of two"),
    call((1, 4, 7, 5), of={"stride": 3, "groups": [2, 1], "kernel_sizes": [5, 3], "channels": 4, "in_channels": 4},
         label="lists"),
    call((1, 1, 2, 3), of=DEFAULT_KERNELS, label="the default kernels", gradients=False),
    call((1, 16, 1, 2), of=DEFAULT_GROUPS, label="the default groups", gradients=False),
), small=call((2, 4, 2, 3), of=TWO))


# --- PyramidSplitAttention
def narrow(scales: int, width: int, **reduction: int) -> Construct:
    """Scales of `width` channels each."""
    return {"in_channels": 3, "channels": scales * width, "kernel_sizes": (1, 3, 5)[:scales], "groups": (1,) * scales,
            **reduction}


def reduction_with_rest(r: Random) -> Construct:
    width, reduction = r.choice(((11, 4), (9, 2), (14, 3)))
    return narrow(r.choice((2, 3)), width, reduction=reduction)


def no_hidden(words: str, widths: tuple[int, ...], reductions: tuple[int, ...] = ()) -> Size:
    """Scales of too few channels: the message names those of one scale, and the reduction.
    No reductions: the default, 16."""
    def size(r: Random) -> Case:
        width, given = r.choice(widths), {"reduction": r.choice(reductions)} if reductions else {}
        construct = narrow(r.choice((2, 3)), width, **given)
        return call((2, 3, 4, 5), of=construct, label=words, raises=(width, given.get("reduction", 16)))

    return size


ATTENTION = Exercise(
    "PyramidSplitAttention",
    sizes=(
        *sizes(attention=True),
        on_map("a reduction that leaves a rest", two_maps(3, 4, 5), reduction_with_rest),
        on_map("the default reduction", two_maps(3, 4, 5), lambda r: narrow(2, r.choice((33, 47, 40)))),
        # Shares that are detached are right here; those that are also rounded are not.
        on_map("a call without gradients", two_maps(3, 4, 5), lambda r: narrow(2, r.randint(8, 11), reduction=1),
               gradients=False),
    ),
    refuses=(
        no_hidden("too few channels for the default reduction", (4, 8, 15)),
        no_hidden("one channel too few for the reduction", (4,), (5,)),
        no_hidden("far too few channels for the reduction", (2, 3), (7, 9)),
    ),
    visible=(
        call((2, 2, 2, 3), of=(2, 48, (1, 3, 5), (1, 2, 2), 1, 2)),
        call((1, 8, 5, 6), of={"in_channels": 8, "channels": 8, "kernel_sizes": (3, 1), "groups": (4, 2), "stride": 2,
                               "reduction": 3},
             label="a stride of two"),
        call((2, 4, 3, 2), of={**TWO, "reduction": 1}, label="as many channels in as out"),
        call((1, 1, 2, 3), of={"reduction": 2, **DEFAULT_KERNELS}, label="the default kernels", gradients=False),
        call((1, 16, 1, 2), of={"reduction": 2, **DEFAULT_GROUPS}, label="the default groups", gradients=False),
    ),
    small=call((2, 2, 2, 3), of={**TWO, "in_channels": 2, "reduction": 1}),
    uses=("SEWeight", "SplitAndConcat"), overflow=1e5)


EXERCISES = (SPLIT, ATTENTION)
REPAIR = Repair("ExhibitA", like=ATTENTION, edits={
    "weights.view(B, C, S).softmax(dim=2).transpose(1, 2)": "weights.view(B, S, C).softmax(dim=1)"})
