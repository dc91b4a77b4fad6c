"""Cosine attention and its position bias: how each exercise of 08b_cosine is called.

The windows are drawn as in lesson 08a. The network behind the position bias has 512 hidden numbers, so few of the
visible cases take gradients.
"""

from random import Random
from typing import Any

from autograder.lessons.declare import Affine, Case, Exercise, RandomTensor, Repair, Size
from autograder.lessons.sizes import Construct
from solutions.windows.exercises import TILINGS, Pair, Tiling, Tilings, image_of, ordinary

# --- AffineTransform
# beside such numbers a bias of at most 16 is rounding: what a new module multiplies by is seen, its random network is
# not
HUGE = 1e13
NEW = "a new module, numbers beside which a bias is nothing"
OF_OTHER_SIZES = "after a call with other sizes"
CLAMPED = {"logit_scale": 4.625}  # log 100 is 4.605, so that about half of the heads are above it


def affine(heads: Construct, images: int, of_mask: int | None, rows: int, columns: int, table: Pair, scale: float = 1.0,
           **fields: Any) -> Case:
    """of_mask: the windows of an image, or None without a mask. rows, columns: tokens that ask, and that answer."""
    number = heads["num_heads"] if isinstance(heads, dict) else heads[0]
    args = (RandomTensor((images * (of_mask or 1), number, rows, columns), scale=scale),
            RandomTensor((1, *table, 2), grad=False),
            RandomTensor((rows, columns), "integers", high=table[0] * table[1], grad=False))
    mask = () if of_mask is None else (RandomTensor((of_mask, rows, columns), scale=20.0, grad=False),)
    return Case(args=(*args, *mask), construct=heads, untraced=tuple(f"cpb_mlp.{layer}" for layer in range(3)),
                **fields)


def transformed(words: str = "", heads: int = 0, images: int = 0, of_mask: int | None = 0, rows: int = 0,
                columns: int = 0,
                **fields: Any) -> Size:
    """All sizes are different, except for those that are given."""
    def size(r: Random) -> Case:
        given = heads, images, of_mask, rows, columns
        h, b, w, n, m = (fixed or drawn for fixed, drawn in zip(given, r.sample(range(2, 8), 5), strict=True))
        construct = {"num_heads": h} if r.random() < 0.5 else (h,)
        return affine(construct, b, None if of_mask is None else w, n, m, tuple(r.sample((3, 5, 7), 2)), label=words,
                      **fields)

    return size


AFFINE = Exercise("AffineTransform", sizes=(
    transformed(heads=6),  # so many that one of their biases is above 0, where a bare `exp` must overflow
    transformed(heads=2), transformed("no mask", of_mask=None), transformed("one head", heads=1),
    transformed("one image", images=1),
    transformed("one key", columns=1), transformed("one head, no mask", heads=1, of_mask=None),
    transformed("one window in an image", of_mask=1), transformed("as many tokens on both sides", rows=6, columns=6),
    transformed("all sizes alike", 4, 4, 4, 4, 4),
    transformed("scales on both sides of the largest", heads=8, added=CLAMPED),
    transformed("scales far above the largest", added={"logit_scale": 9.0}, gradients=False),
    lambda r: affine((r.randint(2, 5),), 2, None, 3, 4, (3, 5), HUGE, label=NEW, fresh=True, gradients=False),
    transformed(OF_OTHER_SIZES, heads=3, earlier=affine((3,), 2, 1, 5, 4, (9, 3)).args),
), visible=(
    affine({"num_heads": 2}, 2, 3, 4, 5, (3, 5)), affine((3,), 2, None, 4, 4, (3, 3), gradients=False, label="no mask"),
    affine((5,), 1, 2, 2, 2, (3, 1), added=CLAMPED, label="scales on both sides of the largest"),
    affine((2,), 1, 4, 3, 3, (3, 3), gradients=False, label="one image"),
    affine((3,), 3, 3, 3, 3, (3, 3), gradients=False, label="all sizes alike"),
    affine((2,), 2, None, 3, 4, (3, 3), HUGE, label=NEW, fresh=True, gradients=False),
    affine((2,), 2, 3, 2, 3, (3, 1), gradients=False, label=OF_OTHER_SIZES,
           earlier=affine((2,), 3, 2, 4, 2, (3, 3)).args),
), small=affine((2,), 2, 3, 2, 3, (3, 1), gradients=False), large=3.0, overflow=1e4)


# --- cosine_attention
def cosine(batch: int, heads: int, n: int, m: int, d: int, e: int, scale: float = 1.0, factor: float = 3.0,
           **fields: Any) -> Case:
    """scale: of queries and keys. factor: what the transform multiplies the cosines by."""
    q, k = (RandomTensor((batch, heads, tokens, d), scale=scale) for tokens in (n, m))
    return Case(args=(q, k, RandomTensor((batch, heads, m, e)), Affine(factor, RandomTensor((heads, n, m)))), **fields)


def gathered(words: str = "", **fixed: Any) -> Size:
    """All six sizes are different, except for those that are fixed."""
    def size(r: Random) -> Case:
        drawn = dict(zip(("batch", "heads", "n", "m", "d", "e"), r.sample(range(2, 9), 6), strict=True))
        return cosine(**drawn | fixed, label=words)

    return size


