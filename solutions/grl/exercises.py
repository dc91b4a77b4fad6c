"""Anchors, anchored stripes, GRL's attention and block: how each exercise of 08c_grl is called.

Stripes are rectangular, images are not square, and the axes of an image hold different numbers of stripes, except where
a lucky size is what a case is about. Each network behind a position bias has 512 hidden numbers, so all visible cases
of an exercise have the same heads, whose weights a file keeps once, and few of them take gradients.
"""

from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size
from autograder.lessons.derive import REFUSALS
from autograder.lessons.sizes import other_words

Pair = tuple[int, int]


# --- AnchorProjection
def pooled(dim: int, d: int, image: Pair, batch: int = 2, words: str = "", named: bool = False, **fields: Any) -> Case:
    of = {"dim": dim, "down_factor": d} if named else (dim, d)
    return Case(words, (RandomTensor((batch, image[0] * image[1], dim)), image), construct=of, **fields)


def anchors(words: str = "", dim: int = 0, d: int = 0, rest: Pair = (0, 0), square: bool = False,
            cells: Pair | None = None,
            batch: int = 0, **fields: Any) -> Size:
    """rest: rows and columns that the factor leaves over. cells: how many anchors there are along each axis."""
    def size(r: Random) -> Case:
        factor = d or r.choice((2, 3))
        down, across = cells or ((3, 3) if square else r.sample((2, 3, 4), 2))
        image = factor * down + rest[0], factor * across + rest[1]
        return pooled(dim or r.choice((6, 8, 10, 12)), factor, image, batch or r.choice((2, 3)), words,
                      r.random() < 0.5, **fields)

    return size


ANCHORS = Exercise("AnchorProjection", sizes=(
    anchors(), anchors("a batch of one", batch=1), anchors("an odd dim", dim=9), anchors("down_factor 1", d=1),
    anchors("down_factor 4", d=4), anchors("a height that down_factor does not divide", d=3, rest=(2, 0)),
    anchors("a width that down_factor does not divide", d=3, rest=(0, 1)), anchors("a square image", square=True),
    anchors("one anchor", d=3, cells=(1, 1)), anchors("one row of anchors", cells=(1, 5)),
    anchors("one column of anchors", cells=(5, 1)),
    anchors("two channels", dim=2),
), visible=(
    pooled(6, 2, (4, 6), named=True), pooled(4, 2, (5, 6), words="a height that down_factor does not divide"),
    pooled(5, 3, (3, 6), 1, "an odd dim, a batch of one"),
), small=pooled(4, 2, (4, 6)))


