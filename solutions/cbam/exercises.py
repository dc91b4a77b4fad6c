"""CBAM: how each exercise of 03_cbam is called. Sizes are odd and not square, so that no lucky shape hides a
mistake."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import (
    LARGE_MAPS,
    MAPS,
    Construct,
    Shape,
    batch_and_map,
    bottleneck,
    bottlenecks,
    empty_bottlenecks,
    on_bottleneck,
    on_map,
    on_maps,
    with_options,
)

ALL_MAPS = {**MAPS, **LARGE_MAPS}


def odd(r: Random) -> int:
    return r.choice((3, 5))


def scaled(case: Case, factor: float) -> Case:
    return replace(case, args=tuple(replace(t, scale=factor * t.scale) for t in case.args))


# --- ChannelGate
CHANNEL_GATE = Exercise(
    "ChannelGate",
    sizes=(*on_maps(ALL_MAPS, bottleneck), *bottlenecks(on_bottleneck())),
    refuses=empty_bottlenecks(on_bottleneck()),
    visible=(
        call((3, 32, 4, 5), of={"channels": 32}),
        call((2, 12, 7, 3), of={"channels": 12, "reduction": 3}),
        zeros_and_ones(call((1, 8, 5, 5), of=(8, 2), label="zeros and ones", gradients=False)),
        call((2, 11, 3, 4), of={"channels": 11, "reduction": 4}, label="a reduction that does not divide"),
        call((2, 1, 4, 3), of=(1, 1), label="one channel"),
    ),
    small=call((3, 8, 3, 4), of={"channels": 8, "reduction": 2}), overflow=1e5)


# --- SpatialGate
def spatial(words: str, shape: Shape = batch_and_map, kernel_size: Callable[[Random], int | None] = odd,
            channels: Callable[[Random], int] = lambda r: r.randint(8, 12), **fields: bool) -> Size:
    """A size of SpatialGate. kernel_size: draws None for the default. fields: other fields of the case."""
    def size(r: Random) -> Case:
        k = kernel_size(r)
        batch, height, width = shape(r)
        construct = {} if k is None else {"kernel_size": k} if r.random() < 0.5 else (k,)
        return call((batch, channels(r), height, width), of=construct, label=words, **fields)

    return size


def lone_channel(r: Random) -> Case:
    """The maximum of several channels is rarely below 0; that of one is of either sign."""
    return scaled(spatial("one channel, scores too large for `exp` alone", channels=lambda r: 1, gradients=False,
                          large=True)(r), 1e5)


SPATIAL_GATE = Exercise(
    "SpatialGate",
    sizes=(
        *(spatial(words, shape) for words, shape in ALL_MAPS.items()),
        spatial("the default kernel size", lambda r: (2, r.choice((8, 10)), r.choice((9, 11))), lambda r: None),
        spatial("the default kernel size in training mode", lambda r: (3, 9, r.choice((8, 10))), lambda r: None,
                train=True),
        spatial("a kernel of one position", kernel_size=lambda r: 1),
        spatial("a kernel larger than the map", lambda r: (2, 3, 4), lambda r: r.choice((9, 11))),
        spatial("one channel", channels=lambda r: 1),
        lone_channel,
        spatial("two channels", channels=lambda r: 2),
        spatial("many channels", lambda r: (2, 3, 4), channels=lambda r: r.randint(90, 110)),
    ),
    refuses=(
        spatial("a kernel size of two", kernel_size=lambda r: 2, raises=()),
        spatial("an even kernel size", kernel_size=lambda r: r.choice((4, 6, 8)), raises=()),
    ),
    visible=(
        call((2, 6, 5, 8), of={"kernel_size": 3}),
        call((2, 5, 9, 7), label="the default kernel size"),
        call((3, 4, 6, 5), label="the default kernel size in training mode", train=True),
        call((1, 12, 4, 6), of=(5,)),
        call((2, 7, 3, 4), of={"kernel_size": 1}, label="a kernel of one position"),
        call((2, 4, 3, 2), of={"kernel_size": 9}, label="a kernel larger than the map"),
        call((2, 1, 4, 5), of={"kernel_size": 3}, label="one channel"),
    ),
    small=call((3, 4, 5, 4), of={"kernel_size": 3}), overflow=1e5)


# --- CBAM
def block(r: Random, construct: Construct) -> Case:
    """A call on an ordinary map, with an odd kernel size too where it can be given."""
    if isinstance(construct, dict):
        construct = {**construct, "kernel_size": odd(r)}
    elif len(construct) == 2:
        construct = (*construct, odd(r))
    return on_bottleneck()(r, construct)


def large_in_training(r: Random) -> Case:
    """In eval mode large numbers may close the whole map; in training mode BatchNorm keeps some of it open."""
    return replace(scaled(block(r, bottleneck(r)), 8.0), label="large numbers in training mode", train=True)


BLOCK = Exercise(
    "CBAM",
    sizes=(
        *on_maps(ALL_MAPS, with_options(kernel_size=odd)),
        on_map("the default kernel size", lambda r: (2, r.choice((8, 10)), 9), bottleneck),
        on_map("a kernel of one position", batch_and_map, with_options(kernel_size=lambda r: 1)),
        large_in_training,
        *bottlenecks(block),
    ),
    refuses=(
        on_map("an even kernel size", batch_and_map, with_options(kernel_size=lambda r: r.choice((2, 4, 6))),
               raises=()),
        *empty_bottlenecks(block),
    ),
    visible=(
        call((2, 32, 5, 3), of={"channels": 32}),
        call((2, 12, 4, 7), of={"channels": 12, "reduction": 3, "kernel_size": 5}),
        call((1, 8, 5, 4), of=(8, 2, 3)),
        call((2, 8, 1, 1), of={"channels": 8, "reduction": 4}, label="a map of one position"),
    ),
    small=call((3, 8, 3, 4), of={"channels": 8, "reduction": 2, "kernel_size": 3}),
    uses=("ChannelGate", "SpatialGate"), overflow=1e5)


# --- flexible_attention
def image_and_weights(shape: tuple[int, int, int, int], hidden: int, label: str = "", scale: float = 1.0,
                      of_weights: float = 0.3) -> Case:
    """An image and two matrices of small numbers: a sigmoid of large scores is 0 or 1, and hides what is wrong
    before it."""
    channels = shape[1]
    weights = RandomTensor((hidden, channels), scale=of_weights), RandomTensor((channels, hidden), scale=of_weights)
    return Case(label, (RandomTensor(shape, scale=scale), *weights))


def flexible(words: str, shape: Shape = batch_and_map, channels: tuple[int, int] = (12, 16),
             hidden: tuple[int, int] = (8, 11),
             **scales: float) -> Size:
    """A size of flexible_attention. channels, hidden: from where to where they are drawn."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        return image_and_weights((batch, r.randint(*channels), height, width), r.randint(*hidden), words, **scales)

    return size


