"""Pooling, gates and attention: how each exercise of 00_warmup is called.

Sizes are odd and not square, except where a lucky shape is what a case is about.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, TorchModule, call
from autograder.lessons.derive import zeros_and_ones
from autograder.lessons.sizes import IMAGES, batch_and_map

POOL = Exercise("global_average_pool", sizes=IMAGES, visible=(
    call((2, 3, 4, 5)), zeros_and_ones(call((1, 6, 7, 3), label="a batch of one, zeros and ones")),
    call((3, 1, 1, 6), label="one channel and one row"),
), small=call((2, 4, 3, 6)))

# --- gate
Weights = Callable[[tuple[int, ...]], tuple[int, ...]]  # the weights' shape for an image of this shape
REFUSED: dict[str, Weights] = {
    "channels that do not fit": lambda s: (s[0], s[1] + 1),
    "one image's weights for a batch": lambda s: (1, s[1], 1, 1),
    "one map for a batch": lambda s: (1, 1, *s[2:]), "weights of rows": lambda s: (s[0], 1, s[2], 1),
    "weights of columns for each channel": lambda s: (s[0], s[1], 1, s[3]),
    "one weight for an image": lambda s: (s[0], 1, 1, 1),
    "three axes": lambda s: (s[0], s[1], 1), "three axes without one for the batch": lambda s: s[1:],
    "positions without an axis for the channels": lambda s: (s[0], *s[2:]),
    "a map without batch and channel": lambda s: s[2:],
    "weights of one axis": lambda s: s[3:], "five axes": lambda s: (1, *s),
    "channels first": lambda s: (s[1], s[0]), "all weights on one axis": lambda s: (s[0] * s[1],),
}


def gated(words: str, weights: Weights, image: Size = IMAGES[0], **fields: Any) -> Size:
    """An image and its weights. fields: other fields of the case."""
    def size(r: Random) -> Case:
        case = image(r)
        (x,) = case.args
        return replace(case, args=(x, RandomTensor(weights(x.shape))),
                       label=f"{case.label}, {words}" if case.label else words, **fields)

    return size


def alike(r: Random) -> Case:
    return call(tuple(r.sample(range(3, 9), 2) * 2), label="B = H and C = W")


def channels_like_rows(r: Random) -> Case:
    batch, height, width = batch_and_map(r)
    return call((batch, height, height, width), label="C = H")


GATE = Exercise(
    "gate",
    sizes=(
        *(gated("weights of channels", lambda s: s[:2], image) for image in (*IMAGES, alike)),
        *(gated("weights of positions", lambda s: (s[0], 1, *s[2:]), image) for image in (*IMAGES, channels_like_rows)),
        gated("weights of channels with two axes of size 1", lambda s: (*s[:2], 1, 1)),
        gated("weights of elements", lambda s: s),
    ),
    refuses=tuple(gated(words, weights, raises=()) for words, weights in REFUSED.items()),
    shares={"errors": 11},  # the page's goal: a gate that is fooled has no more than half
    visible=(
        *(call((2, 3, 4, 5), weights) for weights in ((2, 3), (2, 3, 1, 1), (2, 1, 4, 5), (2, 3, 4, 5))),
        call((4, 6, 4, 6), (4, 6), label="B = H and C = W, where a plain product runs"),
        call((2, 5, 5, 3), (2, 1, 5, 3), label="C = H"), call((1, 4, 3, 5), (1, 4), label="a batch of one"),
        call((3, 1, 4, 2), (3, 1), label="one channel"),
        call((2, 3, 4, 5), (4, 5), label="two axes that are H and W", raises=()),
        call((2, 3, 4, 5), (2, 1, 4, 1), label="one weight for each row, which broadcasts", raises=()),
        call((2, 3, 4, 5), (3, 4, 5), label="three axes, which broadcast", raises=()),
        call((2, 3, 4, 5), (2, 4, 5), label="three axes, one map for each image", raises=()),
        call((2, 3, 4, 5), (3, 2), label="(C, B), as many numbers as are right", raises=()),
    ),
    small=call((2, 4, 3, 6), (2, 4)))


# --- dot_product_attention
def attended(b: int, n: int, m: int, d: int, e: int, *scale: float, **fields: Any) -> Case:
    return Case(args=(RandomTensor((b, n, d)), RandomTensor((b, m, d)), RandomTensor((b, m, e)), *scale), **fields)


def attention(words: str = "", scale: Callable[[Random], tuple] = lambda r: (), **fixed: int) -> Size:
    """A batch and N, M, D, E, all different except for those that are fixed. scale: draws the fourth argument."""
    def size(r: Random) -> Case:
        sizes = dict(zip("bnmde", r.sample(range(2, 9), 5))) | fixed
        return attended(*sizes.values(), *scale(r), label=words)

    return size


def lone_key(b: int, n: int, d: int, e: int) -> Case:
    """Its score is far below 0 for some query: a softmax whose running maximum starts at 0 has nothing left to
    divide by."""
    args = tuple(replace(t, scale=1e3) for t in attended(b, n, 1, d, e).args)
    return Case("one key, scores too large for `exp` alone", args, gradients=False, large=True)


ATTENTION = Exercise(
    "dot_product_attention",
    sizes=(
        attention(), lambda r: replace(attention("a scale by keyword")(r), kwargs={"scale": r.choice((0.2, 0.7, 1.3))}),
        attention("a scale as fourth argument", lambda r: (r.choice((0.15, 0.6, 1.7)),)),
        attention("a scale of zero", lambda r: (0.0,)),
        attention("a negative scale", lambda r: (-r.choice((0.3, 0.8)),)),
        attention("one query", n=1), attention("one key", m=1), attention("queries of one number", d=1),
        attention("values of one number", e=1), attention("a batch of one", b=1), attention("many keys", m=60),
        lambda r: attended(*[r.randint(3, 7)] * 5, label="all sizes alike"),
        lambda r: lone_key(4, 6, *r.sample((2, 3, 5, 7, 8), 2)),
    ),
    visible=(
        attended(2, 3, 5, 4, 6, label="the default scale"),
        attended(2, 4, 3, 5, 2, label="scale=0.3", kwargs={"scale": 0.3}),
        attended(2, 3, 4, 2, 5, 1.0, label="1 as the fourth argument"),
        attended(2, 3, 4, 2, 5, label="scale=0", kwargs={"scale": 0.0}),
        attended(3, 4, 4, 4, 4, label="all sizes alike"), attended(2, 1, 4, 3, 2, label="one query"),
        attended(2, 3, 1, 4, 2, label="one key"), attended(1, 4, 6, 3, 5, label="a batch of one"), lone_key(2, 6, 3, 2),
    ),
    # ordinary large scores don't overflow a softmax written with `exp`
    small=attended(2, 3, 5, 2, 4), large=4.0, overflow=1e3)


# --- count_parameters
def nn(name: str, *args: Any, **fields: Any) -> TorchModule:
    return TorchModule(name, args, **fields)


def width(r: Random) -> int:
    return r.randint(3, 40)


def linear(r: Random, **fields: Any) -> TorchModule:
    return nn("Linear", width(r), width(r), **fields)


def squares(n: int, layers: int = 2, **fields: Any) -> TorchModule:
    """Linear layers of one shape."""
    return nn("Sequential", *[nn("Linear", n, n)] * layers, **fields)


def convolution(r: Random) -> TorchModule:
    groups = r.randint(2, 3)
    return nn("Conv2d", groups * r.randint(2, 5), groups * r.randint(2, 5), r.choice((3, 5)), kwargs={"groups": groups})


def nested(r: Random) -> TorchModule:
    inner = nn("Sequential", linear(r), nn("BatchNorm1d", width(r)))
    return nn("Sequential", linear(r), nn("ReLU"), nn("Sequential", inner, nn("GroupNorm", 1, width(r))))


def counted(words: str, module: TorchModule) -> Case:
    return Case(words, (module,))


EQUAL = {"1.weight": "0.weight", "1.bias": "0.bias"}
MODULES: dict[str, Callable[[Random], TorchModule]] = {
    "a linear layer": linear,
    "a linear layer without bias": lambda r: linear(r, kwargs={"bias": False}),
    "a grouped convolution": convolution,
    "a batch norm": lambda r: nn("BatchNorm2d", width(r)),
    "modules inside modules": nested,
    "two layers of one shape": lambda r: squares(width(r)),
    "a frozen layer": lambda r: nn("Sequential", linear(r), linear(r), frozen=("0.weight", "0.bias")),
    "everything frozen": lambda r: linear(r, frozen=("weight", "bias")),
    "shared parameters": lambda r: squares(width(r), 3, tied={"1.weight": "0.weight", "2.bias": "0.bias"}),
    "a shared weight that is frozen": lambda r: squares(width(r), frozen=("0.weight",), tied={"1.weight": "0.weight"}),
    "two layers of equal numbers that share nothing": lambda r: squares(width(r), equal=EQUAL),
    "a PReLU": lambda r: nn("PReLU", width(r)),
}
COUNT = Exercise(
    "count_parameters",
    sizes=tuple(lambda r, words=words, module=module: counted(words, module(r)) for words, module in MODULES.items()),
    visible=(
        counted("a linear layer", nn("Linear", 5, 3)),
        counted("no bias", nn("Conv2d", 3, 4, (3, 5), kwargs={"bias": False})),
        counted("a running mean and variance, which are buffers", nn("BatchNorm2d", 7)),
        counted("modules inside modules",
                nn("Sequential", nn("Linear", 4, 6), nn("Sequential", nn("Linear", 6, 5), nn("ReLU")),
                   nn("LayerNorm", 5))),
        counted("a weight with requires_grad=False", nn("Linear", 4, 6, frozen=("weight",))),
        counted("two layers with one shared weight", squares(5, tied={"1.weight": "0.weight"})),
        counted("two layers of one shape that share nothing", squares(4)),
        counted("two layers of equal numbers that share nothing", squares(5, equal=EQUAL)),
        counted("nothing to train", nn("ReLU")),
    ))

EXERCISES = (POOL, GATE, ATTENTION, COUNT)
REPAIR = Repair("exhibit_a", like=ATTENTION, edits={"softmax(dim=1)": "softmax(dim=-1)"})
