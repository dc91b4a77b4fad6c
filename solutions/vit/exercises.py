"""Vision Transformer: how each exercise of 05c_vit is called.

The ordinary call of each module has the same parameters as most calls that are refused.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import Construct, other_words

Image = Callable[[Random], tuple[int, int, int]]  # draws a batch, and the rows and columns of patches


# --- PatchEmbed
def cut(words: str, grid: Image, patch: int | None = None, channels: int | None = None, rest: tuple[int, int] = (0, 0),
        named: bool | None = None, **fields: Any) -> Size:
    """rest: pixels by which the sides are longer than the patches are."""
    def size(r: Random) -> Case:
        p, inputs, dim = patch or r.choice((2, 3, 4)), channels or r.randint(2, 4), r.randint(5, 9)
        batch, rows, columns = grid(r)
        by_name = r.random() < 0.5 if named is None else named
        of: Construct = {"patch_size": p, "in_channels": inputs, "dim": dim} if by_name else (p, inputs, dim)
        return call((batch, inputs, rows * p + rest[0], columns * p + rest[1]), of=of, label=words, **fields)

    return size


def patches(r: Random) -> tuple[int, int, int]:
    batch, rows, columns = r.sample((2, 3, 4, 5), 3)
    return batch, rows, columns


def too_long(words: str, rest: tuple[int, int]) -> Size:
    return cut(words, patches, patch=3, rest=rest, raises=(), gradients=False)


PATCHES = Exercise("PatchEmbed", sizes=(
    cut("", patches), cut("patches of one pixel", patches, patch=1), cut("one channel", patches, channels=1),
    cut("a batch of one", lambda r: (1, *patches(r)[1:])), cut("a single patch", lambda r: (2, 1, 1)),
    cut("one row of patches", lambda r: (2, 1, r.randint(3, 5))), cut("a square image", lambda r: (2, 3, 3)),
    lambda r: call((2, 3, 4, 6), of=(2,), label="the defaults", gradients=False),
), refuses=(
    too_long("a height that is no multiple of the patch", (1, 0)),
    too_long("a width that is no multiple of the patch", (0, 2)),
    too_long("sides that are no multiples of the patch", (2, 1)),
), visible=(
    call((2, 3, 4, 6), of={"patch_size": 2, "dim": 5}), call((1, 2, 9, 6), of=(3, 2, 4), label="a batch of one"),
    call((2, 1, 4, 4), of={"patch_size": 4, "in_channels": 1, "dim": 3}, label="a single patch"),
    call((2, 3, 2, 4), of={"patch_size": 2}, label="the default width", gradients=False),
    call((2, 3, 5, 7), of={"patch_size": 3, "dim": 4}, label="sides that are no multiples of the patch", raises=(),
         gradients=False),
), small=call((2, 3, 4, 6), of={"patch_size": 2, "dim": 5}), large=4.0)


# --- MultiHeadSelfAttention
def tokens(words: str, batch: int, number: int, dim: int, of: Construct, scale: float = 1.0, **fields: Any) -> Case:
    return Case(words, (RandomTensor((batch, number, dim), scale=scale),), construct=of, **fields)


def attended(words: str, heads: int | None = None, width: int | None = None, batch: int | None = None,
             number: int | None = None, bias: bool | None = None, scale: float = 1.0, **fields: Any) -> Size:
    def size(r: Random) -> Case:
        h, d, n = r.sample((2, 3, 4, 5), 3)
        h, d, n = heads or h, width or d, number or n + 3
        with_bias = r.random() < 0.5 if bias is None else bias
        of: Construct = {"dim": h * d, "num_heads": h, "qkv_bias": with_bias} if r.random() < 0.5 else (h * d, h,
                                                                                                        with_bias)
        return tokens(words, batch or r.choice((2, 3)), n, h * d, of, scale, **fields)

    return size


def uneven(words: str, dim: int, heads: int, make: Callable[[int, int], Construct]) -> Size:
    return lambda r: tokens(words, 2, 3, dim, make(dim, heads), raises=(), gradients=False)


def given(dim: int, heads: int) -> Construct:
    return {"dim": dim, "num_heads": heads}


ATTENTION = Exercise("MultiHeadSelfAttention", sizes=(
    attended("", bias=True), attended("any arguments"), attended("without biases", bias=False),
    attended("one head", heads=1, width=6), attended("heads of one number", heads=5, width=1),
    attended("as many heads as numbers of a head", heads=3, width=3),
    attended("as many tokens as heads", heads=4, width=3, number=4),
    attended("as many tokens as numbers of a head", heads=2, width=5, number=5),
    attended("as many images as tokens", batch=4, number=4), attended("one token", number=1),
    attended("a batch of one", batch=1), attended("many tokens", number=23),
    lambda r: tokens("the default biases", 2, 5, 12, (12, 3)),
    *(attended(words, method="attention", **more) for words, more in (
        ("", {}), ("one head", {"heads": 1, "width": 6}), ("a batch of one", {"batch": 1}),
        ("in training mode", {"train": True}), ("as many tokens as heads", {"heads": 4, "width": 3, "number": 4}))),
    attended("products too large for `exp` alone", heads=3, width=4, bias=False, scale=3e3, large=True,
             gradients=False),
), refuses=(
    uneven("heads that do not divide dim", 12, 5, given), uneven("more heads than numbers", 6, 9, given),
    uneven("a prime dim", 7, 2, lambda dim, heads: (dim, heads)),
), visible=(
    tokens("", 2, 5, 6, {"dim": 6, "num_heads": 2}), tokens("without biases", 2, 4, 6, (6, 3, False)),
    tokens("one head, a batch of one", 1, 3, 4, {"dim": 4, "num_heads": 1, "qkv_bias": True}),
    tokens("heads of one number", 2, 4, 3, (3, 3)), tokens("one token", 2, 1, 6, (6, 2)),
    tokens("as many images as tokens", 4, 4, 6, (6, 3)),
    tokens("", 2, 5, 6, {"dim": 6, "num_heads": 2}, method="attention"),
    tokens("as many tokens as heads, a batch of one", 1, 3, 6, (6, 3), method="attention"),
    tokens("products too large for `exp` alone", 2, 3, 4, (4, 2, False), scale=3e3, large=True, gradients=False),
), small=tokens("", 2, 5, 6, {"dim": 6, "num_heads": 2}), large=2.0, overflow=1e4)


# --- ViTBlock
def block(words: str, ratio: float | None = None, heads: int | None = None, width: int | None = None,
          batch: int | None = None, number: int | None = None, **fields: Any) -> Size:
    def size(r: Random) -> Case:
        h, d, n = r.sample((2, 3, 4, 5), 3)
        h, d, m = heads or h, width or d, ratio or r.choice((2, 3))
        of: Construct = {"dim": h * d, "num_heads": h, "mlp_ratio": m} if r.random() < 0.5 else (h * d, h, m)
        return tokens(words, batch or r.choice((2, 3)), number or n + 3, h * d, of, **fields)

    return size


BLOCK = Exercise("ViTBlock", sizes=(
    block(""), block("a batch of one", batch=1), block("one token", number=1), block("one head", heads=1, width=6),
    block("a hidden width that is no whole number", ratio=2.75, heads=3, width=3),
    block("an MLP narrower than its input", ratio=0.5, heads=2, width=4),
    block("as many images as tokens", batch=4, number=4),
    lambda r: tokens("the default ratio", 2, 5, 12, r.choice(({"dim": 12, "num_heads": 3}, (12, 3)))),
    lambda r: Case("numbers so small that the eps counts", (RandomTensor((2, 5, 6), scale=1e-3),),
                   construct={"dim": 6, "num_heads": 2, "mlp_ratio": 2}),
), visible=(
    tokens("", 2, 5, 6, {"dim": 6, "num_heads": 2, "mlp_ratio": 2}),
    tokens("the default ratio, a batch of one", 1, 3, 4, (4, 2)),
    tokens("a hidden width that is no whole number", 2, 4, 5, {"dim": 5, "num_heads": 1, "mlp_ratio": 1.55}),
    tokens("one token, training mode", 2, 1, 6, (6, 3, 2), train=True),
    tokens("numbers so small that the eps counts", 2, 4, 4, {"dim": 4, "num_heads": 2, "mlp_ratio": 2}, scale=1e-3),
), small=tokens("", 2, 5, 6, {"dim": 6, "num_heads": 2, "mlp_ratio": 2}), uses=("MultiHeadSelfAttention",), large=4.0)


# --- VisionTransformer
SMALL = {"image_size": (4, 6), "patch_size": 2, "dim": 6, "depth": 1, "num_heads": 3, "num_classes": 3, "mlp_ratio": 2}


def network(words: str, image: tuple[int, int] | None = None, **more: Any) -> Size:
    """image: the rows and columns of patches that the picture has, if not those of `image_size`."""
    fields = {name: more.pop(name) for name in ("train", "raises", "gradients", "batch") if name in more}

    def size(r: Random) -> Case:
        p, grid = r.choice((2, 3)), r.sample((1, 2, 3), 2)
        heads, width = r.sample((1, 2, 3), 2)
        of = {"image_size": (grid[0] * p, grid[1] * p), "patch_size": p, "dim": 2 * heads * width, "depth": 1,
              "num_heads": heads, "num_classes": r.randint(2, 4), "mlp_ratio": 2} | more
        height, width = (of["patch_size"] * side for side in image) if image else of["image_size"]
        batch = fields.get("batch", 2)
        return call((batch, 3, height, width), of=of, label=words,
                    **{name: value for name, value in fields.items() if name != "batch"})

    return size


def parameters(words: str, *of: Any) -> Case:
    return Case(words, construct=of, method="parameters", gradients=False)


VIT = Exercise("VisionTransformer", sizes=(
    network(""), network("the mean of the patches", pool="mean"), network("two blocks", depth=2),
    network("no block", depth=0), network("a batch of one", batch=1),
    network("a larger image", image=(4, 5)), network("a larger image, the mean", image=(3, 5), pool="mean"),
    network("a wider image", image=(2, 5), image_size=(4, 6), patch_size=2),
    network("a higher image", image=(4, 3), image_size=(4, 6), patch_size=2),
    network("as many patches in another shape", image=(1, 6), image_size=(4, 6), patch_size=2),
    network("an MLP of half the width", mlp_ratio=0.5),
    network("a batch of as many images as tokens", batch=7, image_size=(4, 6), patch_size=2),
    lambda r: call((2, 3, 4, 4), of=((4, 4), 2, 6, 1, 3, 2), label="the defaults"),
    lambda r: parameters("the paper's tiny network", (224, 224), 16, 192, 12, 3, 1000),
    lambda r: parameters("a network for images that are not square", (32, r.choice((48, 64))), 8, 24, 2, 3, 10),
), refuses=tuple(
    network(f"pool is {words}", pool=word, raises=(), gradients=False)
    for words, word in sorted(other_words("token", "mean").items()) if isinstance(word, str)
), visible=(
    call((2, 3, 4, 6), of=SMALL),
    call((2, 3, 4, 6), of=SMALL | {"pool": "mean"}, label="the mean of the patches"),
    call((1, 3, 6, 4), of=SMALL, label="an image of another shape, a batch of one", gradients=False),
    call((2, 3, 6, 8), of=SMALL, label="a larger image", gradients=False),
    call((2, 3, 4, 8), of=SMALL, label="a wider image", gradients=False),
    call((2, 3, 8, 6), of=SMALL, label="a higher image", gradients=False),
    call((2, 3, 4, 4), of=((4, 4), 2, 4, 2, 2, 2), label="two blocks, the default ratio", gradients=False),
    call((7, 3, 4, 6), of=SMALL | {"depth": 0}, label="as many images as tokens, no block"),
    parameters("the paper's tiny network", (224, 224), 16, 192, 12, 3, 1000),
), small=call((2, 3, 4, 6), of=SMALL, gradients=False), uses=("PatchEmbed", "ViTBlock", "resize_positions"), large=4.0)

EXERCISES = (PATCHES, ATTENTION, BLOCK, VIT)
REPAIR = Repair("ExhibitA", like=ATTENTION, edits={"dim ** -0.5": "(dim // num_heads) ** -0.5"})
