"""Pyramid split attention: what is special to each exercise of 06a_pyramid_split. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.declare import Case, Draw, TorchModule

from .contract import Construct, Grader, Size, batch_and_map, bottleneck, bottlenecks, channels_of, empty_bottlenecks, odd_sides

Shape = Callable[[Random], tuple[int, int, int]]
Options = dict[str, Callable[[Random], Any]]


# --- SEWeight
def weights(words: str, shape: Shape) -> Size:
    def size(r: Random) -> Case:
        construct = bottleneck(r)
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels_of(construct), height, width)),), construct=construct)

    return size


def of_bottleneck(r: Random, construct: Construct) -> Case:
    batch, height, width = batch_and_map(r)
    return Case("", (Draw((batch, channels_of(construct), height, width)),), construct=construct)


SE_WEIGHT = (
    weights("", batch_and_map),
    weights("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r))),
    weights("a batch of one", lambda r: (1, *batch_and_map(r)[1:])),
    weights("a map of one position", lambda r: (r.randint(2, 5), 1, 1)),
    weights("a map of one row", lambda r: (2, 1, r.randint(5, 9))),
    weights("a map of one column", lambda r: (3, r.randint(5, 9), 1)),
    weights("a large map", lambda r: (1, *r.sample((37, 41, 43, 47), 2))),
    *bottlenecks(of_bottleneck),
)


# --- The convolutions, and the attention over them
def pyramid(r: Random, scales: int) -> dict[str, Any]:
    """Different kernels, and channels that every number of groups divides, in each part of x too, if x were cut into parts."""
    kernels = r.sample((1, 3, 5, 7, 9)[:max(scales, 4)], scales)
    groups = [1, 2, 4, 2, 4][:scales]
    r.shuffle(groups)
    return {"in_channels": 4 * scales if scales > 1 else 8, "channels": 4 * scales * r.randint(1, 2), "kernel_sizes": tuple(kernels),
            "groups": tuple(groups)}


def any_pyramid(r: Random) -> dict[str, Any]:
    return pyramid(r, r.choice((2, 3, 4)))


def large_enough(r: Random) -> tuple[int, int, int]:
    """A map that is not square, on which a kernel of 7 meets the image with many taps."""
    return (r.randint(2, 3), *r.sample((4, 5, 6, 7), 2))


def module(words: str, shape: Shape = large_enough, draw: Callable[[Random], dict[str, Any]] = any_pyramid, attention: bool = False,
           **options: Callable[[Random], Any]) -> Size:
    """A size of SplitAndConcat, or of PyramidSplitAttention. options: how other arguments are drawn."""
    def size(r: Random) -> Case:
        construct = draw(r)
        if attention:  # several hidden channels, some of which are certain to pass the ReLU
            construct |= {"reduction": r.choice((1, 2))}
        construct |= {name: value(r) for name, value in options.items()}
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, construct["in_channels"], height, width)),), construct=construct)

    return size


def in_order(words: str, *, attention: bool) -> Size:
    """All arguments by their places."""
    def size(r: Random) -> Case:
        drawn = pyramid(r, r.choice((2, 3)))
        drawn["channels"] = 2 * drawn["in_channels"]  # so that the two cannot be exchanged
        construct = (*drawn.values(), r.choice((2, 3)), *((2,) if attention else ()))
        return Case(words, (Draw((2, drawn["in_channels"], *r.sample(range(5, 9), 2))),), construct=construct)

    return size


def with_defaults(words: str) -> Size:
    """The four kernels and groups of the paper."""
    def size(r: Random) -> Case:
        channels = 16 * r.randint(1, 2)
        return Case(words, (Draw((1, channels, *r.sample((5, 6, 7, 8, 9), 2))),), construct={"in_channels": channels, "channels": 64})

    return size


def of_scales(scales: int, **fixed: Any) -> Callable[[Random], dict[str, Any]]:
    return lambda r: {**pyramid(r, scales), **fixed}


def sizes(attention: bool) -> tuple[Size, ...]:
    """What both are asked, the ordinary one first."""
    def asked(words: str, *args: Any, **kwargs: Any) -> Size:
        return module(words, *args, attention=attention, **kwargs)

    return (
        asked(""),
        asked("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r))),
        asked("a batch of one", lambda r: (1, *large_enough(r)[1:])),
        asked("a map of one position", lambda r: (r.randint(2, 5), 1, 1)),
        asked("a map of one row", lambda r: (2, 1, r.randint(5, 9))),
        asked("a map of one column", lambda r: (3, r.randint(5, 9), 1)),
        asked("one scale", draw=of_scales(1)),
        asked("four scales", draw=of_scales(4)),
        asked("five scales", draw=of_scales(5)),
        asked("two equal scales", draw=of_scales(2, kernel_sizes=(3, 3), groups=(2, 2))),
        asked("three scales, as many channels out as in", draw=of_scales(3, in_channels=12, channels=12)),
        asked("a stride of two", stride=lambda r: 2),
        asked("a stride of three", stride=lambda r: 3, shape=lambda r: (2, *r.sample((6, 7, 8, 9), 2))),
        asked("lists of kernels and groups", draw=of_scales(2, kernel_sizes=[5, 3], groups=[2, 4])),
        in_order("all arguments, in order", attention=attention),
        with_defaults("the default kernels and groups"),
    )


def other_reduction(r: Random) -> Case:
    """A reduction that leaves a rest of the channels of a scale."""
    scales, width, reduction = r.choice((2, 3)), *r.choice(((11, 4), (9, 2), (14, 3)))
    construct = {"in_channels": 3, "channels": scales * width, "kernel_sizes": (1, 3, 5)[:scales], "groups": (1,) * scales,
                 "reduction": reduction}
    return Case("a reduction that leaves a rest", (Draw((2, 3, *r.sample((3, 4, 5), 2))),), construct=construct)


def default_reduction(r: Random) -> Case:
    construct = {"in_channels": 2, "channels": 2 * r.choice((33, 47, 40)), "kernel_sizes": (1, 3), "groups": (1, 1)}
    return Case("the default reduction", (Draw((2, 2, *r.sample((3, 4, 5), 2))),), construct=construct)


def no_hidden(words: str, widths: tuple[int, ...], reductions: tuple[int, ...]) -> Size:
    """Scales of too few channels: the message names those of one scale, and the reduction."""
    def size(r: Random) -> Case:
        scales, width, reduction = r.choice((2, 3)), r.choice(widths), r.choice(reductions)
        construct = {"in_channels": 3, "channels": scales * width, "kernel_sizes": (1, 3, 3)[:scales], "groups": (1,) * scales}
        if reduction != 16:
            construct["reduction"] = reduction
        return Case(words, (Draw((2, 3, 4, 5)),), construct=construct, raises=(width, reduction))

    return size


# --- The block. Fewer than 64 planes cannot be shared by four scales with up to 16 groups, so that maps are small.
def small_map(r: Random) -> tuple[int, int, int]:
    return (2, *r.sample((2, 3, 4), 2))


def widened(planes: int, stride: int, norm: bool = False) -> Callable[[Random, int], TorchModule]:
    """What makes the shortcut fit: a 1x1 convolution to 4 * planes channels, with or without a BatchNorm."""
    def draw(r: Random, channels: int) -> TorchModule:
        conv = TorchModule("Conv2d", (channels, 4 * planes, 1), {"stride": stride, "bias": False})
        return TorchModule("Sequential", (conv, TorchModule("BatchNorm2d", (4 * planes,)))) if norm else conv

    return draw


def block(words: str, shape: Shape = small_map, stride: int = 1, norm: bool = False, in_order: bool = False, planes: int = 64) -> Size:
    def size(r: Random) -> Case:
        channels = r.randint(2, 5)
        downsample = widened(planes, stride, norm)(r, channels)
        construct = {"in_channels": channels, "planes": planes, "downsample": downsample}
        if in_order:
            construct = (channels, planes, stride, downsample)
        elif stride != 1:
            construct["stride"] = stride
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels, height, width)),), construct=construct)

    return size


def pooled(words: str, stride: int, downsample: TorchModule) -> Size:
    """256 channels go in and come out; the shortcut has a pooling."""
    def size(r: Random) -> Case:
        return Case(words, (Draw((1, 256, *r.sample((3, 4, 5), 2))),),
                    construct={"in_channels": 256, "planes": 64, "stride": stride, "downsample": downsample})

    return size


def as_it_is(words: str, shape: Shape, train: bool = False) -> Size:
    """256 channels go in and come out: nothing is needed for the shortcut."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, 256, height, width)),), construct={"in_channels": 256, "planes": 64}, train=train)

    return size