TINY = {"scale": 1e-9, "gradients": False}  # the length is far above 1e-12, and far below other usual constants
LARGE = {"factor": 1e4, "large": True, "gradients": False}
COSINE = Exercise("cosine_attention", sizes=(
    gathered(), gathered("a batch of one", batch=1), gathered("one head", heads=1), gathered("one query", n=1),
    gathered("one key", m=1),
    gathered("queries of one number", d=1), gathered("values of one number", e=1),
    gathered("all sizes alike", **dict.fromkeys(("batch", "heads", "n", "m", "d", "e"), 4)),
    gathered("as many keys as queries", n=6, m=6),
    gathered("values as wide as keys", d=5, e=5), gathered("queries and keys of almost no length", **TINY),
    gathered("queries and keys of length 0", scale=0.0, gradients=False),
    gathered("logits too large for `exp` alone", **LARGE),
), visible=(
    cosine(2, 3, 4, 5, 6, 2), cosine(1, 2, 3, 4, 2, 3, label="a batch of one"),
    cosine(2, 2, 1, 3, 4, 2, label="one query"),
    cosine(3, 3, 3, 3, 3, 3, label="all sizes alike"),
    cosine(2, 2, 3, 4, 3, 2, **TINY, label="queries and keys of almost no length"),
    cosine(2, 2, 3, 4, 3, 2, scale=0.0, gradients=False, label="queries and keys of length 0"),
    cosine(2, 2, 3, 4, 3, 2, **LARGE, label="logits too large for `exp` alone"),
), small=cosine(2, 2, 3, 4, 3, 2))


# --- WindowAttention
def attention(of: Construct, tiling: Tiling, batch: int, width: int, **fields: Any) -> Case:
    """width: the channels of a head."""
    heads = of["num_heads"] if isinstance(of, dict) else of[0]
    height, across = image_of(tiling)
    return Case(args=(RandomTensor((batch, height * across, 3 * heads * width)), (height, across)), construct=of,
                untraced=tuple(f"transform.cpb_mlp.{layer}" for layer in range(3)), **fields)


def attended(words: str, tilings: Tilings, shift: bool | None = True, heads: int = 0, width: int = 0, batch: int = 0,
             **fields: Any) -> Size:
    """shift: None leaves it out. heads, width, batch: where they are fixed."""
    def size(r: Random) -> Case:
        tiling = tilings(r)
        h, w, b = heads or r.choice((2, 3)), width or r.choice((4, 5)), batch or r.choice((2, 3))
        of: Construct = {"num_heads": h, "window_size": tiling[0]} if r.random() < 0.5 else (h, tiling[0])
        if shift is not None:
            of = of | {"shift": shift} if isinstance(of, dict) else (*of, shift)
        return attention(of, tiling, b, w, label=words, **fields)

    return size


def few(r: Random) -> Tiling:
    """A tiling whose image is small enough for what travels between processes."""
    return tuple(r.sample((2, 3, 4), 2)), tuple(r.sample((2, 3), 2))


AFTER_ANOTHER = attention((2, (2, 4), True), ((2, 4), (2, 1)), 2, 2, gradients=False,
                          label="after an image of another size",
                          earlier=attention((2, (2, 4), True), ((2, 4), (1, 2)), 2, 2).args)
SHIFTED = {words: few if tilings is ordinary else tilings for words, tilings in TILINGS.items()}
WINDOWS = Exercise("WindowAttention", sizes=(
    *(attended(words and f"{words}, shifted", tilings) for words, tilings in SHIFTED.items()),
    attended("not shifted", few, False), attended("shift left out", few, None),
    attended("a batch of one, shifted", few, batch=1), attended("one head, shifted", few, heads=1),
    attended("heads of one channel, shifted", few, width=1),
    attended("as many heads as channels of a head, shifted", few, heads=3, width=3),
    attended("scales on both sides of the largest, shifted", few, heads=4, added={"transform.logit_scale": 4.625},
             gradients=False),
    attended("in half precision, shifted", few, dtype="bfloat16", gradients=False), lambda r: AFTER_ANOTHER,
), visible=(
    attention({"num_heads": 2, "window_size": (2, 3), "shift": True}, ((2, 3), (2, 2)), 2, 3),
    attention((2, (2, 3)), ((2, 3), (3, 1)), 2, 2, gradients=False, label="shift left out"),
    attention({"num_heads": 2, "window_size": (2, 3), "shift": False}, ((2, 3), (1, 2)), 2, 2, gradients=False,
              label="not shifted"),
    attention((1, (4, 2), True), ((4, 2), (1, 3)), 1, 3, gradients=False, label="one head, a batch of one"),
    attention((3, (3, 3), True), ((3, 3), (2, 1)), 2, 3, gradients=False, label="windows of odd sides"),
    attention((2, (4, 4), True), ((4, 4), (1, 2)), 2, 2, gradients=False, label="square windows"),
    attention((2, (1, 4), True), ((1, 4), (2, 2)), 2, 2, gradients=False, label="windows of one row"),
    attention((2, (2, 3), True), ((2, 3), (1, 1)), 2, 2, gradients=False, label="one window"), AFTER_ANOTHER,
    attention((2, (2, 3), True), ((2, 3), (1, 2)), 2, 2, dtype="bfloat16", gradients=False, label="in half precision"),
), small=attention((2, (2, 4), True), ((2, 4), (2, 1)), 2, 2, gradients=False),
    uses=("AffineTransform", "cosine_attention"),
    large=3.0)

EXERCISES = (COSINE, AFFINE, WINDOWS)
REPAIR = Repair("exhibit_a", like=COSINE, edits={"length_of(q) * length_of(k)": "length_of(q) @ length_of(k).mT"})
