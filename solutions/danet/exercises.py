"""Dual Attention Network: how each exercise of 05_danet is called. `gamma` is drawn like every other parameter unless a case says more."""

import math
from dataclasses import replace
from functools import partial
from random import Random

from solutions.shared.declare import Case, Exercise, RandomTensor, Size, call
from solutions.shared.sizes import (
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
)

OVERFLOW = 3e4  # the factor from which `exp` of a product of queries and keys is infinite
FRESH = {"label": "a fresh module, which should return x itself", "fresh": True, "gradients": False}
AT_ZERO = {"label": "gamma at 0", "zeros": ("gamma",)}  # only the gradients tell whether anything is gathered
TOO_LARGE = {"large": True, "gradients": False}  # a softmax of such numbers is one-hot, so that its gradients say nothing


def scaled(shape: tuple[int, ...], scale: float, **more: object) -> Case:
    """A call with random numbers of this size. more: other fields of Case."""
    return Case(args=(RandomTensor(shape, scale=scale),), **more)


# --- Both forms of position attention
def few(r: Random) -> Construct:
    hidden, reduction = r.randint(2, 3), r.randint(1, 2)
    return {"channels": hidden * reduction, "reduction": reduction}


def lone(batch: int, hidden: int) -> Case:
    """In some image the score is far below 0: a softmax whose running maximum starts at 0 has nothing left to divide by.

    With many more channels than hidden ones queries and keys are hardly alike, so that both signs are likely whatever the weights are.
    """
    return scaled((batch, 8 * hidden, 1, 1), OVERFLOW, construct={"channels": 8 * hidden}, **TOO_LARGE,
                  label="one position, products too large for `exp` alone")


POSITIONS = (
    *on_maps(MAPS, bottleneck), *bottlenecks(on_bottleneck(), default=8),
    lambda r: replace(on_bottleneck()(r, bottleneck(r)), **FRESH),
    lambda r: replace(on_bottleneck()(r, few(r)), **AT_ZERO),
    lambda r: lone(r.randint(20, 24), r.randint(2, 3)),
)
VISIBLE = (
    call((2, 8, 3, 4), of={"channels": 8, "reduction": 2}),
    call((2, 16, 2, 3), of={"channels": 16}, label="the default reduction"),
    call((1, 11, 4, 3), of=(11, 4), label="a reduction that does not divide, and a batch of one"),
    call((2, 6, 2, 3), of={"channels": 6, "reduction": 2}, **FRESH),
    call((2, 6, 3, 2), of={"channels": 6, "reduction": 2}, **AT_ZERO),
    lone(8, hidden=2),
)
BOTH = {"refuses": empty_bottlenecks(on_bottleneck(), default=8), "small": call((2, 6, 2, 3), of={"channels": 6, "reduction": 2}),
        "large": 3.0, "overflow": OVERFLOW}

POSITION = Exercise("PositionAttention", sizes=(*POSITIONS, *on_maps(MAPS, bottleneck, method="attention")), visible=(
    *VISIBLE,
    call((2, 8, 3, 4), of={"channels": 8, "reduction": 2}, method="attention"),
    call((1, 5, 2, 3), of={"channels": 5, "reduction": 1}, method="attention"),
), **BOTH)


