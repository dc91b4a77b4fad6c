"""Few-shot segmentation: how each exercise of e3_catnet is called.

The probability of the foreground is compared with 1/2. With the default threshold nothing of a random picture is above
it, so most cases of the refinement have another threshold, with which about half of a picture is.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from autograder.lessons.declare import Blend, Case, Earlier, Exercise, RandomTensor, Repair, Size
from autograder.lessons.sizes import (
    MAPS,
    Construct,
    Shape,
    bottleneck,
    bottlenecks,
    empty_bottlenecks,
    other_words,
)

Pair = tuple[int, int]
Marks = Callable[[tuple[int, ...]], RandomTensor]


def ordinary(r: Random) -> tuple[int, int, int]:
    """A batch, a height and a width, all different, and few positions."""
    return 2, *r.sample((3, 4, 5, 6), 2)


SHAPES: dict[str, Shape] = {**MAPS, "": ordinary, "a batch of one": lambda r: (1, *ordinary(r)[1:])}


def mask(shape: tuple[int, ...]) -> RandomTensor:
    return RandomTensor(shape, kind="mask", grad=False)


def soft(shape: tuple[int, ...]) -> RandomTensor:
    return RandomTensor(shape, kind="soft", grad=False)


def boolean(shape: tuple[int, ...]) -> RandomTensor:
    return RandomTensor(shape, kind="bool", grad=False)


def double(shape: tuple[int, ...]) -> RandomTensor:
    return replace(mask(shape), dtype="float64")


def transposed(shape: tuple[int, ...]) -> RandomTensor:
    return replace(mask(shape), layout="transposed")


def larger(r: Random, height: int, width: int) -> Pair:
    """The size of a mask for features of this size: no multiple of it, as a rule."""
    return height + r.randint(2, 6), width + r.randint(2, 6)


# --- masked_average_pool
def pooled(features: tuple[int, ...], size: Pair, words: str = "", marks: Marks = mask, **fields: Any) -> Case:
    return Case(words, (RandomTensor(features), marks((features[0], *size))), **fields)


def under_mask(words: str, shape: Shape, size: Callable[[Random, int, int], Pair] = larger, channels: int = 0,
               marks: Marks = mask,
               **fields: Any) -> Size:
    def draw(r: Random) -> Case:
        batch, height, width = shape(r)
        return pooled((batch, channels or r.randint(7, 9), height, width), size(r, height, width), words, marks,
                      **fields)

    return draw


SAME, SMALLER = "a mask of the same size", "a mask smaller than the features"
BOOLEAN = "a mask of True and False"
TYPE = {"counts_for": "dtype"}  # whoever forgets it has not read a dtype, and the rest is right
DOUBLE = "float32 features and a float64 mask"
SOFT, EMPTY, TRANSPOSED = (
    "a mask of numbers between 0 and 1",
    "masks of one pixel, some of them empty",
    "a transposed mask",
)
POOL = Exercise("masked_average_pool", sizes=(
    *(under_mask(words, shape) for words, shape in SHAPES.items()),
    under_mask(SAME, ordinary, lambda r, h, w: (h, w)), under_mask(SMALLER, ordinary, lambda r, h, w: (h - 1, w - 1)),
    under_mask("a mask twice as large", ordinary, lambda r, h, w: (2 * h, 2 * w)),
    under_mask("a square mask", ordinary, lambda r, h, w: (9, 9)), under_mask("one channel", ordinary, channels=1),
    under_mask("as many channels as images", lambda r: (4, 3, 5), channels=4),
    under_mask(SOFT, ordinary, marks=soft), under_mask(BOOLEAN, ordinary, marks=boolean, **TYPE),
    under_mask(EMPTY, lambda r: (8, 3, 4), lambda r, h, w: (1, 1), gradients=False),
    under_mask(TRANSPOSED, ordinary, marks=transposed), under_mask(DOUBLE, ordinary, marks=double, dtype="float32"),
), visible=(
    pooled((2, 4, 3, 4), (5, 7)), pooled((1, 3, 2, 3), (4, 6), "a batch of one, a mask twice as large"),
    pooled((3, 5, 3, 4), (3, 4), SAME), pooled((2, 2, 4, 5), (3, 3), SMALLER),
    pooled((3, 3, 2, 4), (6, 5), "as many channels as images"),
    pooled((2, 3, 2, 3), (4, 5), SOFT, soft), pooled((2, 3, 2, 3), (4, 5), BOOLEAN, boolean, **TYPE),
    pooled((5, 3, 2, 3), (1, 1), EMPTY, gradients=False),
    pooled((2, 3, 2, 3), (4, 5), TRANSPOSED, transposed), pooled((2, 3, 2, 3), (4, 5), DOUBLE, double, dtype="float32"),
), small=pooled((2, 3, 3, 4), (5, 7)))


# --- prior_mask
def prior(shape: tuple[int, ...], size: Pair, words: str = "", marks: Marks = mask, **fields: Any) -> Case:
    return Case(words, (RandomTensor(shape), RandomTensor(shape), marks((shape[0], *size))), **fields)


def best_match(words: str, shape: Shape, size: Callable[[Random, int, int], Pair] = larger, channels: int = 0,
               marks: Marks = mask) -> Size:
    def draw(r: Random) -> Case:
        batch, height, width = shape(r)
        return prior((batch, channels or r.randint(4, 6), height, width), size(r, height, width), words, marks)

    return draw


PRIOR = Exercise("prior_mask", sizes=(
    *(best_match(words, shape) for words, shape in SHAPES.items() if words != "a map of one position"),
    best_match(SAME, ordinary, lambda r, h, w: (h, w)), best_match(SMALLER, ordinary, lambda r, h, w: (h - 1, w - 1)),
    best_match("a mask twice as large", ordinary, lambda r, h, w: (2 * h, 2 * w)),
    best_match("as many channels as images", lambda r: (4, 3, 5), channels=4),
    best_match("many channels", ordinary, channels=30),  # so that some position's cosines are all below 0
    # and none but these is marked
    best_match("few positions", lambda r: (6, 2, 2), lambda r, h, w: (h, w), channels=12),
    best_match("a large map", lambda r: (1, *r.sample((9, 10, 11), 2))),
    # nothing is masked out, so that some best cosines are below 0
    best_match(SOFT, lambda r: (30, 2, 2), channels=12, marks=soft),
    lambda r: replace(best_match(BOOLEAN, ordinary, marks=boolean)(r), **TYPE),
), visible=(
    prior((2, 4, 3, 4), (5, 7)), prior((1, 3, 3, 2), (6, 4), "a batch of one, a mask twice as large"),
    prior((3, 4, 2, 4), (2, 4), SAME),
    prior((2, 20, 3, 3), (5, 5), "many channels, a square map"), prior((2, 3, 1, 5), (3, 8), "a map of one row"),
    prior((1, 6, 2, 2), (3, 5), f"a batch of one, {SOFT}", soft, gradients=False),
    prior((2, 4, 3, 4), (5, 7), BOOLEAN, boolean, gradients=False, **TYPE),
), small=prior((2, 3, 3, 4), (5, 7)))


# --- CrossMaskedAttention
def gathered(of: Construct, shape: tuple[int, int, int], masked: bool = False, words: str = "", kind: str = "normal",
             **fields: Any) -> Case:
    """Two pictures, and a mask that is not of 0 and 1 only, if its kind does not say so."""
    batch, height, width = shape
    channels = of["channels"] if isinstance(of, dict) else of[0]
    pictures = (RandomTensor((batch, channels, height, width)),) * 2
    return Case(words, (*pictures, *([RandomTensor((batch, 1, height, width), kind=kind)] if masked else [])),
                construct=of, **fields)


def reading(
    words: str,
    shape: Shape,
    masked: bool = True,
    of: Callable[[Random], Construct] = bottleneck,
    more: dict[str, str] | None = None,
    **fields: Any,
) -> Size:
    """more: other arguments of the module, by name."""
    return lambda r: gathered({**of(r), **(more or {})}, shape(r), masked, words, **fields)


def on_construct(r: Random, construct: Construct) -> Case:
    return gathered(construct, ordinary(r))


def half(of: Construct, shape: tuple[int, int, int]) -> Case:
    """Ones that stand for a missing mask have a dtype of their own, and bfloat16 is the one that it shows in."""
    return gathered(of, shape, words="no mask, bfloat16 numbers", dtype="bfloat16", gradients=False)


def unmasked_after_a_mask(of: Construct, shape: tuple[int, int, int]) -> Case:
    return gathered(of, shape, words="no mask, after a call with one", earlier=gathered(of, shape, True).args)


QUERIES, KEYS = {"softmax_over": "queries"}, {"softmax_over": "keys"}
ROW = {"method": "attention"}
HARD, ONE, BY_NAME = "a mask of 0 and 1", "a reduction of 1", "softmax over the keys, by name"
OVERFLOW = 3e3
OTHER_AXES = {f"softmax_over is {words}": word for words, word in other_words("keys", "queries").items()} | {
    "softmax_over is another word": "heads"}


def other_axis(words: str) -> Case:
    return replace(gathered({"channels": 8, "reduction": 2, "softmax_over": OTHER_AXES[words]}, (2, 3, 4)), label=words,
                   raises=())


ATTENTION = Exercise("CrossMaskedAttention", sizes=(
    *(reading(words, shape) for words, shape in SHAPES.items()),
    reading("no mask", ordinary, masked=False), reading(HARD, ordinary, kind="mask"),
    reading("softmax over the queries", ordinary, more=QUERIES),
    reading("softmax over the queries, no mask, odd sides", MAPS["a map of odd sides"], masked=False, more=QUERIES),
    reading(BY_NAME, ordinary, more=KEYS),
    lambda r: gathered((8, 2, "queries"), ordinary(r), True, "all arguments by place"),
    reading("", ordinary, masked=False, **ROW),
    reading("softmax over the queries", ordinary, masked=False, more=QUERIES, **ROW),
    reading("a batch of one", lambda r: (1, 3, 5), masked=False, **ROW),
    reading("no mask, another device", ordinary, masked=False, device=True),
    lambda r: unmasked_after_a_mask({"channels": 6, "reduction": 2}, ordinary(r)),
    lambda r: half({"channels": 6, "reduction": 2}, ordinary(r)),
    *bottlenecks(on_construct, default=8),
), refuses=(
    *empty_bottlenecks(on_construct, default=8), *(lambda r, words=words: other_axis(words) for words in OTHER_AXES),
), visible=(
    gathered({"channels": 4, "reduction": 2}, (2, 2, 3), True),
    gathered({"channels": 6, "reduction": 3}, (2, 3, 2), words="no mask"),
    gathered((8,), (1, 2, 4), True, "a batch of one, the default reduction"),
    gathered({"channels": 4, "reduction": 2, **QUERIES}, (2, 3, 2), True, "softmax over the queries"),
    gathered({"channels": 4, "reduction": 2}, (2, 2, 3), **ROW),
    gathered({"channels": 5, "reduction": 2, **QUERIES}, (2, 3, 2), **ROW),
    gathered({"channels": 4, "reduction": 2}, (2, 3, 2), True, HARD, "mask"), gathered((3, 1), (2, 2, 3), words=ONE),
    gathered({"channels": 4, "reduction": 2, **KEYS}, (2, 3, 2), True, BY_NAME, gradients=False),
    *map(other_axis, OTHER_AXES),
    gathered({"channels": 4, "reduction": 2}, (2, 2, 3), words="no mask, another device", device=True),
    unmasked_after_a_mask({"channels": 4, "reduction": 2}, (2, 2, 3)), half({"channels": 4, "reduction": 2}, (2, 2, 3)),
), small=gathered({"channels": 4, "reduction": 2}, (2, 2, 3), True), large=2.0, overflow=OVERFLOW)


# --- iterative_refinement
def few(r: Random) -> tuple[int, int, int]:
    return 2, *r.sample((2, 3, 4), 2)


def repeated(blocks: int, channels: int, shape: tuple[int, int, int], size: Pair, words: str = "",
             of: tuple[float, ...] = (),
             reduction: int = 2, marks: Marks = mask, zeros: tuple[str, ...] = (), **fields: Any) -> Case:
    """size: of the support's mask. of: threshold and scale, where they are given by place.
    zeros: the first block's parameters at zero."""
    batch, height, width = shape
    features = (RandomTensor((batch, channels, height, width)),) * 2
    block = Earlier("CMAT", (channels, reduction))
    return Case(words, ([replace(block, zeros=zeros), *[block] * (blocks - 1)], *features, marks((batch, *size)), *of),
                **fields)


