"""Pooling, gates and attention: what is special to each exercise of 00_warmup. The rest is in contract.py."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from autograder.declare import Case, Draw, TorchModule

from .contract import Grader, Size, batch_and_map, odd_sides

Shape = tuple[int, ...]


def channels(r: Random) -> int:
    return r.randint(10, 14)  # more than any batch or side: no two axes are alike


def image(r: Random) -> Shape:
    batch, height, width = batch_and_map(r)
    return batch, channels(r), height, width


SHAPES: dict[str, Callable[[Random], Shape]] = {
    "": image,
    "a map of odd sides": lambda r: (2, channels(r), *odd_sides(r)),
    "a batch of one": lambda r: (1, channels(r), *batch_and_map(r)[1:]),
    "a map of one position": lambda r: (r.randint(2, 5), channels(r), 1, 1),
    "a map of one row": lambda r: (2, channels(r), 1, r.randint(3, 7)),
    "a map of one column": lambda r: (3, channels(r), r.randint(4, 8), 1),
    "one channel": lambda r: (batch_and_map(r)[0], 1, *odd_sides(r)),
    "a large map": lambda r: (1, 3, *r.sample((37, 41, 43, 47), 2)),
}


# --- global_average_pool
def pooled(words: str, shape: Callable[[Random], Shape]) -> Size:
    return lambda r: Case(words, (Draw(shape(r)),))


# --- gate
KINDS: dict[str, Callable[[Shape], Shape]] = {
    "weights of channels": lambda s: s[:2],
    "weights of channels with two axes of size 1": lambda s: (*s[:2], 1, 1),
    "weights of positions": lambda s: (s[0], 1, *s[2:]),
    "weights of elements": lambda s: s,
}
REFUSED: dict[str, Callable[[Shape], Shape]] = {
    "channels that do not fit": lambda s: (s[0], s[1] + 1),
    "one image's weights for a batch": lambda s: (1, s[1], 1, 1),
    "one map for a batch": lambda s: (1, 1, *s[2:]),
    "weights of rows": lambda s: (s[0], 1, s[2], 1),
    "weights of columns for each channel": lambda s: (s[0], s[1], 1, s[3]),
    "one weight for an image": lambda s: (s[0], 1, 1, 1),
    "three axes": lambda s: (s[0], s[1], 1),
    "a map without batch and channel": lambda s: s[2:],
    "weights of one axis": lambda s: s[3:],
    "five axes": lambda s: (1, *s),
}


def gated(words: str, shape: Callable[[Random], Shape], kind: Callable[[Shape], Shape], **options) -> Size:
    def size(r: Random) -> Case:
        of_image = shape(r)
        return Case(words, (Draw(of_image), Draw(kind(of_image))), **options)

    return size


def alike(r: Random) -> Shape:
    """B = H and C = W, so that a plain product of (B, C) runs."""
    return tuple(r.sample(range(3, 9), 2) * 2)


def channels_like_rows(r: Random) -> Shape:
    batch, height, width = batch_and_map(r)
    return batch, height, height, width


GATES = tuple(gated(f"{words}, {kind}" if words else kind, shape, of) for words, shape in SHAPES.items() for kind, of in KINDS.items()
              if not words or kind in ("weights of channels", "weights of positions"))


# --- dot_product_attention
def attention(words: str, scale: Callable[[Random], tuple] = lambda r: (), **fixed: int) -> Size:
    """A size with four different numbers N, M, D, E and a batch, but for those that are fixed. scale: draws the fourth argument."""
    def size(r: Random) -> Case:
        b, n, m, d, e = (fixed.get(name, number) for name, number in zip("bnmde", r.sample(range(2, 9), 5)))
        return Case(words, (Draw((b, n, d)), Draw((b, m, d)), Draw((b, m, e)), *scale(r)))

    return size


def scale_by_keyword(r: Random) -> Case:
    case = attention("a scale by keyword")(r)
    return Case(case.label, case.args, {"scale": r.choice((0.2, 0.7, 1.3))})


def all_alike(r: Random) -> Case:
    n = r.randint(3, 7)
    return attention("all sizes alike", b=n, n=n, m=n, d=n, e=n)(r)


# --- count_parameters
def width(r: Random) -> int:
    return r.randint(3, 40)


def linear(r: Random, **options) -> TorchModule:
    return TorchModule("Linear", (width(r), width(r)), options)


def square(r: Random, layers: int) -> tuple[TorchModule, ...]:
    n = width(r)
    return (TorchModule("Linear", (n, n)),) * layers


def convolution(r: Random) -> TorchModule:
    groups = r.randint(2, 3)
    return TorchModule("Conv2d", (groups * r.randint(2, 5), groups * r.randint(2, 5), r.choice((3, 5))), {"groups": groups})


def nested(r: Random) -> TorchModule:
    inner = TorchModule("Sequential", (linear(r), TorchModule("BatchNorm1d", (width(r),))))
    middle = TorchModule("Sequential", (inner, TorchModule("GroupNorm", (1, width(r)))))
    return TorchModule("Sequential", (linear(r), TorchModule("ReLU"), middle))


def frozen(r: Random) -> TorchModule:
    return TorchModule("Sequential", (linear(r), linear(r)), frozen=("0.weight", "0.bias"))


def all_frozen(r: Random) -> TorchModule:
    return TorchModule("Linear", (width(r), width(r)), frozen=("weight", "bias"))


def shared(r: Random) -> TorchModule:
    return TorchModule("Sequential", square(r, 3), tied={"1.weight": "0.weight", "2.bias": "0.bias"})


def shared_and_frozen(r: Random) -> TorchModule:
    return TorchModule("Sequential", square(r, 2), frozen=("0.weight",), tied={"1.weight": "0.weight"})


MODULES: dict[str, Callable[[Random], TorchModule]] = {
    "a linear layer": linear, "a linear layer without bias": lambda r: linear(r, bias=False), "a grouped convolution": convolution,
    "a batch norm": lambda r: TorchModule("BatchNorm2d", (width(r),)), "modules inside modules": nested,
    "two layers of one shape": lambda r: TorchModule("Sequential", square(r, 2)), "a frozen layer": frozen,
    "everything frozen": all_frozen, "shared parameters": shared, "a shared weight that is frozen": shared_and_frozen,
    "a PReLU": lambda r: TorchModule("PReLU", (width(r),)),
}


def counted(words: str, module: Callable[[Random], TorchModule]) -> Size:
    return lambda r: Case(words, (module(r),), integer=True)


GRADERS = (
    Grader("global_average_pool", tuple(pooled(words, shape) for words, shape in SHAPES.items())),
    Grader("gate", (*GATES, gated("B = H and C = W", alike, KINDS["weights of channels"]),
                    gated("C = H", channels_like_rows, KINDS["weights of positions"])),
           refused=tuple(gated(words, image, kind, raises=()) for words, kind in REFUSED.items())),
    Grader("dot_product_attention", (
        attention(""), scale_by_keyword, attention("a scale as fourth argument", lambda r: (r.choice((0.15, 0.6, 1.7)),)),
        attention("a scale of zero", lambda r: (0.0,)), attention("a negative scale", lambda r: (-r.choice((0.3, 0.8)),)),
        attention("one query", n=1), attention("one key", m=1), attention("queries of one number", d=1),
        attention("values of one number", e=1), attention("a batch of one", b=1), attention("many keys", m=60), all_alike,
    ), large=4.0),  # a softmax written with `exp` is right as well
    Grader("count_parameters", tuple(counted(words, module) for words, module in MODULES.items())),
)


def test_check(passes):
    """One check of one exercise of the submission (conftest.py)."""
    passes()