FLEXIBLE = Exercise(
    "flexible_attention",
    sizes=(
        *(flexible(words, shape) for words, shape in ALL_MAPS.items()),
        flexible("one hidden number", channels=(9, 12), hidden=(1, 1)),
        flexible("as many hidden numbers as channels", channels=(9, 9), hidden=(9, 9)),
        flexible("more hidden numbers than channels", channels=(4, 6), hidden=(9, 9)),
        flexible("one channel", channels=(1, 1), hidden=(8, 10)),
        flexible("large weights and small numbers", scale=0.02, of_weights=4.0),
    ),
    visible=(
        image_and_weights((2, 12, 4, 5), 3),
        image_and_weights((1, 6, 5, 3), 2),
        image_and_weights((2, 5, 3, 4), 5, "as many hidden numbers as channels"),
        image_and_weights((2, 7, 3, 2), 1, "one hidden number"),
        image_and_weights((2, 8, 1, 1), 4, "a map of one position"),
    ),
    small=image_and_weights((2, 6, 3, 4), 3), large=4.0, overflow=100.0)  # x, w1 and w2 grow alike

EXERCISES = (CHANNEL_GATE, SPATIAL_GATE, BLOCK, FLEXIBLE)
REPAIR = Repair("ExhibitA", like=SPATIAL_GATE, edits={"dim=-1).view(B, 2, H, W)": "dim=1)"})

# The page gives the weights of its layers, as matrices, to `flexible_attention`.
USED_LATER = {"ChannelGate": ("mlp",)}
