"""Dual Attention Network: how each exercise of 05a_danet is called.
`gamma` is drawn like every other parameter unless a case says more."""

from dataclasses import replace
from functools import partial
from random import Random

from autograder.lessons.declare import Case, Exercise, Repair, Size, call
from autograder.lessons.sizes import MAPS, Construct, Shape, batch_and_map, bottleneck, on_map, on_maps
from solutions.shared.position_attention import AT_ZERO, BOTH, FRESH, OVERFLOW, POSITIONS, TOO_LARGE, VISIBLE, scaled

POSITION = Exercise("PositionAttention", sizes=(*POSITIONS, *on_maps(MAPS, bottleneck, method="attention")), visible=(
    *VISIBLE,
    call((2, 8, 3, 4), of={"channels": 8, "reduction": 2}, method="attention"),
    call((1, 5, 2, 3), of={"channels": 5, "reduction": 1}, method="attention"),
), **BOTH)


# --- ChannelAttention
def gram(words: str, shape: Shape, method: str = "forward", scale: float | None = None, **construct: bool) -> Size:
    """Small numbers unless `scale` says another size: an energy is a sum over all positions, and a softmax of large
    ones is one-hot."""
    def size(r: Random) -> Case:
        batch, height, width = shape(r)
        given = scale or (height * width) ** -0.5 * r.choice((1.0, 1.5))
        return scaled((batch, r.randint(4, 9), height, width), given, label=words, method=method, construct=construct)

    return size


CHANNEL = Exercise("ChannelAttention", sizes=(
    *(gram(words, shape) for words, shape in MAPS.items()),
    *(gram(words, shape, negate=True) for words, shape in MAPS.items()),
    lambda r: scaled((2, 17, *r.sample((2, 3), 2)), 0.4, label="more channels than positions"),
    # with so few positions no softmax is one-hot
    gram("two positions, larger numbers", lambda r: (3, 1, 2), scale=2.0),
    gram("", batch_and_map, negate=False),
    *(gram("", batch_and_map, method="attention", negate=negate) for negate in (False, True)),
    gram("a batch of one", lambda r: (1, 3, 5), method="attention", negate=True),
    *(lambda r, fields=fields: replace(gram("", batch_and_map, negate=r.random() < 0.5)(r), **fields)
      for fields in (FRESH, AT_ZERO)),
    lambda r: replace(gram("negated energies too large for `exp` alone", batch_and_map, scale=2e4, negate=True)(r),
                      **TOO_LARGE),
), visible=(
    scaled((2, 4, 3, 5), 0.5),
    scaled((2, 4, 3, 5), 0.5, construct={"negate": True}),
    scaled((1, 7, 2, 3), 0.5, construct=(True,), label="a batch of one"),
    scaled((2, 6, 2, 3), 0.5, construct={"negate": False}),
    scaled((2, 5, 1, 4), 0.5, construct={"negate": True}, label="a map of one row"),
    scaled((2, 5, 2, 4), 0.5, method="attention"),
    scaled((2, 5, 2, 4), 0.5, construct={"negate": True}, method="attention"),
    scaled((2, 4, 2, 3), 0.5, **FRESH),
    scaled((2, 4, 3, 2), 0.5, **AT_ZERO),
    scaled((2, 4, 3, 5), 1e4, **TOO_LARGE, label="energies too large for `exp` alone"),
), small=scaled((2, 5, 3, 2), 0.5, construct={"negate": True}), large=4.0, overflow=OVERFLOW)


# --- DANetHead
def wide(r: Random, rest: int = 0) -> Construct:
    return {"in_channels": 4 * r.randint(8, 10) + rest, "num_classes": r.randint(2, 6)}


HEAD = Exercise("DANetHead", sizes=(
    *on_maps(MAPS, wide),
    on_map("channels that 4 does not divide", batch_and_map, partial(wide, rest=1)),
    on_map("channels that leave a large rest", batch_and_map, partial(wide, rest=3)),
    on_map("", batch_and_map, lambda r: tuple(wide(r, rest=2).values())),
    on_map("training mode with a dropout of the largest channels", batch_and_map, wide, train=True, drop_largest=True),
), refuses=(
    on_map("fewer than 32 channels, too few for the position attention inside", batch_and_map,
           lambda r: {**wide(r), "in_channels": r.randint(16, 31)}, raises=()),
), visible=(
    # weights fill its file: their gradients are recorded once
    call((2, 32, 2, 3), of={"in_channels": 32, "num_classes": 3}),
    call((2, 39, 1, 3), of=(39, 2), train=True, drop_largest=True, gradients=False,
         label="channels that 4 does not divide, training mode with a dropout of the largest channels"),
), small=call((2, 32, 1, 3), of={"in_channels": 32, "num_classes": 3}, gradients=False),
    uses=("PositionAttention", "ChannelAttention"), large=4.0, overflow=OVERFLOW)

EXERCISES = (POSITION, CHANNEL, HEAD)
REPAIR = Repair("ExhibitA", like=POSITION, edits={"(values @ A)": "(values @ A.mT)"})
USED_LATER = {"PositionAttention": ("value",)}