# --- ChannelAttention
def gram(words: str, shape: Shape, method: str = "forward", scale: float | None = None, **construct: bool) -> Size:
    """Small numbers unless `scale` says another size: an energy is a sum over all positions, and a softmax of large ones is one-hot."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        given = scale or (height * width) ** -0.5 * r.choice((1.0, 1.5))
        return scaled((batch, r.randint(4, 9), height, width), given, label=words, method=method, construct=construct)

    return size


CHANNEL = Exercise("ChannelAttention", sizes=(
    *(gram(words, shape) for words, shape in MAPS.items()),
    *(gram(words, shape, negate=True) for words, shape in MAPS.items()),
    lambda r: scaled((2, 17, *r.sample((2, 3), 2)), 0.4, label="more channels than positions"),
    gram("two positions, larger numbers", lambda r: (3, 1, 2), scale=2.0),  # with so few positions no softmax is one-hot
    gram("", batch_and_map, negate=False),
    *(gram("", batch_and_map, method="attention", negate=negate) for negate in (False, True)),
    gram("a batch of one", lambda r: (1, 3, 5), method="attention", negate=True),
    *(lambda r, fields=fields: replace(gram("", batch_and_map, negate=r.random() < 0.5)(r), **fields) for fields in (FRESH, AT_ZERO)),
    lambda r: replace(gram("negated energies too large for `exp` alone", batch_and_map, scale=2e4, negate=True)(r), **TOO_LARGE),
), visible=(
    scaled((2, 4, 3, 5), 0.5),
    scaled((2, 4, 3, 5), 0.5, construct={"negate": True}),
    scaled((1, 7, 2, 3), 0.5, construct=(True,), label="a batch of one"),
    scaled((2, 6, 2, 3), 0.5, construct={"negate": False}),
    scaled((2, 5, 1, 4), 0.5, construct={"negate": True}, label="a map of one row"),
    scaled((2, 5, 2, 4), 0.5, method="attention"),
    scaled((2, 5, 2, 4), 0.5, construct={"negate": True}, method="attention"),
    scaled((2, 4, 2, 3), 0.5, **FRESH),
    scaled((2, 4, 3, 2), 0.5, **AT_ZERO),
    scaled((2, 4, 3, 5), 1e4, **TOO_LARGE, label="energies too large for `exp` alone"),
), small=scaled((2, 5, 3, 2), 0.5, construct={"negate": True}), large=4.0, overflow=OVERFLOW)


# --- EfficientPositionAttention
def many(low: int, high: int) -> Shape:
    """One image with low to high positions, an odd number, so that no usual chunk divides it."""
    def shape(r: Random) -> tuple[int, int, int]:
        height = r.choice((17, 19, 21, 23))
        width = r.randint(low // height + 1, high // height)
        return 1, height, width if width % 2 else width - 1

    return shape


def watched(positions: int, share: int, of: Construct, train: bool) -> Case:
    """A call of which no tensor may be large, forward or backward. share: of all pairs of positions, what part is too large."""
    side = math.isqrt(positions)
    words = f"{positions} positions{' in training mode' * train}, where no tensor may have 1/{share} as many elements as there are pairs"
    image = RandomTensor((1, of["channels"], side, side), kind="signs")  # takes little room in the file of checks
    return Case(words, (image,), construct=of, train=train, dtype="float32", limit=positions ** 2 // share)


def measured(r: Random) -> Case:
    """A call without gradients for which less memory is allowed than one map takes."""
    height = r.choice((72, 96, 128))
    return call((1, 32, height, 9216 // height), of={"channels": 32}, label="9216 positions without gradients", dtype="float32",
                peak=4 * 9216 ** 2)


EFFICIENT = Exercise("EfficientPositionAttention", sizes=(
    *POSITIONS,
    on_map("some hundred positions", many(280, 420), few),
    on_map("more than 512 positions", many(540, 700), few),
    *(lambda r, n=n, share=share, train=train: watched(n, share, {"channels": 8 * r.randint(1, 4)}, train)
      for n, share in ((1024, 2), (4096, 8)) for train in (False, True)),
    measured,
), visible=(
    *VISIBLE,
    call((1, 2, 17, 19), of={"channels": 2, "reduction": 1}, label="323 positions, a number that no usual chunk divides"),
    watched(1024, 2, {"channels": 2, "reduction": 2}, train=False),  # with 1 there is nothing to pad, so that a fused call falls back
    watched(4096, 8, {"channels": 2, "reduction": 2}, train=True),
), uses=("PositionAttention",), delegates=("PositionAttention",), **BOTH)


# --- DANetHead
def wide(r: Random, rest: int = 0) -> Construct:
    return {"in_channels": 4 * r.randint(8, 10) + rest, "num_classes": r.randint(2, 6)}


HEAD = Exercise("DANetHead", sizes=(
    *on_maps(MAPS, wide),
    on_map("channels that 4 does not divide", batch_and_map, partial(wide, rest=1)),
    on_map("channels that leave a large rest", batch_and_map, partial(wide, rest=3)),
    on_map("", batch_and_map, lambda r: tuple(wide(r, rest=2).values())),
    on_map("training mode with a dropout of the largest channels", batch_and_map, wide, train=True, drop_largest=True),
), refuses=(
    on_map("fewer than 32 channels, too few for the position attention inside", batch_and_map,
           lambda r: {**wide(r), "in_channels": r.randint(16, 31)}, raises=()),
), visible=(
    call((2, 32, 2, 3), of={"in_channels": 32, "num_classes": 3}),  # weights fill its file: their gradients are recorded once
    call((2, 39, 1, 3), of=(39, 2), train=True, drop_largest=True, gradients=False,
         label="channels that 4 does not divide, training mode with a dropout of the largest channels"),
), small=call((2, 32, 1, 3), of={"in_channels": 32, "num_classes": 3}, gradients=False),
    uses=("PositionAttention", "ChannelAttention"), large=4.0, overflow=OVERFLOW)

EXERCISES = (POSITION, CHANNEL, EFFICIENT, HEAD)
