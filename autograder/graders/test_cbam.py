"""CBAM: what is special to each exercise of 03_cbam. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

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

Shape = Callable[[Random], tuple[int, int, int]]  # draws batch, height and width

# Maps that every exercise of the lesson is asked; the first is ordinary.
MAPS: tuple[tuple[str, Shape], ...] = (
    ("", batch_and_map),
    ("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r))),
    ("a batch of one", lambda r: (1, *batch_and_map(r)[1:])),
    ("a map of one position", lambda r: (r.randint(2, 5), 1, 1)),
    ("a large map", lambda r: (1, *r.sample((37, 41, 43, 47), 2))),  # primes: no bottleneck has as many channels
    ("a large batch", lambda r: (r.choice((17, 19)), 2, 3)),
    ("a map of one row", lambda r: (2, 1, r.randint(3, 7))),
    ("a map of one column", lambda r: (3, r.randint(4, 8), 1)),
)


def odd(r: Random) -> int:
    return r.choice((3, 5))


# --- ChannelGate
def gate(r: Random, construct: Construct, shape: Shape = batch_and_map) -> Case:
    batch, height, width = shape(r)
    return Case("", (Draw((batch, channels_of(construct), height, width)),), construct=construct)


def gate_on(words: str, shape: Shape) -> Size:
    return lambda r: _worded(gate(r, bottleneck(r), shape), words)


def _worded(case: Case, words: str) -> Case:
    return replace(case, label=words)


# --- SpatialGate
def spatial(words: str, shape: Shape, kernel_size: Callable[[Random], int | None] = odd,
            channels: Callable[[Random], int] = lambda r: r.randint(8, 12), train: bool = False) -> Size:
    """A size of SpatialGate. kernel_size: draws None for the default."""
    def size(r: Random) -> Case:
        k = kernel_size(r)
        batch, height, width = shape(r)
        construct = {} if k is None else {"kernel_size": k} if r.random() < 0.5 else (k,)
        return Case(words, (Draw((batch, channels(r), height, width)),), construct=construct, train=train)

    return size


SPATIAL = (
    *(spatial(words, shape) for words, shape in MAPS),
    spatial("the default kernel size", lambda r: (2, r.choice((8, 10)), r.choice((9, 11))), lambda r: None),
    spatial("the default kernel size in training mode", lambda r: (3, 9, r.choice((8, 10))), lambda r: None, train=True),
    spatial("a kernel of one position", batch_and_map, lambda r: 1),
    spatial("a kernel larger than the map", lambda r: (2, 3, 4), lambda r: r.choice((9, 11))),
    spatial("one channel", batch_and_map, channels=lambda r: 1),
    spatial("two channels", batch_and_map, channels=lambda r: 2),
    spatial("many channels", lambda r: (2, 3, 4), channels=lambda r: r.randint(90, 110)),
)


def even_spatial(words: str, sizes: tuple[int, ...]) -> Size:
    return lambda r: Case(words, (Draw((2, r.randint(3, 6), 5, 6)),), construct={"kernel_size": r.choice(sizes)}, raises=())


# --- CBAM
def block(r: Random, construct: Construct, shape: Shape = batch_and_map) -> Case:
    case = gate(r, construct, shape)
    if not isinstance(construct, dict):
        return Case("", case.args, construct=(*construct, odd(r)) if len(construct) == 2 else construct)
    return Case("", case.args, construct={**construct, "kernel_size": odd(r)})


def block_on(words: str, shape: Shape) -> Size:
    return lambda r: _worded(block(r, bottleneck(r), shape), words)


def default_kernel(r: Random) -> Case:
    return _worded(gate(r, bottleneck(r), lambda r: (2, r.choice((8, 10)), 9)), "the default kernel size")


def one_kernel_position(r: Random) -> Case:
    construct = {**bottleneck(r), "kernel_size": 1}
    return _worded(gate(r, construct), "a kernel of one position")


def large_in_training(r: Random) -> Case:
    """In eval mode large numbers may close the whole map; in training mode BatchNorm keeps some of it open."""
    case = block(r, bottleneck(r))
    (x,) = case.args
    return replace(case, label="large numbers in training mode", args=(replace(x, scale=8.0),), train=True)


def even_block(r: Random) -> Case:
    construct = {**bottleneck(r), "kernel_size": r.choice((2, 4, 6))}
    return Case("an even kernel size", gate(r, construct).args, construct=construct, raises=())


# --- flexible_attention
def weights(*shape: int) -> Draw:
    return Draw(shape, scale=0.3)  # a sigmoid of large scores is 0 or 1, and hides what is wrong before it


def flexible(words: str, shape: Shape, bottleneck: Callable[[Random], tuple[int, int]]) -> Size:
    """A size of flexible_attention. bottleneck: draws the channels and the hidden numbers."""
    def size(r: Random) -> Case:
        channels, hidden = bottleneck(r)
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels, height, width)), weights(hidden, channels), weights(channels, hidden)))

    return size


def large_weights(r: Random) -> Case:
    (channels, hidden), (batch, height, width) = ordinary(r), batch_and_map(r)
    return Case("large weights and small numbers", (
        Draw((batch, channels, height, width), scale=0.02), Draw((hidden, channels), scale=4.0), Draw((channels, hidden), scale=4.0)))


def ordinary(r: Random) -> tuple[int, int]:
    return r.randint(12, 16), r.randint(8, 11)


FLEXIBLE = (
    *(flexible(words, shape, ordinary) for words, shape in MAPS),
    flexible("one hidden number", batch_and_map, lambda r: (r.randint(9, 12), 1)),
    flexible("as many hidden numbers as channels", batch_and_map, lambda r: (9, 9)),
    flexible("more hidden numbers than channels", batch_and_map, lambda r: (r.randint(4, 6), 9)),
    flexible("one channel", batch_and_map, lambda r: (1, r.randint(8, 10))),
    large_weights,
)


GRADERS = (
    Grader("ChannelGate", (*(gate_on(words, shape) for words, shape in MAPS), *bottlenecks(gate)), refused=empty_bottlenecks(gate)),
    Grader("SpatialGate", SPATIAL, refused=(even_spatial("a kernel size of two", (2,)), even_spatial("an even kernel size", (4, 6, 8)))),
    Grader("CBAM", (*(block_on(words, shape) for words, shape in MAPS), default_kernel, one_kernel_position, large_in_training,
                    *bottlenecks(block)),
           refused=(*empty_bottlenecks(block), even_block), uses=("ChannelGate", "SpatialGate")),
    Grader("flexible_attention", FLEXIBLE, large=4.0),  # x, w1 and w2 grow alike
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
