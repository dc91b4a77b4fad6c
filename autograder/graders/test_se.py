"""Squeeze-and-Excitation: what is special to each exercise of 01_se. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
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


# --- squeeze
def channels(r: Random) -> int:
    return r.randint(10, 14)  # more than any batch or side: no two axes are alike


def image(r: Random) -> Case:
    batch, height, width = batch_and_map(r)
    return Case("a map", (Draw((batch, channels(r), height, width)),))


def odd_image(r: Random) -> Case:
    return Case("a map of odd sides", (Draw((2, channels(r), *odd_sides(r))),))


def one_image(r: Random) -> Case:
    return Case("a batch of one", (Draw((1, channels(r), *batch_and_map(r)[1:])),))


def one_position(r: Random) -> Case:
    return Case("a map of one position", (Draw((r.randint(2, 5), channels(r), 1, 1)),))


def one_row(r: Random) -> Case:
    return Case("a map of one row", (Draw((2, channels(r), 1, r.randint(3, 7))),))


def one_column(r: Random) -> Case:
    return Case("a map of one column", (Draw((3, channels(r), r.randint(4, 8), 1)),))


def one_channel(r: Random) -> Case:
    batch, height, width = batch_and_map(r)
    return Case("one channel", (Draw((batch, 1, height, width)),))


def large_image(r: Random) -> Case:
    return Case("a large map", (Draw((1, 3, *r.sample((37, 41, 43, 47), 2))),))


def large_batch(r: Random) -> Case:
    return Case("many images of many channels", (Draw((r.randint(17, 20), r.randint(130, 140), 2, 3)),))


# --- Excitation
def excitation(r: Random, construct: Construct) -> Case:
    return Case("", (Draw((r.randint(4, 7), channels_of(construct))),), construct=construct)


def one_vector(r: Random) -> Case:
    construct = bottleneck(r)
    return Case("a batch of one", (Draw((1, channels_of(construct))),), construct=construct)


def many_vectors(r: Random) -> Case:
    return Case("a large batch", (Draw((r.randint(17, 20), 140)),), construct={"channels": 140, "reduction": r.randint(8, 14)})


# --- SEBlock
def block(r: Random, construct: Construct) -> Case:
    batch, height, width = batch_and_map(r)
    return Case("", (Draw((batch, channels_of(construct), height, width)),), construct=construct)


def block_on(words: str, shape: Callable[[Random], tuple[int, int, int]]) -> Size:
    """A size of an ordinary SEBlock. shape: draws batch, height and width."""
    def size(r: Random) -> Case:
        construct = bottleneck(r)
        batch, height, width = shape(r)
        return Case(words, (Draw((batch, channels_of(construct), height, width)),), construct=construct)

    return size


# --- se_parameter_cost
def stages(r: Random, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Growing channels and a number of blocks, two or more, for each of `count` stages."""
    return tuple(sorted(r.sample(range(24, 600, 4), count))), tuple(r.randint(2, 9) for _ in range(count))


def four_stages(r: Random) -> Case:
    return Case("four stages and the default reduction", stages(r, 4))


def three_stages(r: Random) -> Case:
    wide, blocks = stages(r, 3)
    return Case("lists of three stages, reduction by keyword", (list(wide), list(blocks)), {"reduction": r.choice((4, 8))})


def one_stage(r: Random) -> Case:
    (wide,), _ = stages(r, 1)
    return Case("one stage of one block", ((wide,), (1,), r.choice((2, 4))))


def many_stages(r: Random) -> Case:
    return Case("more than four stages", (*stages(r, r.randint(6, 9)), r.choice((12, 20, 24))))


def no_whole_number(r: Random) -> Case:
    reduction = r.choice((7, 9, 11, 13))
    while True:
        wide, blocks = stages(r, 2)
        if 2 * sum(n * c * c for n, c in zip(blocks, wide)) % reduction:
            return Case("a result that is no whole number", (wide, blocks, reduction))


def not_reduced(r: Random) -> Case:
    return Case("two stages, a reduction of 1", (*stages(r, 2), 1))


def equal_stages(r: Random) -> Case:
    (wide,), (count,) = stages(r, 1)
    return Case("two equal stages", ([wide, wide], [count, count], r.choice((4, 8))))


GRADERS = (
    Grader("squeeze", (image, odd_image, one_image, one_position, one_row, one_column, one_channel, large_image, large_batch)),
    Grader("Excitation", (lambda r: excitation(r, bottleneck(r)), one_vector, many_vectors, *bottlenecks(excitation)),
           refused=empty_bottlenecks(excitation)),
    Grader("SEBlock", (
        block_on("", batch_and_map),
        block_on("a map of odd sides", lambda r: (r.choice((2, 4)), *odd_sides(r))),
        block_on("a batch of one", lambda r: (1, *batch_and_map(r)[1:])),
        block_on("a map of one position", lambda r: (r.randint(2, 5), 1, 1)),
        block_on("a large map", lambda r: (1, *r.sample((37, 41, 43, 47), 2))),  # primes: no bottleneck has as many channels
        block_on("a large batch", lambda r: (r.choice((17, 19)), 2, 3)),
        block_on("a map of one row", lambda r: (2, 1, r.randint(3, 7))),
        block_on("a map of one column", lambda r: (3, r.randint(4, 8), 1)),
        *bottlenecks(block),
    ), refused=empty_bottlenecks(block), uses=("squeeze", "Excitation"), large=200.0),  # means are smaller than what they are taken of
    Grader("se_parameter_cost", (four_stages, three_stages, one_stage, many_stages, no_whole_number, not_reduced, equal_stages)),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
