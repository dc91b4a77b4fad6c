"""Attention without its large matrix: how each exercise of 05b_memory is called."""

import math
from random import Random

from solutions.shared.declare import Case, Exercise, RandomTensor, call
from solutions.shared.position_attention import BOTH, POSITIONS, VISIBLE, few
from solutions.shared.sizes import Construct, Shape, on_map


# --- EfficientPositionAttention
def many(low: int, high: int) -> Shape:
    """One image with low to high positions, an odd number, so that no usual chunk divides it."""
    def shape(r: Random) -> tuple[int, int, int]:
        height = r.choice((17, 19, 21, 23))
        width = r.randint(low // height + 1, high // height)
        return 1, height, width if width % 2 else width - 1

    return shape


def watched(positions: int, share: int, of: Construct, train: bool) -> Case:
    """A call of which no tensor may be large, forward or backward. share: of all pairs of positions, what part is too large."""
    side = math.isqrt(positions)
    words = f"{positions} positions{' in training mode' * train}, where no tensor may have 1/{share} as many elements as there are pairs"
    image = RandomTensor((1, of["channels"], side, side), kind="signs")  # takes little room in the file of checks
    return Case(words, (image,), construct=of, train=train, dtype="float32", limit=positions ** 2 // share)


def measured(r: Random) -> Case:
    """A call without gradients for which less memory is allowed than one map takes."""
    height = r.choice((72, 96, 128))
    return call((1, 32, height, 9216 // height), of={"channels": 32}, label="9216 positions without gradients", dtype="float32",
                peak=4 * 9216 ** 2)


EFFICIENT = Exercise("EfficientPositionAttention", sizes=(
    *POSITIONS,
    on_map("some hundred positions", many(280, 420), few),
    on_map("more than 512 positions", many(540, 700), few),
    *(lambda r, n=n, share=share, train=train: watched(n, share, {"channels": 8 * r.randint(1, 4)}, train)
      for n, share in ((1024, 2), (4096, 8)) for train in (False, True)),
    measured,
), visible=(
    *VISIBLE,
    call((1, 2, 17, 19), of={"channels": 2, "reduction": 1}, label="323 positions, a number that no usual chunk divides"),
    watched(1024, 2, {"channels": 2, "reduction": 2}, train=False),  # with 1 there is nothing to pad, so that a fused call falls back
    watched(4096, 8, {"channels": 2, "reduction": 2}, train=True),
), **BOTH)

EXERCISES = (EFFICIENT,)