def blended(shape: tuple[int, int, int, int], size: Pair) -> Case:
    """Blocks that take positional arguments alone, and masks of the pictures' dtype alone."""
    return Case("two blocks that are functions of four positional arguments, masks in the query's dtype",
                ([Blend(), Blend()], *(RandomTensor(shape),) * 2, mask((shape[0], *size))), gradients=False, **HALF)


HALF = {"kwargs": {"threshold": -1.0}}
NUMBERS = {1: "one block", 2: "two blocks", 3: "three blocks"}
# The first block gives 0, so that the first prototype and its cosines are 0, and the first probability is one half.
ONE_HALF = "the first map is exactly 0.5"
AT_ONE_HALF = {"zeros": ("norm2.weight", "norm2.bias"), "gradients": False, "kwargs": {"threshold": 0.0}}


def rounds(blocks: int, words: str = "", shape: Shape = few, size: Callable[[Random, int, int], Pair] = larger,
           of: tuple[float, ...] = (),
           **fields: Any) -> Size:
    def draw(r: Random) -> Case:
        batch, height, width = shape(r)
        label = f"{NUMBERS[blocks]}, {words}" if words else NUMBERS[blocks]
        return repeated(blocks, r.choice((6, 8)), (batch, height, width), size(r, height, width), label, of, **fields)

    return draw


