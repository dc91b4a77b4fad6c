"""Efficient Channel Attention: what is special to each exercise of 02_eca. The rest is in contract.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from autograder.declare import Case, Draw

from .contract import Grader, Size, batch_and_map, odd_sides


# --- eca_kernel_size
def asked(words: str, arguments: Callable[[Random], tuple[tuple, dict]]) -> Size:
    """A size of eca_kernel_size. arguments: draws the positional ones and those by keyword.

    Drawn again where t is a whole number but for a rounding error: there honest logarithms may disagree.
    """
    def size(r: Random) -> Case:
        while True:
            args, kwargs = arguments(r)
            channels, gamma, b = (*args, *(2, 1)[len(args) - 1:])
            t = abs((math.log2(channels) + kwargs.get("b", b)) / kwargs.get("gamma", gamma))
            if t == round(t) or abs(t - round(t)) > 1e-6:
                return Case(words, args, kwargs, integer=True)

    return size


def many(r: Random) -> int:
    return r.randint(70, 5000)


def negative_fraction(r: Random) -> tuple[tuple, dict]:
    """A b that makes t odd and the fraction negative: rounded down instead of towards 0, it gives another kernel size."""
    while True:
        channels, b = many(r), -r.randint(16, 40)
        if int(abs((math.log2(channels) + b) / 2)) % 2:
            return (channels,), {"b": b}


KERNEL_SIZES = (
    asked("some channels", lambda r: ((many(r),), {})),
    asked("other channels", lambda r: ((many(r),), {})),
    asked("channels for which t is an even number", lambda r: ((r.choice((8, 128, 2048, 32768)),), {})),
    asked("channels for which t is an odd number", lambda r: ((r.choice((2, 32, 512, 8192)),), {})),
    asked("channels a little below those for which t is a whole number",
          lambda r: ((r.choice((32, 128, 512, 2048, 8192)) - r.randint(1, 3),), {})),
    asked("few channels", lambda r: ((r.randint(3, 7),), {})),
    asked("a single channel", lambda r: ((1,), {})),
    asked("very many channels", lambda r: ((r.randint(10**5, 10**7),), {})),
    asked("another gamma", lambda r: ((many(r),), {"gamma": r.choice((1, 3, 4))})),
    asked("a gamma of less than one", lambda r: ((many(r),), {"gamma": r.choice((0.3, 0.6, 0.7))})),
    asked("another b", lambda r: ((many(r),), {"b": r.randint(5, 12)})),
    asked("a b that is no whole number", lambda r: ((many(r), 1, r.choice((0.4, 2.6, 3.3))), {})),
    asked("another gamma and another b", lambda r: ((many(r), r.choice((1, 3)), r.randint(3, 9)), {})),
    asked("a b that makes the fraction negative", negative_fraction),
)


def no_channels(r: Random) -> Case:
    return Case("no channels", (0,), raises=())


def negative_channels(r: Random) -> Case:
    return Case("a negative number of channels", (-r.randint(1, 500),), raises=())


# --- ECABlock
def block(words: str, channels: Callable[[Random], int], kernel_size: Callable[[Random], int | None],
          shape: Callable[[Random], tuple[int, int, int]] = batch_and_map) -> Size:
    """A size of ECABlock. kernel_size: draws None where the rule decides. shape: draws batch, height and width."""
    def size(r: Random) -> Case:
        c, k = channels(r), kernel_size(r)
        batch, height, width = shape(r)
        construct = {"channels": c} if k is None else {"kernel_size": k, "channels": c} if r.random() < 0.5 else (c, k)
        return Case(words, (Draw((batch, c, height, width)),), construct=construct)

    return size


def wide(r: Random) -> int:
    return r.randint(10, 18)  # more than any batch or side: no two axes are alike


def odd(r: Random) -> int:
    return r.choice((3, 5, 7))


def ruled(r: Random) -> None:
    """The rule decides."""


def even_kernel(channels: Callable[[Random], int], words: str, sizes: tuple[int, ...]) -> Size:
    def size(r: Random) -> Case:
        return Case(words, (Draw((2, c := channels(r), 3, 4)),), construct={"channels": c, "kernel_size": r.choice(sizes)}, raises=())

    return size


BLOCKS = (
    block("", wide, odd),
    block("the rule, few channels", lambda r: r.randint(16, 60), ruled),
    block("the rule, 128 channels or more", lambda r: r.randint(128, 150), ruled, lambda r: (2, *odd_sides(r))),
    block("the rule, less than 8 channels", lambda r: r.randint(4, 7), ruled),
    block("another kernel than the rule's", lambda r: r.randint(20, 60), lambda r: r.choice((5, 7, 9))),
    block("no neighbours", wide, lambda r: 1),
    block("a kernel longer than the channels", lambda r: r.randint(2, 4), lambda r: r.choice((9, 11))),
    block("one channel", lambda r: 1, lambda r: 3),
    block("a map of odd sides", wide, odd, lambda r: (r.choice((2, 4)), *odd_sides(r))),
    block("a batch of one", wide, odd, lambda r: (1, *batch_and_map(r)[1:])),
    block("a map of one position", wide, odd, lambda r: (r.randint(2, 5), 1, 1)),
    block("a large map", lambda r: 3, odd, lambda r: (1, *r.sample((37, 41, 43, 47), 2))),
    block("a large batch", wide, odd, lambda r: (r.choice((19, 23)), 2, 3)),
    block("a map of one row", wide, odd, lambda r: (2, 1, r.randint(3, 7))),
    block("a map of one column", wide, odd, lambda r: (3, r.randint(4, 8), 1)),
)


# --- band_matrix
def band(words: str, size: Callable[[Random], int], channels: Callable[[Random], int]) -> Size:
    return lambda r: Case(words, (Draw((size(r),)), channels(r)))


BANDS = (
    band("", odd, lambda r: r.randint(8, 14)),
    band("a single number", lambda r: 1, lambda r: r.randint(3, 9)),
    band("as many numbers as channels", lambda r: 5, lambda r: 5),
    band("a kernel longer than the channels", lambda r: r.choice((7, 9)), lambda r: r.randint(3, 4)),
    band("a kernel more than twice as long as the channels", lambda r: r.choice((9, 11)), lambda r: r.randint(2, 3)),
    band("one channel", odd, lambda r: 1),
    band("many channels", odd, lambda r: r.randint(40, 70)),
)


def even_band(words: str, sizes: tuple[int, ...]) -> Size:
    return lambda r: Case(words, (Draw((r.choice(sizes),)), r.randint(7, 12)), raises=())


GRADERS = (
    Grader("eca_kernel_size", KERNEL_SIZES, refused=(no_channels, negative_channels)),
    Grader("ECABlock", BLOCKS, refused=(
        even_kernel(wide, "a kernel size of two", (2,)),
        even_kernel(lambda r: r.randint(12, 20), "an even kernel size", (4, 6, 8)),
    ), uses=("eca_kernel_size",), large=200.0),  # means are smaller than what they are taken of
    Grader("band_matrix", BANDS, refused=(even_band("two numbers", (2,)), even_band("an even number of numbers", (4, 6)))),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
