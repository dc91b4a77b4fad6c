"""How an observation differs from the expected one, in words: which tensor, where the difference begins, what it looks like.

Tolerance (float64): 1e-9 times the larger of the tensor's largest expected element and the median scale of the exercise's
tensors of that kind, because some true gradients are zero. float32 is asked for dtype and finiteness; its tolerance follows
from float64's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, permutations
from statistics import median
from typing import Any

import torch
from torch import Tensor

from . import values

RELATIVE = {"float64": 1e-9, "float32": 2e-4}
FEW_DIGITS = 1e-6  # relative: what a float32 on the way or another eps makes of a float64
KINDS = ("output", "grad.input", "grad.param", "grad", "buffer", "received", "gave")


def kind_of(name: str) -> str:
    return next(kind for kind in KINDS if name.startswith(kind))


def scales(expected: list[dict[str, Tensor]]) -> dict[str, float]:
    """The median over an exercise's expected tensors of each kind of their largest element."""
    found: dict[str, list[float]] = {}
    for tensors in expected:
        for name, tensor in tensors.items():
            if tensor.is_floating_point() and tensor.numel():
                found.setdefault(kind_of(name), []).append(largest(tensor))
    return {kind: median(largest) for kind, largest in found.items()}


def largest(tensor: Tensor) -> float:
    """The largest element that is finite, 0 where there is none."""
    if not tensor.numel():
        return 0.0
    numbers = tensor.double().abs()
    found = numbers.max().item()
    if math.isfinite(found):
        return found
    numbers = numbers[numbers.isfinite()]
    return numbers.max().item() if numbers.numel() else 0.0


def tolerance(size: float, scale: float, dtype: str) -> float:
    """size: the expected tensor's largest element."""
    return RELATIVE[dtype] * max(size, scale)


def _agrees(got: Tensor, expected: Tensor, within: float) -> Tensor:
    """Where two tensors of one shape agree: a NaN never does, an infinity with itself."""
    got, expected = got.double(), expected.double()
    return ((got - expected).abs() <= within) | (got == expected)


def close(got: Tensor, expected: Tensor, within: float) -> bool:
    """Equal shapes, and every element within the tolerance (a NaN never is)."""
    return got.shape == expected.shape and bool(_agrees(got, expected, within).all())


def _varies(tensor: Tensor, within: float) -> bool:
    """Are there two numbers in it? One number, or one repeated, is related to any other by chance."""
    return tensor.numel() > 1 and not close(tensor, tensor.flatten()[0].expand_as(tensor), within)


def _describe_index(index: Tensor) -> str:
    return "[" + ", ".join(str(int(i)) for i in index) + "]"


def _number(value: float) -> str:
    return f"{value:.4g}"


