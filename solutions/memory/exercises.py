"""Attention without its large matrix: how each exercise of 05b_memory is called."""

import math
from random import Random
from typing import Any

from autograder.lessons.declare import Case, Exercise, OfProducts, RandomTensor, Repair, Size, call
from autograder.lessons.sizes import Construct, Shape, on_map
from solutions.shared.position_attention import BOTH, POSITIONS, VISIBLE, few


# --- EfficientPositionAttention
def many(low: int, high: int) -> Shape:
    """One image with low to high positions, an odd number, so that no usual chunk divides it."""
    def shape(r: Random) -> tuple[int, int, int]:
        height = r.choice((17, 19, 21, 23))
        width = r.randint(low // height + 1, high // height)
        return 1, height, width if width % 2 else width - 1

    return shape


def watched(positions: int, share: int, of: Construct, train: bool) -> Case:
    """A call of which no tensor may be large, forward or backward.
    share: of all pairs of positions, what part is too large."""
    side = math.isqrt(positions)
    words = (
        f"{positions} positions{' in training mode' * train}, where no tensor may have 1/{share} as many elements as"
        " there are pairs"
    )
    image = RandomTensor((1, of["channels"], side, side), kind="signs")  # takes little room in the file of checks
    return Case(words, (image,), construct=of, train=train, dtype="float32", limit=positions ** 2 // share)


def measured(r: Random) -> Case:
    """A call without gradients for which less memory is allowed than one map takes."""
    height = r.choice((48, 64, 96))
    return call((1, 32, height, 6144 // height), of={"channels": 32}, label="6144 positions without gradients",
                dtype="float32",
                peak=4 * 6144 ** 2)


EFFICIENT = Exercise("EfficientPositionAttention", sizes=(
    *POSITIONS,
    on_map("some hundred positions", many(280, 420), few),
    on_map("more than 512 positions", many(540, 700), few),
    *(lambda r, train=train: watched(1024, 2, {"channels": 8 * r.randint(1, 4)}, train) for train in (False, True)),
    # it takes sixteen times as long
    lambda r: watched(4096, 8, {"channels": 8 * r.randint(1, 4)}, train=r.random() < 0.5),
    measured,
), visible=(
    *VISIBLE,
    call((1, 2, 17, 19), of={"channels": 2, "reduction": 1}, label="323 positions, a number that no usual "
                                                                   "chunk divides"),
    # with 1 there is nothing to pad, so that a fused call falls back
    watched(1024, 2, {"channels": 2, "reduction": 2}, train=False),
    watched(4096, 8, {"channels": 2, "reduction": 2}, train=True),
), **BOTH)


# --- streaming_attention
LARGE = {"large": True, "gradients": False}  # a softmax of such numbers is one-hot, so that its gradients say nothing


def streamed(b: int, n: int, m: int, d: int, e: int, *block: int, scale: float = 1.0, kind: str = "normal",
             **fields: Any) -> Case:
    """block: the fourth argument, where it is given. scale: of queries and keys."""
    q, k, v = (RandomTensor(shape, kind, factor)
               for shape, factor in (((b, n, d), scale), ((b, m, d), scale), ((b, m, e), 1.0)))
    return Case(args=(q, k, v, *block), **fields)


def blocks(words: str = "", m: tuple[int, int] = (10, 21), **fixed: int) -> Size:
    """B, N, D and E, all different except for those that are fixed, and more keys than a block has.
    m: the fewest and the most keys."""
    def size(r: Random) -> Case:
        sizes = dict(zip("bnde", r.sample(range(2, 8), 4))) | {"m": r.randint(*m), "block": r.randint(3, 5)} | fixed
        b, n, m_, d, e, block = (sizes[name] for name in ("b", "n", "m", "d", "e", "block"))
        return streamed(b, n, m_, d, e, kwargs={"block": block}, label=words)

    return size


def divided(r: Random) -> Case:
    block = r.randint(2, 5)
    return streamed(2, 3, block * r.randint(3, 5), 4, 5, kwargs={"block": block}, label="blocks of equal size")


def default(low: int, high: int) -> Size:
    return lambda r: streamed(2, 3, r.randint(low, high), 4, 2, label="the default block")


def uneven(words: str, *sizes: int, scale: float) -> Case:
    """Logits of up to about 10,000. Which of them meet in a row decides which slip with the maximum is seen."""
    return streamed(*sizes, scale=scale, label=words, **LARGE)


UNEVEN = (
    # blocks far above and far below each other
    uneven("logits of both signs, up to 10,000", 3, 7, 11, 1, 3, 2, scale=65.0),
    uneven("one query, logits up to 10,000", 1, 1, 60, 5, 2, 16, scale=35.0),
    uneven("queries whose logits differ in size", 1, 20, 60, 1, 2, 16, scale=45.0),  # the largest of each is above 0
    uneven("batch elements whose logits differ in size", 20, 1, 60, 1, 2, 16, scale=45.0),
    # below 0 too: nothing is left of exp
    uneven("one key, logits too large for `exp` alone", 3, 12, 1, 3, 2, scale=50.0),
)


def stored(positions: int, share: int, d: int, e: int) -> Case:
    """A call of which no tensor may be large. share: of all pairs, what part is too large."""
    return streamed(1, positions, positions, d, e, kind="signs", dtype="float32", gradients=False,
                    limit=positions ** 2 // share,
                    label=f"{positions} queries and keys, where no tensor may have 1/{share} as many elements as "
                          "there are pairs")


def few_keys(d: int, e: int) -> Case:
    """Blocks of two keys: `chunk(block)` makes two blocks of them, and a product with half of the keys. A limit on
    every tensor would refuse right answers that keep each block's sum or output until the end."""
    return streamed(1, 1024, 1024, d, e, 2, kind="signs", dtype="float32", gradients=False,
                    limit=OfProducts(1024 ** 2 // 2),
                    label="1024 queries and keys in blocks of 2, where no product of matrices may have half as many "
                          "elements as there are pairs")


def streamed_measured(r: Random) -> Case:
    """Less memory than one N x M map takes, as for the module."""
    return streamed(1, 6144, 6144, *r.sample(range(8, 17), 2), dtype="float32", gradients=False, peak=4 * 6144 ** 2,
                    label="6144 queries and keys")


STREAMING = Exercise("streaming_attention", sizes=(
    blocks(), default(130, 200), default(65, 100), default(20, 60), divided,
    lambda r: streamed(2, 3, r.randint(4, 9), 5, 4, r.randint(20, 90), label="a block larger than the number of keys"),
    lambda r: streamed(2, 4, 7, 3, 5, 7, label="one block"), blocks("blocks of one key", block=1),
    blocks("one key", m=(1, 1)),
    blocks("two keys", m=(2, 2), block=1), blocks("one query", n=1), blocks("queries of one number", d=1),
    blocks("values of one number", e=1), blocks("a batch of one", b=1),
    lambda r: streamed(*[r.randint(4, 6)] * 5, 3, label="all sizes alike"),
    lambda r: streamed(2, 40, 6, 3, 2, 4, label="more queries than keys"),
    *(lambda r, case=case: case for case in UNEVEN),
    lambda r: few_keys(*r.sample(range(8, 33), 2)),
    *(lambda r, n=n, share=share: stored(n, share, *r.sample(range(8, 33), 2)) for n, share in ((1024, 2), (4096, 8))),
    streamed_measured,
), refuses=tuple(lambda r, block=block: streamed(2, 3, 6, 4, 5, kwargs={"block": block}, label=f"block={block}",
                                                 raises=())
                 for block in (0, -1, -7)),
visible=(
    streamed(2, 3, 7, 2, 4, kwargs={"block": 3}, label="block=3"),
    streamed(2, 3, 6, 4, 2, 2, label="2 as the fourth argument"),
    streamed(2, 2, 70, 2, 2, label="the default block"),
    streamed(2, 3, 5, 2, 4, kwargs={"block": 9}, label="a block larger than M"),
    streamed(2, 4, 5, 3, 2, kwargs={"block": 1}, label="blocks of one key"),
    streamed(3, 4, 4, 4, 4, 3, label="all sizes alike"),
    streamed(2, 3, 1, 4, 2, label="one key"), streamed(1, 4, 6, 3, 5, 4, label="a batch of one"),
    *UNEVEN, few_keys(2, 1), stored(1024, 2, 2, 1), stored(4096, 8, 2, 1),
), small=streamed(2, 3, 5, 2, 4, kwargs={"block": 2}), large=3.0, overflow=30.0,
    shares={"large": 15})  # the page's goal: without the running maximum, no more than half

EXERCISES = (EFFICIENT, STREAMING)
REPAIR = Repair("exhibit_a", like=STREAMING, edits={
    "m = torch.maximum(m, top)": "old, m = m, torch.maximum(m, top)",
    "torch.exp(m - torch.maximum(m, top))": "torch.exp(old - m)"})