BLOCK = (
    block(""),
    block("a stride of two", lambda r: (2, *r.sample((3, 4, 5), 2)), stride=2),
    block("a stride of two, all arguments in order", lambda r: (1, *r.sample((3, 4, 5), 2)), stride=2, norm=True, in_order=True),
    block("a downsample with a norm, on odd sides", lambda r: (1, *r.sample((3, 5), 2)), norm=True),
    block("a batch of one", lambda r: (1, *small_map(r)[1:])),
    block("a map of one position", lambda r: (3, 1, 1)),
    block("more planes", planes=128),
    pooled("a stride of two, as many channels out as in", 2, TorchModule("AvgPool2d", (2,), {"ceil_mode": True})),
    pooled("a downsample, although x fits as it is", 1, TorchModule("AvgPool2d", (3, 1, 1))),
    as_it_is("no downsample", lambda r: (1, *r.sample((2, 3, 4), 2))),
    as_it_is("no downsample, training mode", lambda r: (2, *r.sample((2, 3), 2)), train=True),
)

GRADERS = (
    Grader("SEWeight", SE_WEIGHT, refused=empty_bottlenecks(of_bottleneck)),
    Grader("SplitAndConcat", sizes(attention=False)),
    Grader("PyramidSplitAttention", (*sizes(attention=True), other_reduction, default_reduction), refused=(
        no_hidden("too few channels for the default reduction", (4, 8, 15), (16,)),
        no_hidden("one channel too few for the reduction", (4,), (5,)),
        no_hidden("far too few channels for the reduction", (2, 3), (7, 9)),
    ), uses=("SEWeight", "SplitAndConcat")),
    Grader("EPSABlock", BLOCK, uses=("PyramidSplitAttention",)),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