# --- AnchoredStripeAttention
def striped(of: dict[str, Any], width: int, stripe: Pair, counts: Pair, batch: int = 2, words: str = "",
            named: bool = True,
            **fields: Any) -> Case:
    """of: the arguments. width: the channels of a head. stripe, counts: its size on this image, and how many there
    are along each axis."""
    height, across = (n * count for n, count in zip(stripe, counts, strict=True))
    channels, d = of["num_heads"] * width, of.get("down_factor", 1)
    tensors = RandomTensor((batch, height * across,
                            3 * channels)), RandomTensor((batch, height // d, across // d, channels))
    return Case(words, (*tensors, (height, across)), construct=of if named else tuple(of.values()),
                untraced=tuple(f"transform_{side}.cpb_mlp.{layer}" for side in ("in", "out") for layer in range(3)),
                **fields)


STRIPES: tuple[tuple[Pair, Pair], ...] = (((2, 4), (3, 1)), ((4, 2), (2, 3)), ((2, 6), (3, 1)), ((4, 2), (1, 4)),
                                          ((2, 4), (2, 1)))


def within_stripes(words: str, stripe: Pair | None = None, counts: Pair | None = None,
                   by_groups: tuple[bool, bool] = (False, False),
                   ignored: bool = False, shift: bool | None = True, d: int | None = 2, heads: int = 0, width: int = 0,
                   batch: int = 0,
                   **fields: Any) -> Size:
    """by_groups: on which axes the stripe is given by a number of groups; ignored: with a size that does not count."""
    def size(r: Random) -> Case:
        one, some = (stripe, counts) if stripe and counts else r.choice(STRIPES)
        whole = tuple(n * count if ignored else None for n, count in zip(one, some, strict=True))
        sizes = tuple(n if grouped else length for n, length, grouped in zip(whole, one, by_groups, strict=True))
        of: dict[str, Any] = {"num_heads": heads or r.choice((2, 3)), "stripe_size": sizes}
        if any(by_groups) or shift is not None:
            of["stripe_groups"] = tuple(n if grouped else None for n, grouped in zip(some, by_groups, strict=True))
        of |= {"shift": shift} if shift is not None else {}
        of |= {"down_factor": d} if d is not None else {}
        named = d is not None and shift is None or r.random() < 0.5
        return striped(of, width or r.choice((4, 5)), one, some, batch or r.choice((2, 3)), words, named, **fields)

    return size


ONE_WIDE = {"num_heads": 2, "stripe_size": (2, None), "stripe_groups": (None, 1), "shift": True, "down_factor": 2}
STRIPE = Exercise("AnchoredStripeAttention", sizes=(
    within_stripes(""), within_stripes("not shifted", shift=False), within_stripes("all defaults", shift=None, d=None),
    within_stripes("shift left out", shift=None), within_stripes("down_factor 1, shifted", d=1),
    within_stripes("stripes 4 x 8 on 8 x 16, shifted", (4, 8), (2, 2)),
    within_stripes("stripes 6 x 4, shifted by (3, 2)", (6, 4), (2, 1)),
    within_stripes("groups along the width, shifted", (2, 4), (3, 2), (False, True)),
    within_stripes("groups along the height, shifted", (4, 2), (2, 3), (True, False)),
    within_stripes("groups along both axes, shifted", (4, 6), (1, 2), (True, True)),
    within_stripes("groups along the width and a size that does not count, shifted", (2, 4), (2, 3), (False, True),
                   ignored=True),
    within_stripes("one group along the width, shifted", (2, 6), (3, 1), (False, True)),
    within_stripes("one group along the height, shifted", (6, 2), (1, 3), (True, False)),
    within_stripes("groups along the width, not shifted", (2, 4), (3, 2), (False, True), shift=False),
    within_stripes("a shift below down_factor", (4, 8), (3, 2), d=4),
    within_stripes("square stripes, shifted", (4, 4), (3, 2)),
    within_stripes("one stripe, shifted", (4, 6), (1, 1)), within_stripes("a batch of one, shifted", batch=1),
    within_stripes("stripes of odd sides, shifted by (1, 3)", (3, 7), (2, 3), (False, True), d=1),
    within_stripes("groups, after a smaller image, shifted", (4, 6), (2, 2), (True, True), heads=2, width=4,
                   earlier=striped({"num_heads": 2, "down_factor": 2}, 4, (2, 4), (2, 2)).args),
    within_stripes("one head, shifted", heads=1), within_stripes("heads of one channel, shifted", width=1),
    within_stripes("as many heads as channels of a head, shifted", heads=3, width=3),
), visible=(
    striped({"num_heads": 2, "stripe_size": (2, 4), "stripe_groups": (None, None), "shift": True, "down_factor": 2}, 3,
            (2, 4), (2, 1)),
    striped({"num_heads": 2, "stripe_size": (2, 3)}, 2, (2, 3), (2, 1), 1, "all defaults, not shifted",
            gradients=False),
    striped({"num_heads": 2, "stripe_size": (24, 2), "stripe_groups": (4, None), "shift": True, "down_factor": 2}, 2,
            (6, 2), (4, 1), 1,
            "groups along the height, and a size that does not count", gradients=False),
    striped({"num_heads": 2, "stripe_size": (2, None), "stripe_groups": (None, 1), "shift": True, "down_factor": 1}, 2,
            (2, 4), (2, 1), 1,
            "one group, a batch of one", gradients=False),
    striped({"num_heads": 2, "stripe_size": (6, 2), "stripe_groups": (None, None), "shift": True, "down_factor": 2}, 2,
            (6, 2), (2, 1), 1,
            "a shift of 3 rows, which down_factor does not divide", named=False, gradients=False),
    striped({"num_heads": 2, "stripe_size": (4, 4), "stripe_groups": (None, None), "shift": True, "down_factor": 4}, 2,
            (4, 4), (1, 2), 1,
            "a shift below down_factor", gradients=False),
    striped(ONE_WIDE, 2, (2, 4), (2, 1), 1, "one group, after a wider image", gradients=False,
            earlier=striped(ONE_WIDE, 2, (2, 8), (2, 1), 1).args),
    striped({"num_heads": 2, "stripe_size": (3, 5), "shift": True}, 1, (3, 5), (2, 1), 1,
            "stripes of odd sides, shifted", gradients=False),
), small=striped({"num_heads": 2, "stripe_size": (2, 4), "shift": True, "down_factor": 2}, 2, (2, 4), (2, 1),
                 gradients=False),
    uses=("AffineTransform", "cosine_attention"), large=3.0)


# --- MixedAttention and GRLBlock, which are called alike
TILINGS = (  # an image, a window, a stripe whose anchors at 1/2 tile too
    ((4, 12), (2, 3), (4, 6)), ((8, 6), (4, 3), (2, 6)), ((6, 8), (3, 2), (2, 8)), ((12, 4), (3, 4), (6, 2)),
    ((4, 6), (2, 2), (2, 6)),
)
HEADS = ((1, 2), (2, 1), (3, 2), (2, 3))  # of windows, of stripes


def on_tokens(of: dict[str, Any], image: Pair, batch: int = 2, words: str = "", named: bool = True,
              **fields: Any) -> Case:
    inside = "attn." if "mlp_ratio" in of or "stripe_type" in of or "local_connection" in of else ""
    branches = "window_attention.transform", "stripe_attention.transform_in", "stripe_attention.transform_out"
    parts = ("", *(f".cpb_mlp{layer}" for layer in ("", ".0", ".1", ".2")))  # large, and other exercises look at them
    untraced = [f"{inside}{branch}{part}" for branch in branches for part in parts]
    if inside:
        inner = {"attn": ("qkv", "anchor", "anchor.pool", "anchor.reduction", "window_attention", "stripe_attention",
                          "proj"),
                 "local": ("conv1", "conv2", "fc1", "fc2"), "mlp": ("fc1", "fc2")}
        untraced += [f"{part}.{layer}" for part, layers in inner.items() for layer in layers]
    return Case(words, (RandomTensor((batch, image[0] * image[1], of["dim"])), image),
                construct=of if named else tuple(of.values()),
                untraced=tuple(untraced), **fields)


def arguments(r: Random, block: bool, grouped: bool = False, **given: Any) -> tuple[dict[str, Any], Pair]:
    """Arguments in the order of the constructor, and the size of an image that they tile."""
    image, window, stripe = given.pop("tiling", None) or r.choice(TILINGS)
    heads = given.pop("heads", None) or r.choice(HEADS)
    per_head = given.pop("per_head", None) or r.choice((2, 3))
    local = given.get("local_connection", True) if block else False
    widest = heads[0] * heads[1] * 2
    dim = widest * (per_head if not local else -(-18 // widest))
    groups = (None, None)
    if grouped:
        stripe, groups = (stripe[0], None), (None, image[1] // stripe[1])
    of: dict[str, Any] = {"dim": dim, "num_heads_window": heads[0], "num_heads_stripe": heads[1], "window_size": window,
                          "stripe_size": stripe, "stripe_groups": groups}
    of |= {"window_shift": r.random() < 0.5, "stripe_shift": r.random() < 0.5}
    of |= {"stripe_type": "H"} if block else {}
    of |= {"down_factor": 2}
    if block:
        of |= {"mlp_ratio": r.choice((2, 3)), "local_connection": True, "res_scale": 1.0}
    of |= {name: value for name, value in given.items() if name in of}
    if of.get("stripe_type") == "W":  # the block turns them back
        of |= {"stripe_size": of["stripe_size"][::-1], "stripe_groups": of["stripe_groups"][::-1]}
    return of, image


def attended(words: str, block: bool, batch: int = 0, left_out: tuple[str, ...] = (), **given: Any) -> Size:
    """left_out: arguments that are not given. given: arguments that are fixed."""
    def size(r: Random) -> Case:
        of, image = arguments(r, block, **given)
        of = {name: value for name, value in of.items() if name not in left_out}
        return on_tokens(of, image, batch or 2, words, bool(left_out) or r.random() < 0.5)

    return size


BOTH = {"window_shift": True, "stripe_shift": True}
NEITHER = {"window_shift": False, "stripe_shift": False}
ONE = (4, 6), (4, 6), (4, 6)


def mixed(words: str = "", **more: Any) -> Size:
    return attended(words, False, **more)


FIRST = {"dim": 8, "num_heads_window": 2, "num_heads_stripe": 1, "window_size": (2, 3), "stripe_size": (2, 6)}
MIXED = Exercise("MixedAttention", sizes=(
    mixed(**BOTH), mixed("nothing shifted", **NEITHER),
    mixed("only windows shifted", window_shift=True, stripe_shift=False),
    mixed("only stripes shifted", window_shift=False, stripe_shift=True),
    mixed("groups along the width", grouped=True, **BOTH),
    mixed("groups along the width, and a size that does not count", grouped=True, tiling=((6, 12), (2, 3), (2, 6)),
          stripe_size=(2, 4),
          **BOTH),
    mixed("down_factor 1", down_factor=1), mixed("a batch of one", batch=1),
    mixed("one head in each branch", heads=(1, 1), per_head=3),  # 6 channels, which twice down_factor does not divide
    mixed("as many heads in each branch", heads=(2, 2)), mixed("heads of one channel", heads=(2, 2), per_head=1),
    mixed("one window, one stripe", tiling=ONE),
    mixed("all defaults", left_out=("stripe_groups", "window_shift", "stripe_shift", "down_factor")),
    mixed("shifts left out", left_out=("window_shift", "stripe_shift")),
), visible=(
    on_tokens({**FIRST, **BOTH, "down_factor": 2}, (2, 6)),
    on_tokens({**FIRST, "window_shift": True}, (2, 6), 1, "only windows shifted, some defaults", gradients=False),
    on_tokens({**FIRST, "stripe_groups": (None, 1), "stripe_shift": True, "down_factor": 2}, (4, 6), 1,
              "only stripes shifted, one group along the width", gradients=False),
), small=on_tokens({**FIRST, **BOTH, "down_factor": 2}, (2, 6), 1, gradients=False),
    uses=("AnchorProjection", "AnchoredStripeAttention"), large=3.0)


# --- GRLBlock
def block(words: str = "", **more: Any) -> Size:
    return attended(words, True, **more)


def other_type(word: Any) -> Case:
    of = {**BASE, "dim": 20, "stripe_type": word, "down_factor": 2, "mlp_ratio": 1, "res_scale": 0.5}
    return on_tokens(of, (2, 6), 1, f"stripe_type {word!r}", raises=(), gradients=False)


BASE = {**FIRST, **BOTH}
OTHER_TYPES = ("X", *other_words("H", "W").values())
GRL = Exercise("GRLBlock", sizes=(
    block(**BOTH), block("stripe_type W", stripe_type="W", tiling=((6, 12), (2, 3), (2, 6)), **BOTH),
    block("stripe_type W, groups", grouped=True, stripe_type="W", **BOTH),
    block("groups along the width", grouped=True, **BOTH),
    block("without a local connection", local_connection=False),
    block("a res_scale of 0.5", res_scale=0.5),
    block("a res_scale of 0.1, no local connection", res_scale=0.1, local_connection=False),
    block("a hidden width that is no whole number", mlp_ratio=1.7, local_connection=False, heads=(1, 2), per_head=2),
    block("an MLP narrower than its input", mlp_ratio=0.5), block("a batch of one", batch=1),
    block("down_factor 1", down_factor=1),
    block("only windows shifted", window_shift=True, stripe_shift=False),
    block("only stripes shifted", window_shift=False, stripe_shift=True),
    block("as many heads in each branch", heads=(2, 2)),
    block("some defaults", left_out=("stripe_type", "mlp_ratio", "local_connection", "res_scale")),
    block("all defaults", left_out=("stripe_groups", "window_shift", "stripe_shift", "stripe_type", "down_factor",
                                    "mlp_ratio",
                                    "local_connection", "res_scale")),
), refuses=tuple(lambda r, word=word: other_type(word) for word in OTHER_TYPES), visible=(
    on_tokens({**BASE, "dim": 20, "down_factor": 2, "mlp_ratio": 1, "res_scale": 0.5}, (2, 6), 1),
    on_tokens({**BASE, "stripe_size": (6, 2), "stripe_type": "W", "down_factor": 2, "mlp_ratio": 1.7,
               "local_connection": False}, (6, 6), 1,
              "stripe_type W, a hidden width that is no whole number, without a local connection", gradients=False),
    on_tokens({**FIRST, "stripe_size": (6, 2), "stripe_groups": (1, None), "stripe_shift": True,
               "stripe_type": "W", "local_connection": False},
              (6, 12), 1, "stripe_type W, groups, some defaults", gradients=False),
    on_tokens({**FIRST, "window_shift": True, "dim": 20, "down_factor": 2, "mlp_ratio": 1, "res_scale": 0.5}, (2, 6), 1,
              "training mode, the default stripe_shift", gradients=False, train=True),
    *map(other_type, OTHER_TYPES[REFUSALS:]),
), small=on_tokens({**BASE, "down_factor": 2, "mlp_ratio": 2, "local_connection": False}, (2, 6), 1, gradients=False),
    uses=("MixedAttention", "LocalConvBlock"), large=3.0)

EXERCISES = (ANCHORS, STRIPE, MIXED, GRL)
REPAIR = Repair("ExhibitA", like=MIXED, edits={
    "stripe_size, shift=stripe_shift": "stripe_size, stripe_groups, shift=stripe_shift"})
USED_LATER = {"AnchorProjection": ("reduction",), "MixedAttention": ("qkv",)}
