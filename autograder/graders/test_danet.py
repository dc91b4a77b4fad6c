"""Dual Attention Network: what is special to each exercise of 05_danet. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

from autograder.declare import Case, Draw

from .contract import Construct, Grader, Size, batch_and_map, bottleneck, bottlenecks, channels_of, empty_bottlenecks, odd_sides

Shape = Callable[[Random], tuple[int, int, int]]  # a batch, a height, a width

SHAPES: dict[str, Shape] = {
    "": batch_and_map,
    "a map of odd sides": lambda r: (r.choice((2, 4)), *odd_sides(r)),
    "a batch of one": lambda r: (1, *batch_and_map(r)[1:]),
    "a map of one position": lambda r: (r.randint(2, 4), 1, 1),
    "a map of one row": lambda r: (2, 1, r.randint(5, 9)),
    "a map of one column": lambda r: (3, r.randint(5, 9), 1),
}


# --- both forms of position attention
def small(r: Random) -> Construct:
    hidden, reduction = r.randint(2, 3), r.randint(1, 2)
    return {"channels": hidden * reduction, "reduction": reduction}


def image(words: str, shape: Shape, construct: Callable[[Random], Construct] = bottleneck, method: str = "forward") -> Size:
    def size(r: Random) -> Case:
        made = construct(r)
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels_of(made), height, width)),), construct=made, method=method)

    return size


def of_bottleneck(r: Random, construct: Construct) -> Case:
    _, height, width = batch_and_map(r)
    return Case("", (Draw((2, channels_of(construct), height, width)),), construct=construct)


def fresh(r: Random) -> Case:
    """A module that nobody has trained: gamma is 0, so that it returns x."""
    return _as_built(image("", batch_and_map)(r))


def _as_built(case: Case) -> Case:
    return replace(case, label="a fresh module, which should return x itself", fresh=True, gradients=False, aspect="start")


def at_zero(r: Random) -> Case:
    """With gamma at 0 only the gradients tell whether anything is gathered."""
    return _at_zero(image("", batch_and_map, small)(r))


def _at_zero(case: Case) -> Case:
    return replace(case, label="gamma at 0", zeros=("gamma",), aspect="start")


def overflowing(r: Random) -> Case:
    """`exp` of such numbers is infinite. A softmax of them is one-hot, so that its gradients say nothing."""
    case = image("products too large for `exp` alone", batch_and_map, small)(r)
    return replace(case, args=(replace(case.args[0], scale=r.uniform(3e4, 4e4)),), aspect="large", gradients=False)


def watched(r: Random) -> Case:
    """A call of which no tensor may be large, forward or backward."""
    height, channels = r.choice((16, 32, 64)), 8 * r.randint(2, 4)
    return Case("1024 positions, where no tensor may have half as many elements as there are pairs",
                (Draw((1, channels, height, 1024 // height)),), construct={"channels": channels}, aspect="memory",
                limit=1024 ** 2 // 2)


def measured(r: Random) -> Case:
    """A call without gradients for which less memory is allowed than one map takes."""
    height = r.choice((72, 96, 128))
    return Case("9216 positions without gradients", (Draw((1, 32, height, 9216 // height)),), construct={"channels": 32},
                dtype="float32", aspect="memory", peak=4 * 9216 ** 2)


def many(low: int, high: int) -> Shape:
    """One image with low to high positions, a number that is odd, so that no usual chunk divides it."""
    def shape(r: Random) -> tuple[int, int, int]:
        height = r.choice((17, 19, 21, 23))
        width = r.randint(low // height + 1, high // height)
        return 1, height, width if width % 2 else width - 1

    return shape


POSITIONS = (*(image(words, shape) for words, shape in SHAPES.items()), *bottlenecks(of_bottleneck, default=8), fresh, at_zero,
             overflowing)
MAPS = tuple(image(f"its method `attention`{words and ', '}{words}", shape, method="attention") for words, shape in SHAPES.items())
REFUSED = empty_bottlenecks(of_bottleneck, default=8)


# --- channel attention
def channels(words: str, shape: Shape, method: str = "forward", **construct: bool) -> Size:
    """Small numbers: an energy is a sum over all positions, and a softmax of large ones says only which channel wins."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        scale = (height * width) ** -0.5 * r.choice((1.0, 1.5))
        return Case(words, (Draw((batch, r.randint(4, 9), height, width), scale=scale),), construct=construct, method=method)

    return size


