"""How an observation differs from the expected one, in words: which tensor, where the difference begins, what it looks like.

Tolerance (float64): 1e-9 times the larger of the tensor's largest expected element and the median scale of the exercise's
tensors of that kind, because some true gradients are zero. float32 is asked for dtype and finiteness; its tolerance follows
from float64's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from statistics import median
from typing import Any

import torch
from torch import Tensor

from . import values

RELATIVE = {"float64": 1e-9, "float32": 2e-4}
KINDS = ("output", "grad.input", "grad.param", "grad", "buffer", "received", "gave")


@dataclass(frozen=True)
class Difference:
    """aspect: the check that fails (a key of verdict.SHARES). where: the tensor, as a learner would call it.
    specific: does the message point at the fault, or does it only say that numbers differ?"""

    aspect: str
    where: str
    message: str
    specific: bool = True


def kind_of(name: str) -> str:
    return next(kind for kind in KINDS if name.startswith(kind))


def scales(expected: list[dict[str, Tensor]]) -> dict[str, float]:
    """The median over an exercise's expected tensors of each kind of their largest element."""
    found: dict[str, list[float]] = {}
    for tensors in expected:
        for name, tensor in tensors.items():
            if tensor.is_floating_point() and tensor.numel():
                found.setdefault(kind_of(name), []).append(tensor.abs().max().item())
    return {kind: median(largest) for kind, largest in found.items()}


def tolerance(expected: Tensor, scale: float, dtype: str) -> float:
    largest = expected.abs().max().item() if expected.numel() else 0.0
    return RELATIVE[dtype] * max(largest, scale)


def close(got: Tensor, expected: Tensor, within: float) -> bool:
    """Equal shapes, and every element within the tolerance (a NaN never is)."""
    return got.shape == expected.shape and bool(((got.double() - expected.double()).abs() <= within).all())


def _describe_index(index: Tensor) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _number(value: float) -> str:
    return f"{value:.4g}"


# Each relation: how a wrong tensor is made of the expected one. (got, expected, tolerance) -> sentence or None.
def _axes_permuted(got: Tensor, expected: Tensor, within: float) -> str | None:
    if not 2 <= got.ndim <= 5 or got.ndim != expected.ndim:
        return None
    for order in permutations(range(got.ndim)):
        if list(order) != sorted(order) and expected.permute(order).shape == got.shape and close(got, expected.permute(order), within):
            return f"its axes are in the order {tuple(order)}; the numbers are right, permute them back"
    return None


