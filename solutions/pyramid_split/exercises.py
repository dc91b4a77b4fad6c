"""Pyramid split attention: how each exercise of 06a_pyramid_split is called."""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Size, TorchModule, call
from autograder.lessons.sizes import (
    LARGE_MAPS,
    MAPS,
    Construct,
    Shape,
    bottleneck,
    bottlenecks,
    empty_bottlenecks,
    maps,
    on_bottleneck,
    on_map,
    on_maps,
)

# --- SEWeight
SE_WEIGHT = Exercise(
    "SEWeight",
    sizes=(*on_maps({**MAPS, **LARGE_MAPS}, bottleneck), *bottlenecks(on_bottleneck())),
    refuses=empty_bottlenecks(on_bottleneck()),
    visible=(
        call((2, 32, 2, 3), of={"channels": 32}),
        call((2, 7, 3, 2), of=(7, 3), label="a reduction that does not divide"),
        Case("large numbers, a batch of one", (RandomTensor((1, 6, 2, 4), scale=24.0),),
             construct={"channels": 6, "reduction": 2}),
        call((2, 4, 3, 2), of={"channels": 4, "reduction": 4}, label="one hidden channel"),
    ),
    small=call((3, 6, 2, 3), of={"channels": 6, "reduction": 1}),
    large=200.0, overflow=1e5)  # means are smaller than what they are taken of


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


# --- EPSABlock. Fewer than 64 planes cannot be shared by four scales with up to 16 groups: a block has some 45,000
# weights, so that maps are small, and visible cases share their weights. Only the first takes gradients, in float32,
# which take half the room. With the channels of FITS a block puts out as many as it takes.
FITS = {"in_channels": 256, "planes": 64}


def small_map(r: Random) -> tuple[int, int, int]:
    return (2, *r.sample((2, 3, 4), 2))


def pooling(*args: int, **kwargs: Any) -> TorchModule:
    return TorchModule("AvgPool2d", args, kwargs)


def widened(norm: bool = False, planes: int = 64, stride: int = 1) -> Callable[[Random], Construct]:
    """Fewer channels go in than come out: a 1x1 convolution makes the shortcut fit, with or without a BatchNorm."""
    def draw(r: Random) -> Construct:
        channels = r.randint(2, 5)
        downsample = TorchModule("Conv2d", (channels, 4 * planes, 1), {"stride": stride, "bias": False})
        if norm:
            downsample = TorchModule("Sequential", (downsample, TorchModule("BatchNorm2d", (4 * planes,))))
        strides = {} if stride == 1 else {"stride": stride}
        return {"in_channels": channels, "planes": planes, **strides, "downsample": downsample}

    return draw


def fitting(**options: Any) -> Callable[[Random], Construct]:
    """As many channels go in as come out."""
    return lambda r: {**FITS, **options}


WIDENED = {"in_channels": 3, "planes": 64, "downsample": TorchModule("Conv2d", (3, 256, 1), {"bias": False})}
BLOCK = Exercise(
    "EPSABlock",
    sizes=(
        on_map("", small_map, widened()),
        on_map("a stride of two", two_maps(3, 4, 5), widened(stride=2)),
        # Of these sides, a second stride leaves one position, which fits: its numbers tell where it stands.
        on_map("a stride of two, all arguments in order", one_map(3, 4),
               lambda r: tuple(widened(norm=True, stride=2)(r).values())),
        on_map("a downsample with a norm, on odd sides", one_map(3, 5), widened(norm=True)),
        on_map("a batch of one", one_map(2, 3, 4), widened()),
        on_map("a map of one position", lambda r: (3, 1, 1), widened()),
        on_map("more planes", small_map, widened(planes=128)),
        on_map("a stride of two, as many channels out as in", one_map(3, 4, 5),
               fitting(stride=2, downsample=pooling(2, ceil_mode=True))),
        on_map("a downsample, although x fits as it is", one_map(3, 4, 5),
               fitting(stride=1, downsample=pooling(3, 1, 1))),
        on_map("no downsample", one_map(2, 3, 4), fitting()),
        on_map("no downsample, training mode", two_maps(2, 3), fitting(), train=True),
        on_map("a stride of two without downsample, one position", lambda r: (r.randint(2, 4), 1, 1),
               fitting(stride=2)),
        on_map("a downsample with a norm, training mode", small_map, widened(norm=True), train=True),
    ),
    visible=(
        call((2, 3, 1, 2), of=WIDENED, dtype="float32", counts_for="output", label="float32 numbers, with gradients"),
        call((1, 256, 3, 2), of=(256, 64, 2, pooling(2, ceil_mode=True)), gradients=False,
             label="a pooling as downsample"),
        call((1, 256, 2, 1), of=FITS, gradients=False, train=True, label="training mode, no downsample"),
        call((1, 256, 1, 1), of=(256, 64, 2), gradients=False, label="a stride of two without downsample, where x "
                                                                     "fits as it is"),
        call((2, 256, 1, 1), of={**FITS, "downsample": TorchModule("BatchNorm2d", (256,))}, gradients=False, train=True,
             label="training mode, a norm as downsample"),
        # An untrained block makes zeros of zeros: no weights have to be kept.
        Case("weights as they were made, zeros", (RandomTensor((1, 512, 1, 1), scale=0.0),),
             construct={"in_channels": 512, "planes": 128},
             gradients=False, fresh=True, counts_for="output"),
    ),
    small=call((1, 3, 1, 2), of=WIDENED, gradients=False),
    uses=("PyramidSplitAttention",), overflow=1e5)

EXERCISES = (SE_WEIGHT, SPLIT, ATTENTION, BLOCK)
