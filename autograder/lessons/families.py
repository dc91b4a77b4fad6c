"""Mistakes of one kind that learners make in many exercises: each family's sentence stands here, once.

Each function takes the mistake's id and its code, as `Mistake` does (catalogue.py), and further fields of it.
"""

from __future__ import annotations

from typing import Any

from autograder.lessons.catalogue import Code, Mistake

HIDDEN = "hidden_channels(channels, reduction)"  # as references say it


def detached(id: str, what: str, code: Code, **more: Any) -> Mistake:
    """A gradient is cut off. what: "the gate is detached, so no layer before it would ever learn"."""
    return Mistake(id, f"The numbers are right, but {what}. Leave out the `detach()`, `.data` or `no_grad()`.", code,
                   **more)


def input_detached(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "The numbers are right, and so are the gradients of the weights. But x is detached before your "
                   "first layer, so no gradient reaches the layers before your module. Leave out the `detach()`, "
                   "`.data` or `no_grad()`.", code, **more)


def infinite(id: str, code: Code, **more: Any) -> Mistake:
    """A sigmoid of bare `exp`."""
    return Mistake(id, "Your sigmoid gives NaN for large scores. In float64 `exp` is infinite above 709, and then "
                   "`exp(z) / (1 + exp(z))` divides infinity by infinity. Use `torch.sigmoid`.", code, **more)


def overflow(id: str, what: str, code: Code, **more: Any) -> Mistake:
    """A softmax of bare `exp`. what: the numbers that are large."""
    return Mistake(id, f"Your softmax gives NaN where the {what} are large. In float64 `exp` is infinite above 709 and "
                   "0 below -746, so a row of such numbers cannot be divided by its sum. Use `softmax`, which "
                   "subtracts the largest number of a row first.", code, **more)


def attention_dropout(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "In training mode your attention drops some of its weights. ViT does that, but this module has "
                   "no dropout: training and eval mode should give the same result.", code, **more)


def dropout(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "In training mode you drop some numbers. There is no dropout here: both modes should give the "
                   "same result.", code, **more)


def only_in_eval(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "In training mode your module returns x as it is. It should compute its result in training mode "
                   "as it does in eval mode.", code, **more)


def ignored(id: str, argument: str, written: str, code: Code, **more: Any) -> Mistake:
    """An argument is not used. written: what stands in its place."""
    return Mistake(id, f"The argument `{argument}` has no effect, because {written} is written in its place. Use the "
                   "argument.", code, **more)


def default(id: str, argument: str, value: str, code: Code, **more: Any) -> Mistake:
    """An argument has another default, or none. value: what it should be."""
    return Mistake(id, f"If `{argument}` is not given, your code should use {value}.", code, **more)


def float_width(id: str, code: Code, **more: Any) -> Mistake:
    return Mistake(id, "`channels / reduction` is a float, even if there is no remainder, and a layer takes only whole "
                   "numbers. Divide with two slashes: channels // reduction.", code, **more)


def bottleneck(short: str, default: int, refused: int = 0) -> tuple[Mistake, ...]:
    """What goes wrong with the hidden channels of a reference that calls `hidden_channels`. All ids begin with `short`.

    default: its reduction's default. refused: the number of the hint that is about the error.
    """
    return (
        Mistake(f"{short}-no-error",
                "If channels // reduction is 0, your code builds the module without hidden channels. Raise a "
                "ValueError whose message names both numbers, channels and reduction.",
                {HIDDEN: "channels // reduction"}, hint=refused),
        Mistake(f"{short}-at-least-one",
                "If channels // reduction is 0, you silently take one hidden channel. Instead, raise a ValueError that "
                "names both numbers, channels and reduction.",
                {HIDDEN: "max(1, channels // reduction)"}, hint=refused),
        Mistake(f"{short}-rounded-up",
                "You round the hidden channels up. If the reduction does not divide the channels, round down: "
                "channels // reduction.", {HIDDEN: "-(-channels // reduction)"}),
        float_width(f"{short}-float-width", {HIDDEN: f"{HIDDEN} and channels / reduction"}),
        ignored(f"{short}-reduction-ignored", "reduction", str(default),
                {HIDDEN: f"hidden_channels(channels, {default})"}),
    )
