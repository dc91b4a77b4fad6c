"""Describes how a tensor or value differs from the expected one, as facts: where the difference begins, and what it
looks like.

The tolerance in float64 is 1e-9 times the size of the numbers. The size is the largest element of the expected tensor.
Some true gradients are zero. So each kind of tensor in an exercise has a smallest size. It is the median of the largest
elements of all expected tensors of that kind. Questions in float32 test dtype and finiteness. Their tolerance is the
rounding error of another processor, which is PROCESSORS times the distance between two float32 numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations, permutations
from statistics import median
from typing import Any

import torch
from torch import Tensor

from . import facts
from .facts import Fact

# By how many roundings (eps) two processors may differ, relative to a tensor's largest element. A sum of K products
# differs by about sqrt(K) eps if they are added in another order. The longest sums here have K = 4,096 terms, and the
# longest way forward and back has 16 such sums in a row. Each of two processors may be that far from the true number,
# so the factor is 2 * 16 * 64. What we measured was at most a fiftieth of it.
PROCESSORS = 2 * 16 * 64
RELATIVE = {"float64": 1e-9, **{str(dtype).removeprefix("torch."): PROCESSORS * torch.finfo(dtype).eps
                                # for bfloat16 this is so much that only dtype, shape and finiteness are tested
                                for dtype in (torch.float32, torch.bfloat16)}}
FEW_DIGITS = 1e-6  # the relative error of a float64 if float32 was used on the way, or another eps
DRAWN = 1024  # weights are drawn in multiples of 1 / DRAWN
APART = 0.01  # numbers of a mask differ by more than that, relative to the largest
LABELS = 4  # with so many different numbers, a tensor is a mask rather than a result
KINDS = ("output", "grad.input", "grad.param", "grad", "buffer", "received", "gave")


def kind_of(name: str) -> str:
    return next(kind for kind in KINDS if name.startswith(kind))


def scales(expected: list[dict[str, Tensor]]) -> dict[str, float]:
    """Returns a scale for each kind of tensor: the median of the largest elements of an exercise's expected tensors of
    that kind."""
    found: dict[str, list[float]] = {}
    for tensors in expected:
        for name, tensor in tensors.items():
            if tensor.is_floating_point() and tensor.numel():
                found.setdefault(kind_of(name), []).append(largest(tensor))
    return {kind: median(largest) for kind, largest in found.items()}


def largest(tensor: Tensor) -> float:
    """Returns the largest absolute value of the finite elements; 0 if there are none."""
    if not tensor.numel():
        return 0.0
    numbers = tensor.double().abs()
    found = numbers.max().item()
    if math.isfinite(found):
        return found
    numbers = numbers[numbers.isfinite()]
    return numbers.max().item() if numbers.numel() else 0.0


def tolerance(size: float, scale: float, dtype: str) -> float:
    """Returns the largest difference that is allowed.

    size: the expected tensor's largest element.
    scale: the median size of the exercise's tensors of that kind.
    """
    return RELATIVE[dtype] * max(size, scale)


def _agrees(got: Tensor, expected: Tensor, within: float) -> Tensor:
    """Returns where two tensors of the same shape agree. A NaN never agrees; an infinity agrees with itself."""
    got, expected = got.double(), expected.double()
    return ((got - expected).abs() <= within) | (got == expected)


def close(got: Tensor, expected: Tensor, within: float) -> bool:
    """Says whether two tensors have the same shape, and all elements agree within the tolerance (a NaN never does)."""
    if got.shape != expected.shape:
        return False
    # most answers are right: then this is all there is to compute
    near = (got.double() - expected.double()).abs() <= within
    return bool(near.all()) or bool((near | (got == expected)).all())


def _varies(tensor: Tensor, within: float) -> bool:
    """Says whether a tensor holds two different numbers. If it does not, any relation to another tensor may be
    chance."""
    return tensor.numel() > 1 and not close(tensor, tensor.flatten()[0].expand_as(tensor), within)


# Each relation says how a wrong tensor could be made from the expected one. (got, expected, tolerance) -> fact or None.
def _extra_axes(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape == expected.shape or got.numel() != expected.numel():
        return None
    same = [n for n in got.shape if n != 1] == [n for n in expected.shape if n != 1]
    if same and close(got.reshape(expected.shape), expected, within):
        return facts.AxesOfSizeOne(more=got.ndim - expected.ndim)
    return None


def _constant(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    """Reports that a tensor is constant, and nothing more: if one of two tensors does not vary, they are related in
    many ways."""
    if got.numel() < 2 or _varies(got, within):
        return None
    value = got.flatten()[0].item()
    if not _varies(expected, within) and abs(value - expected.flatten()[0].item()) <= within:
        return None  # the same number in another shape
    return facts.Constant(0.0 if abs(value) <= within else value,
                          None if _varies(expected, within) else expected.flatten()[0].item())


def _should_be_zero(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape or not close(expected, torch.zeros_like(expected), within):
        return None
    return facts.ShouldBeZero(got.numel(), got.abs().max().item())


def _axes_permuted(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if not 2 <= got.ndim <= 5 or got.ndim != expected.ndim:
        return None
    for order in permutations(range(got.ndim)):
        if (
            list(order) != sorted(order)
            and expected.permute(order).shape == got.shape
            and close(got, expected.permute(order), within)
        ):
            sums = (expected.sum(axis) for axis, came in enumerate(order) if axis != came)
            return facts.AxesPermuted(order, any(close(each, torch.ones_like(each), 1e-6) for each in sums))
    return None


def _few_digits(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape:
        return None
    if close(got, expected, FEW_DIGITS * largest(expected)):
        return facts.FewDigits(half=False)
    halves = any(torch.equal(got.to(dtype).double(), got) for dtype in (torch.bfloat16, torch.float16))
    handed_on = torch.equal((got * DRAWN).round(), got * DRAWN)  # a drawn number that arrives as it was is not rounded
    return (
        facts.FewDigits(half=True)
        if halves and not handed_on and close(got, expected, 0.02 * largest(expected))
        else None
    )


def _scaled(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape or not largest(expected):
        return None
    factor = (got * expected).sum().item() / (expected * expected).sum().item()
    rounding = 20 * within / largest(expected)  # nearer to 1 than this, the factor is noise
    if abs(factor - 1) < max(1e-6, rounding) or not close(got, factor * expected, 10 * within * min(1.0, abs(factor))):
        return None
    return facts.Scaled(-1.0 if abs(factor + 1) < 1e-6 else factor)


def _shifted(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape:
        return None
    shift = (got - expected).mean().item()
    return facts.Shifted(shift) if close(got, expected + shift, 10 * within) else None


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"sigmoid": torch.sigmoid, "ReLU": torch.relu, "tanh": torch.tanh,
                                                      "exp": torch.exp}


def _activation(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    """Finds one more, or one fewer, activation function at the end. Two numbers may fit one by chance: exp(0) is 1."""
    if got.shape != expected.shape or len(expected.unique()) < 3:
        return None
    for name, function in ACTIVATIONS.items():
        if close(got, function(expected), 10 * within):
            return facts.ExtraActivation(name)
        if close(function(got), expected, 10 * within):
            return facts.MissingActivation(name)
    for axis in (axis for axis in range(got.ndim) if got.shape[axis] > 1):
        whole = torch.ones((), dtype=torch.float64)  # a softmax sums to 1; this is tested first, because it costs less
        if close(expected.sum(axis), whole.expand_as(expected.sum(axis)), 1e-6) and close(
            got.softmax(axis), expected, 10 * within
        ):
            return facts.MissingActivation("softmax", axis)
        if close(got.sum(axis), whole.expand_as(got.sum(axis)), 1e-6) and close(
            got, expected.softmax(axis), 10 * within
        ):
            return facts.ExtraActivation("softmax", axis)
    return None


IN_PLACE_OF_SIGMOID: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh, "ReLU": torch.relu, "hardsigmoid": torch.nn.functional.hardsigmoid,
    "sigmoid of a ReLU": lambda scores: scores.relu().sigmoid(),
    "1 minus the sigmoid": lambda scores: 1 - scores.sigmoid()}


def _other_activation(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    """Finds gates that are made of the right scores, but not by a sigmoid."""
    if got.shape != expected.shape or not 0 <= expected.min() <= expected.max() <= 1:
        return None
    if len(expected[(expected > 0) & (expected < 1)].unique()) < 3:
        return None
    scores = expected.logit()
    for name, function in IN_PLACE_OF_SIGMOID.items():
        if close(got, function(scores), 10 * within):
            return facts.OtherActivation(name)
    steepest = (expected * (1 - expected)).min().item()
    rounding = torch.finfo(expected.dtype).eps  # of the gates; that of the scores is larger
    if rounding > FEW_DIGITS * steepest:
        return None
    return next((facts.OtherActivation("softmax", axis) for axis in range(got.ndim)
                 if got.shape[axis] > 1 and close(got, scores.softmax(axis), 10 * within + rounding / steepest)), None)


def _relabelled(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    """Finds a tensor of few numbers, such as a mask, whose places are right and whose numbers are not."""
    if got.shape != expected.shape or not 2 <= len(labels := expected.unique()) <= min(LABELS, expected.numel() // 4):
        return None
    instead = [got[expected == label] for label in labels]
    apart = [each.sort().values.diff().min() / largest(each) for each in (labels, torch.stack([n[0] for n in instead]))]
    if any(_varies(numbers, within) for numbers in instead) or not min(apart) > APART:
        return None
    return facts.Relabelled(tuple((n[0].item() + 0.0, label.item() + 0.0) for n, label in zip(instead, labels)))


def _mirrored(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape:
        return None
    return next((facts.Mirrored(axis) for axis in range(got.ndim) if close(got, expected.flip(axis), within)), None)


def _other_order(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    if got.shape != expected.shape or len(expected.unique()) <= LABELS:
        return None
    return facts.OtherOrder() if close(got.flatten().sort().values, expected.flatten().sort().values, within) else None


def _reduced(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    """Finds the expected tensor after one reduction too many, or one that was expanded over the batch."""
    for axis in (axis for axis in range(expected.ndim) if expected.shape[axis] > 1):
        for keep in (True, False):
            for name, reduced in (("mean", expected.mean(axis, keepdim=keep)),
                                  ("sum", expected.sum(axis, keepdim=keep))):
                target = reduced.expand_as(expected) if keep and got.shape == expected.shape else reduced
                if got.shape == target.shape and close(got, target, 10 * within):
                    return facts.Reduced(name, axis)
    return None


RELATIONS: tuple[Callable[[Tensor, Tensor, float], Fact | None], ...] = (
    _extra_axes, _constant, _should_be_zero, _axes_permuted, _few_digits, _scaled, _shifted, _activation,
    _other_activation, _relabelled, _mirrored, _other_order, _reduced)
# the relations that mean something even if the expected numbers are all the same
BY_SHAPE = (_extra_axes, _constant, _should_be_zero)


# The next two are about images (facts.OF_IMAGES). They are tried only if an input has the same batch, or the same map.
def _one_image(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    right = [i for i in range(len(got)) if close(got[i], expected[i], within)]
    if right == [0] and _varies(expected[0], within):
        return facts.OnlyFirstImage(len(got))
    alike = [all(close(t[i], t[0], within) for i in range(1, len(t))) for t in (got, expected)]
    return facts.SameForAllImages() if alike == [True, False] else None


def _border(got: Tensor, expected: Tensor, within: float) -> Fact | None:
    for width in (1, 2, 3):
        inside = (..., slice(width, -width), slice(width, -width))
        if (
            min(expected.shape[-2:]) > 2 * width + 1
            and _varies(expected[inside], within)
            and close(got[inside], expected[inside], within)
        ):
            return facts.Border(width)
    return None


def of_images(got: Tensor, expected: Tensor, x: Tensor, within: float) -> Fact | None:
    """Says whether the difference follows the batch or the border of a map. Returns None if `x` is not a batch or map
    of that size, or if the difference has no such pattern."""
    if got.shape != expected.shape or min(got.ndim, x.ndim) < 2:
        return None
    batch = _one_image(got, expected, within) if len(x) == len(got) > 1 else None
    return batch or (
        _border(got, expected, within) if got.ndim == x.ndim == 4 and x.shape[2:] == got.shape[2:] else None
    )


def with_input(got: Tensor, expected: Tensor, x: Tensor, name: str, within: float) -> Fact | None:
    """Says how a wrong output could be made from the expected one and the input `x`: added, multiplied, or left out."""
    if fact := of_input_alone(got, x, name, within):
        return fact
    if got.shape == expected.shape == x.shape:
        if close(got, expected + x, 10 * within):
            return facts.InputAdded(name)
        if close(got + x, expected, 10 * within):
            return facts.InputNotAdded(name)
    try:  # looked at before they are multiplied: a column times a row is larger than both
        if torch.broadcast_shapes(got.shape, x.shape, expected.shape) != expected.shape:
            return None
    except RuntimeError:  # shapes that do not broadcast have no such relation
        return None
    if close(torch.broadcast_to(got * x, expected.shape), expected, 10 * within):
        return facts.InputNotMultiplied(name)
    told_apart = x.ndim < 3 or x[0, 0].numel() > 1  # with one position per channel, x may stand for its mean
    if (
        told_apart
        and got.shape == expected.shape
        and close(got, torch.broadcast_to(expected * x, got.shape), 10 * within)
    ):
        return facts.InputMultiplied(name)
    return None


def of_input_alone(got: Tensor, x: Tensor, name: str, within: float) -> Fact | None:
    """Says whether `got` is the input itself, or its mean, sum, maximum or minimum over some axes."""
    if got.numel() == x.numel() and close(got.flatten(), x.flatten(), within):
        return facts.IsInput(name, reshaped=got.shape != x.shape)
    if not 1 < x.ndim <= 4 or got.numel() >= x.numel():
        return None
    kept = [n for n in got.shape if n != 1]
    for count in range(1, x.ndim + 1):
        for axes in combinations(range(x.ndim), count):
            if kept == [n for i, n in enumerate(x.shape) if i not in axes and n != 1]:
                for how, reduced in (("mean", x.mean(axes)), ("sum", x.sum(axes)), ("maximum", x.amax(axes)),
                                     ("minimum", x.amin(axes))):
                    if close(got.flatten(), reduced.flatten(), 10 * within):
                        return facts.InputReduced(name, how, axes, whole=count == x.ndim)
    return None


def explain(got: Tensor, expected: Tensor, within: float, inputs: dict[str, Tensor] | None = None) -> tuple[Fact, ...]:
    """Returns how `got` differs from `expected`, and where. The most telling fact comes first; their shapes follow if
    they differ.

    inputs: if `got` is an output, the inputs from which it was computed, by name; for a gradient, none.
    """
    if got.is_floating_point() and not torch.isfinite(got).all() and torch.isfinite(expected).all():
        return (facts.NotFinite(int(got.isnan().sum()), int(got.isinf().sum()), got.numel()),)
    a, b = got.double(), expected.double()
    relation = _relation(a, b, within, inputs or {}) if a.numel() and b.numel() else None
    shapes = () if a.shape == b.shape else (facts.WrongShape(tuple(b.shape), tuple(a.shape)),)
    if relation or shapes:
        return (relation, *shapes) if relation else shapes
    wrong = ~_agrees(a, b, within)
    first = tuple(wrong.nonzero()[0].tolist())
    if wrong.numel() == 1:
        return (facts.NumberDiffers(b[first].item(), a[first].item()),)
    return (facts.NumbersDiffer(int(wrong.sum()), wrong.numel(), (a - b).abs().max().item(), first, b[first].item(),
                                a[first].item()),)


def _relation(got: Tensor, expected: Tensor, within: float, inputs: dict[str, Tensor]) -> Fact | None:
    varied = _varies(expected, within)
    for relation in RELATIONS if varied else BY_SHAPE:
        if fact := relation(got, expected, within):
            return fact
    for name, x in inputs.items() if varied else ():
        if fact := of_images(got, expected, x, within) or with_input(got, expected, x.double(), name, within):
            return fact
    return None


def difference_of_values(got: Any, expected: Any, integer: bool = False) -> Fact | None:
    """Returns None if two plain values are equal (numbers by value), else how they differ.

    integer: True if a float is not accepted for an int.
    """
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (got, expected))
    if integer and numeric and isinstance(expected, int) and not isinstance(got, int):
        return facts.NotAnInt(expected, got)
    if numeric and (got == expected or abs(float(got) - float(expected)) <= 1e-9 * max(1.0, abs(float(expected)))):
        return None
    if not numeric and got == expected and type(got) is type(expected):
        return None
    return facts.ValueDiffers(expected, got,
                              near=bool(numeric and expected and abs(got - expected) <= FEW_DIGITS * abs(expected)))