REFINEMENT = Exercise("iterative_refinement", sizes=(
    rounds(2, **HALF), rounds(1, **HALF), rounds(3, **HALF), rounds(2, "the default threshold and scale"),
    rounds(2, "threshold and scale by place", of=(-0.5, 6.0)),
    rounds(2, "another scale", kwargs={"threshold": -0.5, "scale": 9.0}),
    rounds(2, "a batch of one", lambda r: (1, *few(r)[1:]), **HALF),
    rounds(2, "odd sides", MAPS["a map of odd sides"], **HALF),
    rounds(2, SAME, size=lambda r, h, w: (h, w), **HALF),
    rounds(2, "a mask twice as large", size=lambda r, h, w: (2 * h, 2 * w), **HALF),
    rounds(3, "a map of one row", MAPS["a map of one row"], **HALF),
    # Thresholds of which some divide the positions of any picture, so that rounds have masks of their own.
    # Many pictures, because a mean of the maps so far gives most of them the right masks.
    *(rounds(3, f"many pictures, a {height} threshold", lambda r: (8, *few(r)[1:]), kwargs={"threshold": threshold})
      for height, threshold in (("high", -2.0), ("middle", -4.0), ("low", -6.0))),
    rounds(2, SOFT, marks=soft, **HALF), rounds(2, BOOLEAN, marks=boolean, **HALF, **TYPE),
    rounds(2, ONE_HALF, lambda r: (2, 3, 4), **AT_ONE_HALF),
    lambda r: blended((2, r.randint(5, 7), *r.sample((3, 4, 5), 2)), (6, 7)),
), visible=(
    repeated(2, 4, (2, 2, 3), (4, 7), NUMBERS[2], **HALF),
    repeated(1, 4, (2, 3, 2), (5, 4), "one block, the default threshold and scale", gradients=False),
    repeated(3, 4, (1, 3, 4), (6, 5), "three blocks, a batch of one", (-1.0, 8.0), gradients=False),
    repeated(2, 4, (2, 3, 3), (3, 3), f"two blocks, {SAME}", gradients=False, **HALF),
    repeated(2, 4, (2, 2, 3), (3, 4), f"two blocks, {SOFT}", marks=soft, gradients=False, **HALF),
    repeated(2, 4, (2, 2, 3), (3, 4), f"two blocks, {ONE_HALF}", **AT_ONE_HALF),
    blended((2, 5, 3, 4), (4, 6)),
), small=repeated(2, 4, (2, 2, 3), (4, 7), gradients=False, **HALF),
    uses=("masked_average_pool", "prototype_segmentation", "prior_mask", "CMAT", "CrossMaskedAttention"), large=3.0)

EXERCISES = (POOL, PRIOR, ATTENTION, REFINEMENT)
REPAIR = Repair("exhibit_a", like=PRIOR, edits={"best = cosines.amax(dim=1)": "best = cosines.amax(dim=2)"})
