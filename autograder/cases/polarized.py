"""Visible cases of 06b_polarized. Maps are not square, and their number of positions is no number of channels."""

from typing import Any

from autograder.declare import Case, Draw, Exercise


def asked_of_all(**construct: Any) -> tuple[Case, ...]:
    """Orders of memory, a second call, float32, another device.

    The gradient of the channel branch's `wq.bias` is zero but for rounding. In float32 that noise is large enough to make two runs of
    the same mistake look different, so no gradients are taken there (the hidden cases take them).
    """
    built = {"channels": 6, **construct}
    said = ", ".join(f"{name}={value!r}" for name, value in built.items())
    return (
        Case(f"training mode, {said}, x of shape (3, 6, 4, 5)", (Draw((3, 6, 4, 5)),), train=True, construct=built),
        Case(f"an x in channels-last order of memory, {said}, shape (2, 6, 3, 5)", (Draw((2, 6, 3, 5), layout="channels_last"),),
             construct=built),
        Case(f"a transposed x, {said}, shape (2, 6, 3, 5)", (Draw((2, 6, 3, 5), layout="transposed"),), construct=built),
        Case(f"a second call on the same module, {said}, x of shape (2, 6, 4, 2)", (Draw((2, 6, 4, 2)),), earlier=True, aspect="state",
             construct=built),
        Case(f"a float32 x of shape (2, 6, 2, 5), {said}", (Draw((2, 6, 2, 5)),), dtype="float32", gradients=False,
             aspect="dtype", construct=built),
        Case(f"another device, {said}, x of shape (2, 6, 2, 5)", (Draw((2, 6, 2, 5)),), aspect="device", construct=built),
    )


CHANNEL = Exercise("ChannelPolarized", (
    Case("channels=8, x of shape (2, 8, 3, 5)", (Draw((2, 8, 3, 5)),), construct={"channels": 8}),
    Case("ChannelPolarized(10) and a batch of one, x of shape (1, 10, 7, 2)", (Draw((1, 10, 7, 2)),), construct=(10,)),
    Case("channels=7 (odd: C // 2 is 3), x of shape (3, 7, 5, 4)", (Draw((3, 7, 5, 4)),), construct={"channels": 7}),
    Case("a map of one position, x of shape (2, 6, 1, 1)", (Draw((2, 6, 1, 1)),), construct={"channels": 6}),
    Case("large numbers, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4), scale=8.0),), construct={"channels": 8}),
    *asked_of_all(),
))

SPATIAL = Exercise("SpatialPolarized", (
    Case("channels=8, x of shape (2, 8, 3, 5)", (Draw((2, 8, 3, 5)),), construct={"channels": 8}),
    Case("SpatialPolarized(10) and a batch of one, x of shape (1, 10, 7, 2)", (Draw((1, 10, 7, 2)),), construct=(10,)),
    Case("channels=7 (odd: C // 2 is 3), x of shape (3, 7, 5, 4)", (Draw((3, 7, 5, 4)),), construct={"channels": 7}),
    Case("a map of one position, x of shape (2, 6, 1, 1)", (Draw((2, 6, 1, 1)),), construct={"channels": 6}),
    Case("large numbers, x of shape (2, 8, 3, 4)", (Draw((2, 8, 3, 4), scale=8.0),), construct={"channels": 8}),
    *asked_of_all(),
))

BLOCK = Exercise("PolarizedSelfAttention", (
    Case("channels=8 and the default layout, x of shape (2, 8, 3, 5)", (Draw((2, 8, 3, 5)),), construct={"channels": 8}),
    Case('layout="sequential", channels=8, x of shape (2, 8, 3, 5)', (Draw((2, 8, 3, 5)),),
         construct={"channels": 8, "layout": "sequential"}),
    Case('PolarizedSelfAttention(10, "parallel") and a batch of one, x of shape (1, 10, 7, 2)', (Draw((1, 10, 7, 2)),),
         construct=(10, "parallel")),
    Case('channels=7 (odd), layout="sequential", x of shape (3, 7, 5, 4)', (Draw((3, 7, 5, 4)),),
         construct={"layout": "sequential", "channels": 7}),
    Case("a map of one position, x of shape (2, 6, 1, 1)", (Draw((2, 6, 1, 1)),), construct={"channels": 6}),
    *asked_of_all(),
    Case('layout="serial", which is neither', (Draw((2, 6, 3, 5)),), aspect="errors", raises=(),
         construct={"channels": 6, "layout": "serial"}),
    Case('layout="Parallel", which is nearly one of them', (Draw((2, 6, 3, 5)),), aspect="errors", raises=(),
         construct={"channels": 6, "layout": "Parallel"}),
), uses=("ChannelPolarized", "SpatialPolarized"))

EXERCISES = (CHANNEL, SPATIAL, BLOCK)
