"""Efficient Channel Attention: how each exercise of 02_eca is called.

Channels beside an odd number and more than three, so that no lucky size hides a mistake.
"""

import math
from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import LARGE_MAPS, MAPS, Construct, batch_and_map, on_map, on_maps

Number = Callable[[Random], Any]  # draws one number


def one_of(*numbers: float) -> Number:
    return lambda r: r.choice(numbers)


def between(low: int, high: int) -> Number:
    return lambda r: r.randint(low, high)


# --- eca_kernel_size
many = between(70, 5000)


def kernel_size(*args: float, label: str = "", **kwargs: float) -> Case:
    return Case(label, args, kwargs)


def fraction(case: Case) -> float:
    """The rule's fraction, before anything is cut off."""
    given = {"gamma": 2, "b": 1, **dict(zip(("channels", "gamma", "b"), case.args)), **case.kwargs}
    return abs((math.log2(given["channels"]) + given["b"]) / given["gamma"])


def rule(words: str, *args: Number, **kwargs: Number) -> Size:
    """Drawn again if the fraction is a whole number but for a rounding error: there honest logarithms may disagree."""
    def size(r: Random) -> Case:
        while True:
            case = kernel_size(*(draw(r) for draw in args), label=words,
                               **{name: draw(r) for name, draw in kwargs.items()})
            t = fraction(case)
            if t == round(t) or abs(t - round(t)) > 1e-6:
                return case

    return size


def negative_fraction(r: Random) -> Case:
    """With an odd t: rounded down instead of towards 0, the fraction gives another kernel size."""
    negative = rule("a b that makes the fraction negative", many, b=between(-40, -16))
    while int(fraction(case := negative(r))) % 2 == 0:
        pass
    return case


def fraction_of_the_logarithm(r: Random) -> Case:
    """With a b that is no whole number: without the logarithm's own fraction, another kernel size comes out."""
    broken = rule("a b that is no whole number, and a logarithm that is none", many, b=one_of(0.25, 0.5, 1.5, 2.75))

    def whole(case: Case) -> float:
        return abs((case.args[0].bit_length() - 1 + case.kwargs["b"]) / 2)

    while int(fraction(case := broken(r))) // 2 == int(whole(case)) // 2:
        pass
    return case


KERNEL_SIZE = Exercise(
    "eca_kernel_size",
    sizes=(
        rule("some channels", many), rule("other channels", many), rule("few channels", between(3, 7)),
        rule("a single channel", one_of(1)), rule("very many channels", between(10**5, 10**7)),
        rule("channels for which t is an even number", one_of(8, 128, 2048, 32768)),
        rule("channels for which t is an odd number", one_of(2, 32, 512, 8192)),
        rule("channels a little below those for which t is a whole number",
             lambda r: 2 ** r.choice((5, 7, 9, 11, 13)) - r.randint(1, 3)),
        rule("another gamma", many, gamma=one_of(1, 3, 4)),
        rule("a gamma of less than one", many, gamma=one_of(0.3, 0.6, 0.7)),
        rule("another b", many, b=between(5, 12)),
        rule("a b that is no whole number", many, one_of(1), one_of(0.4, 2.6, 3.3)),
        rule("another gamma and another b", many, one_of(1, 3), between(3, 9)), negative_fraction,
        fraction_of_the_logarithm,
    ),
    refuses=(lambda r: Case("no channels", (0,), raises=()),
             lambda r: Case("a negative number of channels", (-r.randint(1, 500),), raises=())),
    visible=(
        *map(kernel_size, (256, 64, 1, 5)), kernel_size(2048, label="t is 6"), kernel_size(512, label="t is 5"),
        kernel_size(8, label="t is 2"), kernel_size(90, gamma=1), kernel_size(1300, b=4), kernel_size(700, 3, -1),
        kernel_size(100, b=0.25, gamma=0.5), kernel_size(12, b=0.5),
        kernel_size(20, b=-15, label="(log2(C) + b) / gamma is negative"),
    ))

# --- ECABlock
wide = between(10, 18)  # more than any batch or side: no two axes are alike
odd = one_of(3, 5, 7)


