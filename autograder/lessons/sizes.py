"""Sizes that exercises share: maps, bottlenecks, and modules with a bottleneck on maps. Each function draws one call.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from .declare import Case, Size, call

Shape = Callable[[Random], tuple[int, int, int]]  # draws a batch, a height and a width
Construct = dict[str, Any] | tuple  # a module's arguments


def large(case: Case, factor: float = 24.0) -> Case:
    """A call of random tensors with larger numbers, which its label says."""
    tensors = tuple(replace(each, scale=factor * each.scale) for each in case.args)
    return replace(case, args=tensors, label=", ".join(filter(None, ("large numbers", case.label))))


# --- Maps
def batch_and_map(r: Random) -> tuple[int, int, int]:
    """Returns a batch size, a height and a width, all different. They are small, because questions and answers travel
    between processes."""
    batch, height, width = r.sample(range(3, 8), 3)
    return batch, height, width


def odd_sides(r: Random) -> tuple[int, int]:
    """An odd height and another odd width."""
    height, width = r.sample((3, 5, 7, 9), 2)
    return height, width


def _large_sides(r: Random) -> tuple[int, int]:
    """Returns a height and a different width. They are primes, so no module with a bottleneck has as many channels."""
    height, width = r.sample((37, 41, 43, 47), 2)
    return height, width


def one_image(ordinary: Shape = batch_and_map) -> Shape:
    return lambda r: (1, *ordinary(r)[1:])


MAPS: dict[str, Shape] = {  # what is special about them, in words; the first is ordinary
    "": batch_and_map,
    "a map of odd sides": lambda r: (r.choice((2, 4)), *odd_sides(r)),
    "a batch of one": one_image(),
    "a map of one position": lambda r: (r.randint(2, 5), 1, 1),
    "a map of one row": lambda r: (2, 1, r.randint(5, 9)),
    "a map of one column": lambda r: (3, r.randint(5, 9), 1),
}
LARGE_MAPS: dict[str, Shape] = {
    "a large map": lambda r: (1, *_large_sides(r)),
    "a large batch": lambda r: (r.choice((17, 19)), 2, 3),
}


def maps(ordinary: Shape) -> dict[str, Shape]:
    """Returns MAPS with `ordinary` as the ordinary map, and as the map of a batch of one."""
    return {**MAPS, "": ordinary, "a batch of one": one_image(ordinary)}


def on_map(words: str, shape: Shape, of: Callable[[Random], Construct], **fields: Any) -> Size:
    """Returns a size: a function that draws a call of a module on a map.

    of: draws the module's arguments, by place with the number of channels first, or by name.
    fields: other fields of the case.
    """
    def size(r: Random) -> Case:
        construct = of(r)
        batch, height, width = shape(r)
        return call((batch, channels_of(construct), height, width), of=construct, label=words, **fields)

    return size


def on_maps(shapes: dict[str, Shape], of: Callable[[Random], Construct], **fields: Any) -> tuple[Size, ...]:
    """Returns a size for the same module on each of these maps."""
    return tuple(on_map(words, shape, of, **fields) for words, shape in shapes.items())


# --- Bottlenecks
def channels_of(construct: Construct) -> int:
    if not isinstance(construct, dict):
        return construct[0]
    return construct.get("in_channels") or construct["channels"]


def bottleneck(r: Random) -> dict[str, int]:
    """Draws an ordinary bottleneck. It has eight hidden channels or more, so in each image some of them are almost
    certain to be large."""
    hidden, reduction = r.randint(8, 11), r.randint(2, 6)
    return {"channels": hidden * reduction, "reduction": reduction}


def with_options(**options: Callable[[Random], Any]) -> Callable[[Random], Construct]:
    """Returns a function that draws an ordinary bottleneck, and further arguments for it.

    options: a function for each further argument, which draws it.
    """
    return lambda r: {**bottleneck(r), **{name: draw(r) for name, draw in options.items()}}


def _rounded_down(r: Random, of_reduction: Callable[[int], int]) -> tuple[int, int]:
    """Draws channels, and a reduction that does not divide them."""
    hidden, reduction = r.randint(2, 4), r.randint(5, 7)
    return hidden * reduction + of_reduction(reduction), reduction


def _default(r: Random, default: int) -> Construct:
    return {"channels": default * r.randint(2, 4)}  # a default that is larger by one leaves another hidden width


def _default_with_rest(r: Random, default: int) -> Construct:
    return (default * r.randint(3, 5) - 1,)  # here one that is smaller by one does


def _small_rest(r: Random, default: int) -> Construct:
    return _rounded_down(r, lambda reduction: r.randint(1, 2))


def _large_rest(r: Random, default: int) -> Construct:
    channels, reduction = _rounded_down(r, lambda reduction: reduction - r.randint(1, 2))
    return {"reduction": reduction, "channels": channels}


def _one_hidden(r: Random, default: int) -> Construct:
    channels = r.randint(5, 12)
    return {"channels": channels, "reduction": channels}


def _one_channel_not_reduced(r: Random, default: int) -> Construct:
    return {"channels": 1, "reduction": 1}


def _one_too_few(r: Random, default: int) -> Construct:
    channels = r.randint(4, 12)
    return channels, channels + 1


def _far_too_few(r: Random, default: int) -> Construct:
    channels = r.randint(3, 9)
    return {"channels": channels, "reduction": channels * r.randint(2, 5)}


def _fewer_than_default(r: Random, default: int) -> Construct:
    return {"channels": r.randint(3, default - 1)}


KEPT = {"the default reduction": _default, "the default reduction, which leaves a rest": _default_with_rest,
        "a reduction that leaves a small rest": _small_rest, "a reduction that leaves a large rest": _large_rest,
        "one hidden channel": _one_hidden, "one channel": _one_channel_not_reduced}
EMPTY = {"one channel too few for the reduction": _one_too_few, "far too few channels for the reduction": _far_too_few,
         "fewer channels than the default reduction": _fewer_than_default}


def bottlenecks(ordinary: Callable[[Random, Construct], Case], default: int = 16) -> tuple[Size, ...]:
    """Returns one size for each kind of bottleneck.

    ordinary: makes a call of a module with these arguments.
    """
    return tuple(lambda r, words=words, kind=kind: replace(ordinary(r, kind(r, default)), label=words)
                 for words, kind in KEPT.items())


def empty_bottlenecks(ordinary: Callable[[Random, Construct], Case], default: int = 16) -> tuple[Size, ...]:
    """Returns sizes to be refused, one for each way to leave no hidden channel. The message must name channels and
    reduction."""
    def refused(r: Random, words: str, kind: Callable[[Random, int], Construct]) -> Case:
        construct = kind(r, default)
        given = list(construct.values() if isinstance(construct, dict) else construct)
        return replace(ordinary(r, construct), label=words, raises=(*given, default)[:2])

    return tuple(lambda r, words=words, kind=kind: refused(r, words, kind) for words, kind in EMPTY.items())


def on_bottleneck(shape: Shape = batch_and_map) -> Callable[[Random, Construct], Case]:
    """Returns a function that makes a call of a module with given arguments on a map, for `bottlenecks` and
    `empty_bottlenecks`."""
    return lambda r, construct: on_map("", shape, lambda _: construct)(r)


# --- Words
def other_words(*options: str) -> dict[str, Any]:
    """Returns values that must be refused for an argument whose allowed words are `options`. Each value has a label
    that says what is special about it."""
    part = options[0][:-1] or "".join(options)
    return {"an empty text": "", f"{part!r}": part, "a right word in other letters": options[0].swapcase(),
            "None": None,
            "a tuple of the right words": options}


# --- Functions of an image
def image(words: str, shape: Shape) -> Size:
    """Returns a call of a function of an image. It has more channels than any batch or side, so no two axes have the
    same length."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        return call((batch, r.randint(10, 14), height, width), label=words)

    return size


def _one_channel(r: Random) -> Case:
    return call((r.randint(2, 4), 1, *r.sample((5, 6, 7), 2)), label="one channel")


IMAGES: tuple[Size, ...] = (*(image(words, shape) for words, shape in {**MAPS, **LARGE_MAPS}.items()), _one_channel)