def _extra_axes(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape == expected.shape or got.numel() != expected.numel():
        return None
    same = [n for n in got.shape if n != 1] == [n for n in expected.shape if n != 1]
    if same and close(got.reshape(expected.shape), expected, within):
        return f"the numbers are right, but axes of size 1 are {'left over' if got.ndim > expected.ndim else 'missing'}"
    return None


def _scaled(got: Tensor, expected: Tensor, within: float) -> str | None:
    norm = (expected * expected).sum().item()
    if got.shape != expected.shape or norm == 0:
        return None
    factor = (got * expected).sum().item() / norm
    if abs(factor - 1) < 1e-6 or not close(got, factor * expected, 10 * within * max(1.0, abs(factor))):
        return None
    if abs(factor) < 1e-9:
        return "it is zero everywhere"
    return "its sign is flipped everywhere" if abs(factor + 1) < 1e-6 else f"it is {_number(factor)} times the expected one everywhere"


def _shifted(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape or expected.numel() < 2:
        return None
    shift = (got - expected).mean().item()
    return f"it is the expected one plus {_number(shift)} everywhere" if close(got, expected + shift, 10 * within) else None


def _activation(got: Tensor, expected: Tensor, within: float) -> str | None:
    """One more or one fewer activation function at the end."""
    if got.shape != expected.shape:
        return None
    extra = {"sigmoid": torch.sigmoid, "ReLU": torch.relu, "tanh": torch.tanh, "exp": torch.exp}
    for name, function in extra.items():
        if close(got, function(expected), 10 * within):
            return f"it went through one more {name}"
        if close(function(got), expected, 10 * within):
            return f"a {name} is missing at the end"
    for axis in range(got.ndim):
        if close(got.softmax(axis), expected, 10 * within):
            return f"a softmax over axis {axis} is missing at the end"
        if close(got, expected.softmax(axis), 10 * within):
            return f"it went through one more softmax over axis {axis}"
    return None


def _mirrored(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape:
        return None
    for axis in range(got.ndim):
        if close(got, expected.flip(axis), within):
            return f"it is reversed along axis {axis}"
    return None


def _averaged(got: Tensor, expected: Tensor, within: float) -> str | None:
    """The expected tensor after one reduction too many, or one expanded over the batch."""
    for axis in range(expected.ndim):
        for keep in (True, False):
            for name, reduced in (("mean", expected.mean(axis, keepdim=keep)), ("sum", expected.sum(axis, keepdim=keep))):
                target = reduced.expand_as(expected) if keep and got.shape == expected.shape else reduced
                if expected.shape[axis] > 1 and got.shape == target.shape and close(got, target, 10 * within):
                    return f"it is the {name} of the expected one over axis {axis}"
    return None


def _one_image(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape or got.ndim < 2 or len(got) < 2:
        return None
    right = [i for i in range(len(got)) if close(got[i], expected[i], within)]
    if right == [0]:
        return f"only the first image of the batch of {len(got)} is right, as if its result were used for the others"
    if all(close(got[i], got[0], within) for i in range(1, len(got))):
        return "every image of the batch gets the same numbers: the batch axis was lost on the way"
    return None


def _border(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape or got.ndim != 4:
        return None
    for width in (1, 2, 3):
        inside = (..., slice(width, -width), slice(width, -width))
        if expected[inside].numel() and close(got[inside], expected[inside], within):
            return f"the inside of the map is right; the outermost {width if width > 1 else ''} rows and columns differ, as with another padding".replace("  ", " ")
    return None


RELATIONS: tuple[Callable[[Tensor, Tensor, float], str | None], ...] = (
    _extra_axes, _axes_permuted, _scaled, _shifted, _activation, _mirrored, _one_image, _averaged, _border)


def with_input(got: Tensor, expected: Tensor, x: Tensor, within: float) -> str | None:
    """How a wrong output is made of the expected one and an input `x`: added, multiplied, left out."""
    try:
        if got.shape == expected.shape == x.shape:
            if close(got, x, within):
                return "it is the input itself, unchanged"
            if close(got, expected + x, 10 * within):
                return "the input is added to it; the expected one has no shortcut"
            if close(got + x, expected, 10 * within):
                return "the input should be added to it (a shortcut) and is not"
            if close(got, expected * x, 10 * within):
                return "it is multiplied by the input once more"
        if close(torch.broadcast_to(got * x, expected.shape), expected, 10 * within):
            return "it is the map itself; multiply the input by it"
        if got.shape == expected.shape and close(got, torch.broadcast_to(expected * x, got.shape), 10 * within):
            return "the input is multiplied by it already; return the map itself"
    except RuntimeError:  # shapes that do not broadcast have no such relation
        return None
    return None


def explain(got: Tensor, expected: Tensor, within: float, inputs: list[Tensor] = ()) -> tuple[str, bool]:
    """Where and how `got` differs from `expected`: a clause for "your output: ...", and whether it points at the fault."""
    shapes = f"Expected shape {tuple(expected.shape)}, got {tuple(got.shape)}."
    if got.is_floating_point() and not torch.isfinite(got).all() and torch.isfinite(expected).all():
        bad = int((~torch.isfinite(got)).sum())
        return f"{bad} of {got.numel()} numbers are NaN or infinite.", True
    a, b = got.double(), expected.double()
    for relation in RELATIONS:
        sentence = relation(a, b, within)
        if sentence:
            return f"{sentence}." + ("" if got.shape == expected.shape else f" {shapes}"), True
    for x in inputs:
        sentence = with_input(a, b, x.double(), within)
        if sentence:
            return f"{sentence}." + ("" if got.shape == expected.shape else f" {shapes}"), True
    if got.shape != expected.shape:
        return shapes, True
    wrong = (a - b).abs() > within
    first = wrong.nonzero()[0]
    share = f"{int(wrong.sum())} of {wrong.numel()} numbers differ"
    return (f"{share}, by up to {_number((a - b).abs().max().item())}; the first at {_describe_index(first)}: "
            f"expected {_number(b[tuple(first)].item())}, got {_number(a[tuple(first)].item())}."), False


def difference_of_numbers(got: Any, expected: Any) -> str | None:
    """None where two plain values are equal (numbers by value), or what differs."""
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (got, expected))
    if numeric and abs(got - expected) <= 1e-9 * max(1.0, abs(expected)):
        return None
    if not numeric and got == expected and type(got) is type(expected):
        return None
    shown = [repr(v) if not isinstance(v, dict) else values.structure(v) for v in (expected, got)]
    ratio = f" ({_number(got / expected)} times as much)" if numeric and expected and got else ""
    return f"expected {shown[0]}, got {shown[1]}{ratio}."