def with_kernel(channels: Number, kernel_size: Number | None = odd) -> Callable[[Random], Construct]:
    """The block's arguments, by position or by keyword. kernel_size: None leaves it to the rule."""
    def construct(r: Random) -> Construct:
        c, k = channels(r), kernel_size and kernel_size(r)
        return {"channels": c} if k is None else {"kernel_size": k, "channels": c} if r.random() < 0.5 else (c, k)

    return construct


def blocks(kernels: dict[str, tuple[Number, Number | None]], **fields: Any) -> tuple[Size, ...]:
    return tuple(on_map(words, batch_and_map, with_kernel(*kernel), **fields) for words, kernel in kernels.items())


ECA_BLOCK = Exercise(
    "ECABlock",
    sizes=(*on_maps({**MAPS, **LARGE_MAPS}, with_kernel(wide)), *blocks({
        "the rule, few channels": (between(16, 60), None),
        "the rule, 128 channels or more": (between(128, 150), None),
        "the rule, less than 8 channels": (between(4, 7), None),
        "another kernel than the rule's": (between(20, 60), one_of(5, 7, 9)),
        "no neighbours": (wide, one_of(1)),
        "a kernel longer than the channels": (between(2, 4), one_of(9, 11)),
        "one channel": (one_of(1), one_of(3)),
    })),
    refuses=blocks({
        "an even kernel size": (between(12, 20), one_of(4, 6, 8)),
        "a kernel size of zero, which is even too": (wide, one_of(0)),
        "a kernel size of two": (wide, one_of(2)),
    }, raises=()),
    visible=(
        call((2, 12, 4, 7), of={"channels": 12, "kernel_size": 5}),
        call((3, 128, 2, 5), of={"channels": 128}, label="the kernel size of the rule"),
        zeros_and_ones(call((1, 10, 3, 3), of=(10, 7), label="a batch of one, zeros and ones")),
        call((2, 20, 5, 3), of=(20,), label="the kernel size of the rule"),
        call((2, 9, 3, 4), of={"channels": 9, "kernel_size": 1}, label="no neighbours"),
        call((2, 3, 5, 4), of={"channels": 3, "kernel_size": 9}, label="a kernel longer than the channels"),
        call((3, 8, 1, 1), of={"channels": 8, "kernel_size": 3}, label="a map of one position"),
    ),
    small=call((2, 8, 3, 6), of={"channels": 8, "kernel_size": 5}),
    uses=("eca_kernel_size",), large=200.0, overflow=1e5)  # means are smaller than what they are taken of


# --- band_matrix
def bands(kernels: dict[str, tuple[Number, Number]], **fields: Any) -> tuple[Size, ...]:
    """The numbers in a kernel, and channels."""
    return tuple(lambda r, words=words, k=k, channels=channels: Case(words, (RandomTensor((k(r),)), channels(r)),
                                                                     **fields)
                 for words, (k, channels) in kernels.items())


BAND_MATRIX = Exercise(
    "band_matrix",
    sizes=bands({
        "": (odd, between(8, 14)),
        "a single number": (one_of(1), between(3, 9)),
        "as many numbers as channels": (one_of(5), one_of(5)),
        "a kernel longer than the channels": (one_of(7, 9), between(3, 4)),
        "a kernel more than twice as long as the channels": (one_of(9, 11), between(2, 3)),
        "one channel": (odd, one_of(1)),
        "many channels": (odd, between(40, 70)),
    }),
    refuses=bands({"two numbers": (one_of(2), between(7, 12)),
                   "an even number of numbers": (one_of(4, 6), between(7, 12))}, raises=()),
    visible=(
        *(Case(words, (RandomTensor((numbers,)), channels)) for words, numbers, channels in (
            ("5 channels", 3, 5), ("8 channels", 5, 8), ("4 channels", 1, 4), ("4 channels, fewer than the kernel "
                                                                               "has numbers", 7, 4),
            ("one channel", 5, 1))),
    ),
    small=Case(args=(RandomTensor((3,)),), kwargs={"channels": 6}))

EXERCISES = (KERNEL_SIZE, ECA_BLOCK, BAND_MATRIX)
REPAIR = Repair("ExhibitA", like=ECA_BLOCK, edits={
    "self.conv(s.reshape(1, 1, -1)).reshape(s.shape)": "self.conv(s[:, None])[:, 0]"})