def _told_apart(expected: float, got: float) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to see that they differ."""
    pairs = ((f"{expected:.{digits}g}", f"{got:.{digits}g}") for digits in (4, 6, 8, 10, 12, 17))
    return next((pair for pair in pairs if pair[0] != pair[1]), (str(expected), str(got)))


# Each relation: how a wrong tensor is made of the expected one. (got, expected, tolerance) -> sentence or None.
def _extra_axes(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape == expected.shape or got.numel() != expected.numel():
        return None
    same = [n for n in got.shape if n != 1] == [n for n in expected.shape if n != 1]
    if same and close(got.reshape(expected.shape), expected, within):
        place = "left over" if got.ndim > expected.ndim else "missing" if got.ndim < expected.ndim else "in another place"
        return f"the numbers are right, but axes of size 1 are {place}"
    return None


def _constant(got: Tensor, expected: Tensor, within: float, secret: bool = False) -> str | None:
    """Two tensors of which one does not vary are related in many ways; only what is seen is said."""
    if got.numel() < 2 or _varies(got, within):
        return None
    value = got.flatten()[0].item()
    if abs(value) <= within:
        return "it is zero everywhere"
    wanted = "" if secret or not expected.numel() or _varies(expected, within) else f", not {_number(expected.flatten()[0].item())}"
    return f"it is {_number(value)} everywhere{wanted}"


def _should_be_zero(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape or not close(expected, torch.zeros_like(expected), within):
        return None
    return f"it should be zero everywhere; its largest number is {_number(got.abs().max().item())}"


def _axes_permuted(got: Tensor, expected: Tensor, within: float) -> str | None:
    if not 2 <= got.ndim <= 5 or got.ndim != expected.ndim:
        return None
    for order in permutations(range(got.ndim)):
        if list(order) != sorted(order) and expected.permute(order).shape == got.shape and close(got, expected.permute(order), within):
            return f"its axes are in the order {tuple(order)}; the numbers are right, permute them back"
    return None


def _few_digits(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape:
        return None
    if close(got, expected, FEW_DIGITS * largest(expected)):
        return ("it is right to about six digits only: a float32 (or another dtype) somewhere on the way, or a small constant such as eps "
                "that is another one or stands in another place")
    halves = any(torch.equal(got.to(dtype).double(), got) for dtype in (torch.bfloat16, torch.float16))
    if halves and close(got, expected, 0.02 * largest(expected)):
        return "it is right to two or three digits only: a half-precision number (float16, bfloat16) somewhere on the way"
    return None


def _scaled(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape or not largest(expected):
        return None
    factor = (got * expected).sum().item() / (expected * expected).sum().item()
    rounding = 20 * within / largest(expected)  # nearer to 1 than this, the factor is noise
    if abs(factor - 1) < max(1e-6, rounding) or not close(got, factor * expected, 10 * within * min(1.0, abs(factor))):
        return None
    return "its sign is flipped everywhere" if abs(factor + 1) < 1e-6 else f"it is {_number(factor)} times the expected one everywhere"


def _shifted(got: Tensor, expected: Tensor, within: float) -> str | None:
    if got.shape != expected.shape:
        return None
    shift = (got - expected).mean().item()
    if not close(got, expected + shift, 10 * within):
        return None
    return f"it is the expected one {'plus' if shift > 0 else 'minus'} {_number(abs(shift))} everywhere"


def _activation(got: Tensor, expected: Tensor, within: float) -> str | None:
    """One more or one fewer activation function at the end."""
    if got.shape != expected.shape:
        return None
    extra = {"a sigmoid": torch.sigmoid, "a ReLU": torch.relu, "a tanh": torch.tanh, "an exp": torch.exp}
    for name, function in extra.items():
        if close(got, function(expected), 10 * within):
            return f"it went through one more {name.split()[1]}"
        if close(function(got), expected, 10 * within):
            return "it holds negative numbers that a ReLU would have set to 0" if name == "a ReLU" else f"{name} is missing at the end"
    for axis in (axis for axis in range(got.ndim) if got.shape[axis] > 1):
        whole = torch.ones((), dtype=torch.float64)  # the sums of a softmax; asked first, because they cost less
        if close(expected.sum(axis), whole.expand_as(expected.sum(axis)), 1e-6) and close(got.softmax(axis), expected, 10 * within):
            return f"a softmax over axis {axis} is missing at the end"
        if close(got.sum(axis), whole.expand_as(got.sum(axis)), 1e-6) and close(got, expected.softmax(axis), 10 * within):
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
    for axis in (axis for axis in range(expected.ndim) if expected.shape[axis] > 1):
        for keep in (True, False):
            for name, reduced in (("mean", expected.mean(axis, keepdim=keep)), ("sum", expected.sum(axis, keepdim=keep))):
                target = reduced.expand_as(expected) if keep and got.shape == expected.shape else reduced
                if got.shape == target.shape and close(got, target, 10 * within):
                    return f"it is the {name} of the expected one over axis {axis}"
    return None


RELATIONS: tuple[Callable[[Tensor, Tensor, float], str | None], ...] = (
    _extra_axes, _constant, _should_be_zero, _axes_permuted, _few_digits, _scaled, _shifted, _activation, _mirrored, _averaged)
BY_SHAPE = (_extra_axes, _constant, _should_be_zero)  # the ones that mean something where the expected numbers are all the same


# The next two speak of images: they are asked only where an input has the same batch, or the same map. What they say may be a
# coincidence, so that a sub-module in which the difference begins is told first: their sentences begin with one of these.
OF_IMAGES = ("of the batch of", "every image of the batch", "the inside of the map")


def _one_image(got: Tensor, expected: Tensor, within: float) -> str | None:
    right = [i for i in range(len(got)) if close(got[i], expected[i], within)]
    if right == [0] and _varies(expected[0], within):
        return f"of the batch of {len(got)} only the first image is right (is something of it used for the others?)"
    alike = [all(close(t[i], t[0], within) for i in range(1, len(t))) for t in (got, expected)]
    return "every image of the batch gets the same numbers: the batch axis was lost on the way" if alike == [True, False] else None


def _border(got: Tensor, expected: Tensor, within: float) -> str | None:
    for width in (1, 2, 3):
        inside = (..., slice(width, -width), slice(width, -width))
        if min(expected.shape[-2:]) > 2 * width + 1 and _varies(expected[inside], within) and close(got[inside], expected[inside], within):
            rim = "outermost rows and columns" if width == 1 else f"{width} outermost rows and columns on each side"
            return f"the inside of the map is right; the {rim} differ, as with another padding"
    return None


def of_images(got: Tensor, expected: Tensor, x: Tensor, within: float) -> str | None:
    """What is seen along the batch or at the border of a map, where `x` is a batch or a map of that size."""
    if got.shape != expected.shape or min(got.ndim, x.ndim) < 2:
        return None
    batch = len(x) == len(got) > 1 and _one_image(got, expected, within)
    return batch or (got.ndim == x.ndim == 4 and x.shape[2:] == got.shape[2:] and _border(got, expected, within)) or None


def with_input(got: Tensor, expected: Tensor, x: Tensor, name: str, within: float) -> str | None:
    """How a wrong output is made of the expected one and the input `x`: added, multiplied, left out."""
    if made := _of_input_alone(got, x, name, within):
        return made
    if got.shape == expected.shape == x.shape:
        if close(got, expected + x, 10 * within):
            return f"`{name}` is added to it and should not be"
        if close(got + x, expected, 10 * within):
            return f"`{name}` should be added to it (a shortcut) and is not"
    try:
        if close(torch.broadcast_to(got * x, expected.shape), expected, 10 * within):
            return f"it would be right if it were multiplied by `{name}`"
        if got.shape == expected.shape and close(got, torch.broadcast_to(expected * x, got.shape), 10 * within):
            return f"it is the expected one multiplied by `{name}` once more"
    except RuntimeError:  # shapes that do not broadcast have no such relation
        return None
    return None


def _of_input_alone(got: Tensor, x: Tensor, name: str, within: float) -> str | None:
    """Is `got` the input itself, or its mean, sum or maximum over some axes?"""
    if got.numel() == x.numel() and close(got.flatten(), x.flatten(), within):
        return f"it is the input `{name}` itself, {'unchanged' if got.shape == x.shape else 'with another shape'}"
    if not 1 < x.ndim <= 4 or got.numel() >= x.numel():
        return None
    kept = [n for n in got.shape if n != 1]
    for count in range(1, x.ndim + 1):
        for axes in combinations(range(x.ndim), count):
            if kept == [n for i, n in enumerate(x.shape) if i not in axes and n != 1]:
                for word, reduced in (("mean", x.mean(axes)), ("sum", x.sum(axes)), ("maximum", x.amax(axes))):
                    if close(got.flatten(), reduced.flatten(), 10 * within):
                        over = f"axis {axes[0]}" if count == 1 else "all its axes" if count == x.ndim else f"the axes {axes}"
                        return f"it is the {word} of `{name}` over {over}"
    return None


def explain(got: Tensor, expected: Tensor, within: float, inputs: dict[str, Tensor] | None = None,
            secret: bool = False) -> tuple[str, bool]:
    """Where and how `got` differs from `expected`: a clause for "your output: ...", and whether it points at the fault.

    inputs: an output's inputs by name; none for a gradient. secret: without expected numbers; how two tensors are related is told,
    but nothing of that where there is a single number.
    """
    shapes = f"Expected shape {tuple(expected.shape)}, got {tuple(got.shape)}."
    if got.is_floating_point() and not torch.isfinite(got).all() and torch.isfinite(expected).all():
        return _not_finite(got), True
    a, b = got.double(), expected.double()
    sentence = _relation(a, b, within, inputs or {}, secret) if a.numel() and b.numel() else None
    if sentence:
        return f"{sentence}." + ("" if got.shape == expected.shape else f" {shapes}"), True
    if got.shape != expected.shape:
        return shapes, True
    wrong = ~_agrees(a, b, within)
    first = tuple(wrong.nonzero()[0])
    wanted, found = _told_apart(b[first].item(), a[first].item())
    if wrong.numel() == 1:
        return f"{_number(a[first].item())} is not right." if secret else f"expected {wanted}, got {found}.", False
    verb = "differs" if wrong.sum() == 1 else "differ"
    by = "" if secret else f", by up to {_number((a - b).abs().max().item())}"
    there = f"got {_number(a[first].item())}" if secret else f"expected {wanted}, got {found}"
    return f"{int(wrong.sum())} of {wrong.numel()} numbers {verb}{by}; the first at {_describe_index(first)}: {there}.", False


def _not_finite(got: Tensor) -> str:
    nan, infinite = int(got.isnan().sum()), int(got.isinf().sum())
    what = "NaN or infinite" if nan and infinite else "NaN" if nan else "infinite"
    if got.numel() == 1:
        return f"it is {what}."
    return f"{nan + infinite} of {got.numel()} numbers {'is' if nan + infinite == 1 else 'are'} {what}."


def _relation(got: Tensor, expected: Tensor, within: float, inputs: dict[str, Tensor], secret: bool) -> str | None:
    varied = _varies(expected, within)
    if secret and expected.numel() == 1:
        return _extra_axes(got, expected, within)
    for relation in RELATIONS if varied else BY_SHAPE:
        if sentence := _constant(got, expected, within, secret) if relation is _constant else relation(got, expected, within):
            return sentence
    for name, x in inputs.items() if varied else ():
        if sentence := of_images(got, expected, x, within) or with_input(got, expected, x.double(), name, within):
            return sentence
    return None


def difference_of_numbers(got: Any, expected: Any, integer: bool = False, secret: bool = False) -> str | None:
    """None where two plain values are equal (numbers by value), or what differs. integer: a float will not do for an int.

    secret: neither the expected value nor what it could be computed from.
    """
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (got, expected))
    if integer and numeric and isinstance(expected, int) and not isinstance(got, int):
        return f"expected {'an int' if secret else f'the int {expected!r}'}, got the {type(got).__name__} {_short(repr(got))}."
    if numeric and (got == expected or abs(float(got) - float(expected)) <= 1e-9 * max(1.0, abs(float(expected)))):
        return None
    if not numeric and got == expected and type(got) is type(expected):
        return None
    shown = [values.structure(v) if isinstance(v, dict) else repr(v) for v in (expected, got)]
    near = " It is right to six digits: a float32, or a rounding, on the way?" if (
        numeric and expected and abs(got - expected) <= FEW_DIGITS * abs(expected)) else ""
    if secret:
        return f"{_short(shown[1])} is not right.{near}"
    ratio = f" ({_number(got / expected)} times as much)" if numeric and expected and got and math.isfinite(got) else ""
    return f"expected {_short(shown[0])}, got {_short(shown[1])}{'' if near else ratio}.{near}"


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