def more_channels_than_positions(r: Random) -> Case:
    return replace(channels("", lambda r: (2, 2, 3))(r), label="more channels than positions", args=(Draw((2, 17, 2, 3), scale=0.4),))


def numbers_above_three(r: Random) -> Case:
    """Two positions, so that larger numbers do not make a softmax one-hot."""
    return replace(channels("", lambda r: (3, 1, 2))(r), label="two positions, larger numbers", args=(Draw((3, 9, 1, 2), scale=2.0),))


def overflowing_channels(r: Random, negate: bool) -> Case:
    case = channels(f"{'negated ' * negate}energies too large for `exp` alone", batch_and_map, negate=negate)(r)
    return replace(case, args=(replace(case.args[0], scale=r.uniform(1e4, 2e4)),), aspect="large", gradients=False)


CHANNELS = (
    *(channels(words, shape) for words, shape in SHAPES.items()),
    *(channels(f"{words}{words and ', '}negated", shape, negate=True) for words, shape in SHAPES.items()),
    more_channels_than_positions,
    numbers_above_three,
    channels("not negated, said", batch_and_map, negate=False),
    *(channels(f"its method `attention`{', negated' * negate}", batch_and_map, "attention", negate=negate) for negate in (False, True)),
    channels("its method `attention`, one image", lambda r: (1, 3, 5), "attention", negate=True),
    lambda r: _as_built(channels("", batch_and_map, negate=r.random() < 0.5)(r)),
    lambda r: _at_zero(channels("", batch_and_map, negate=r.random() < 0.5)(r)),
    *(partial(overflowing_channels, negate=negate) for negate in (False, True)),
)


# --- the head
def head(words: str, shape: Shape, rest: int = 0) -> Size:
    def size(r: Random) -> Case:
        construct = {"in_channels": 4 * r.randint(8, 10) + rest, "num_classes": r.randint(2, 6)}
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, construct["in_channels"], height, width)),), construct=construct)

    return size


def in_order(r: Random) -> Case:
    """The arguments by position."""
    case = head("", two_and_map, rest=2)(r)
    return replace(case, construct=tuple(case.construct.values()))


def dropped(r: Random) -> Case:
    """Training mode, with a dropout of which something is seen."""
    return replace(head("", two_and_map)(r), label="training mode with a dropout of the largest channels", train=True, drops=True)


def two_and_map(r: Random) -> tuple[int, int, int]:
    return (2, *batch_and_map(r)[1:])


HEADS = (
    head("", two_and_map),
    head("a map of odd sides", lambda r: (2, *odd_sides(r))),
    head("a batch of one", lambda r: (1, *batch_and_map(r)[1:])),
    head("a map of one row", lambda r: (2, 1, r.randint(4, 7))),
    head("a map of one position", lambda r: (3, 1, 1)),
    head("channels that 4 does not divide", two_and_map, rest=1),
    head("channels that leave a large rest", two_and_map, rest=3),
    in_order,
    dropped,
)


def too_narrow(r: Random) -> Case:
    """The position attention inside has no channel left for its queries."""
    case = head("fewer than 32 channels, too few for the position attention inside", two_and_map)(r)
    wide = {**case.construct, "in_channels": r.randint(16, 31)}
    return replace(case, args=(Draw((2, wide["in_channels"], *case.args[0].shape[2:])),), construct=wide, raises=())



GRADERS = (
    Grader("PositionAttention", (*POSITIONS, *MAPS), refused=REFUSED, large=3.0),
    Grader("ChannelAttention", CHANNELS, large=4.0),
    Grader("EfficientPositionAttention", (
        *POSITIONS,
        image("some hundred positions", many(280, 420), small),
        image("more than 512 positions", many(540, 700), small),
        watched,
        measured,
    ), refused=REFUSED, uses=("PositionAttention",), delegates=("PositionAttention",), large=3.0),
    Grader("DANetHead", HEADS, refused=(too_narrow,), uses=("PositionAttention", "ChannelAttention"), large=4.0),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
