"""Derives everything that an exercise is tested on from its declaration: hidden cases from a secret seed, and visible
cases of fixed small sizes.

As in PyTorch's `ModuleInfo`, an exercise says once how it is called. The other cases follow from that, with their
labels: memory orders, training mode, a second call, float32, another device, large numbers and zeros. Gradients of
every input and parameter, buffers, and changes in place are compared in all of them, although no exercise mentions
them.

Only numbers are used for which honest answers agree to 1e-9. So only cases of the check "large" may overflow a bare
`exp`. No gradient is taken at zeros, because a ReLU and a clamp have different gradients there.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from types import ModuleType
from typing import Any

from .declare import Case, Earlier, Exercise, Factory, Given, RandomTensor, TorchModule

VISIBLE = "visible"  # the seed of the recorded checks that learners hold; a class's hidden graders have a secret one
REFUSALS = 2  # of each exercise, in its visible check


@dataclass(frozen=True)
class Standard:
    """A case that every exercise with tensors gets.

    change: makes the case from an ordinary call. If it returns the same call, the case does not apply.
    """

    words: str
    change: Callable[[Exercise, Case], Case]
    visible: bool = True
    modules_only: bool = False


def _relaid(exercise: Exercise, case: Case, layout: str, axes: Sequence[int]) -> Case:
    """Changes the memory order of tensors.

    layout: a key of attention_lab's LAYOUTS.
    axes: the numbers of axes for which this layout is made.
    """
    return with_tensors(case, lambda t: replace(t, layout=layout)
                         if len(t.shape) in axes and t.kind == "normal" else t)


def _scaled(case: Case, factor: float) -> Case:
    return with_tensors(case, lambda t: replace(t, scale=factor * t.scale))


def zeros_and_ones(case: Case) -> Case:
    return with_tensors(case, lambda t: replace(t, kind="mask") if t.kind == "normal" else t)


def _overflowing(exercise: Exercise, case: Case) -> Case:
    """Makes the numbers overflow. No gradients are compared, because a softmax or sigmoid of such scores is 0 or 1, so
    its gradients say nothing."""
    return replace(_scaled(case, exercise.overflow), gradients=False, large=True) if exercise.overflow else case


STANDARD = (
    Standard("channels-last order of memory", partial(_relaid, layout="channels_last", axes=(4,))),
    Standard("every second element of a larger tensor", partial(_relaid, layout="strided", axes=range(1, 9))),
    Standard("a transposed tensor", partial(_relaid, layout="transposed", axes=range(2, 9))),
    Standard("training mode", lambda _, case: replace(case, train=True), modules_only=True),
    Standard("large numbers", lambda exercise, case: _scaled(case, exercise.large), visible=False),
    Standard("scores too large for `exp` alone", _overflowing),
    Standard("an input that needs no gradient", lambda _, case: with_tensors(case, lambda t: replace(t, grad=False)),
             visible=False),
    # a mean of what is not zero is another one
    Standard("zeros and ones", lambda _, case: replace(zeros_and_ones(case), gradients=False), visible=False),
    Standard("zeros", lambda _, case: replace(_scaled(case, 0.0), gradients=False), visible=False),
    # shows what was changed in place
    Standard("the same input twice", lambda _, case: replace(case, again=True), visible=False),
    Standard("a call after others", lambda _, case: replace(case, earlier=True)),
    Standard("float32 numbers", lambda _, case: replace(case, dtype="float32")),
    Standard("another device", lambda _, case: replace(case, device=True)),
)


def hidden(exercises: Sequence[Exercise], reference: ModuleType, seed: str) -> dict[str, tuple[Case, ...]]:
    """The hidden cases of each exercise. The same seed gives the same cases."""
    return {e.name: tuple(_hidden(e, getattr(reference, e.name), Random(f"{seed} {e.name}"))) for e in exercises}


def visible(exercises: Sequence[Exercise], reference: ModuleType) -> dict[str, tuple[Case, ...]]:
    """The visible cases of each exercise."""
    return {e.name: tuple(_visible(e, getattr(reference, e.name), Random(f"{VISIBLE} {e.name}"))) for e in exercises}


def _hidden(exercise: Exercise, thing: Callable, r: Random) -> Iterator[Case]:
    """Yields the hidden cases of one exercise. The first one is ordinary; everything that is standard is tested on more
    calls from the same function."""
    ordinary, *sizes = exercise.sizes
    label = partial(labelled, exercise.name, show_numbers=False)
    first = ordinary(r)
    yield label(first)
    for size in sizes:
        yield label(size(r))
    if tensors(first):
        yield label(replace(ordinary(r), label="other sizes"))
        for standard in STANDARD:
            if inspect.isclass(thing) or not standard.modules_only:
                call = ordinary(r)
                if (case := standard.change(exercise, call)) != call:
                    yield label(replace(case, label=standard.words))
        yield from map(label, _left_out(thing, first))
        yield from map(label, _after_forward(size(r) for size in sizes))
    for size in exercise.refuses:
        yield label(size(r))


def _visible(exercise: Exercise, thing: Callable, r: Random) -> Iterator[Case]:
    """The cases chosen by hand, the standard ones of one small call, and some refusals."""
    label = partial(labelled, exercise.name, show_numbers=True)
    yield from map(label, exercise.visible)
    if small := exercise.small:
        for standard in STANDARD:
            if standard.visible and (inspect.isclass(thing) or not standard.modules_only):
                if (case := standard.change(exercise, small)) != small:
                    yield label(replace(case, label=standard.words))
        yield from map(label, _left_out(thing, small))
        yield from map(label, _after_forward(iter(exercise.visible)))
    for size in exercise.refuses[:REFUSALS]:
        yield label(size(r))


def _after_forward(cases: Iterator[Case]) -> Iterator[Case]:
    """Yields a case that asks a method after other calls of the module. It shows whether `forward` keeps the result."""
    asked = next((case for case in cases if case.method not in ("forward", "parameters")), None)
    if asked:
        yield replace(asked, earlier=True, label="after other calls")


def _left_out(thing: Callable, case: Case) -> Iterator[Case]:
    """Yields a case that calls first with the optional tensor, and then without it. It shows whether an earlier mask
    is used again."""
    function = getattr(thing, case.method) if inspect.isclass(thing) else thing
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name != "self"]
    for i, (given, parameter) in enumerate(zip(case.args, parameters)):
        if isinstance(given, RandomTensor) and parameter.default is None:
            yield replace(case, args=case.args[:i], earlier=case.args, label="a second call, without "
                                                                             f"`{parameter.name}`")
            return


def resized(case: Case) -> tuple[Case, Case]:
    """Returns two calls of other sizes on the same module. Both have one more image; the first one has other sides,
    too.

    Such a call comes first, and then a call of the module's own sizes. This shows whether anything is kept from either
    call: an index, a mask or a size. It even shows a gate that is kept only as long as the shape stays the same.
    """
    return _other_sides(case), with_tensors(case, _one_image_more)


def _other_sides(case: Case) -> Case:
    """Returns the call with one more image, and other sides. If sizes are given beside tokens, the sizes and the tokens
    are doubled, so that windows still fit."""
    if not any(map(_is_size, case.args)):
        return with_tensors(case, _longer)
    return with_tensors(replace(case, args=tuple(_twice(value) if _is_size(value) else value for value in case.args)),
                         _doubled)


def _is_size(value: Any) -> bool:
    """Says whether a value is a side, or a height and a width."""
    return type(value) is int or type(value) is tuple and all(type(side) is int for side in value)


def _twice(size: int | tuple[int, ...]) -> int | tuple[int, ...]:
    return tuple(2 * side for side in size) if isinstance(size, tuple) else 2 * size


def _longer(tensor: RandomTensor) -> RandomTensor:
    """A longer batch, and a map of longer sides or a longer row of tokens."""
    batch, *sides = tensor.shape
    match sides:
        case channels, height, width:
            return replace(tensor, shape=(batch + 1, channels, height + 1, width + 2))
        case tokens, channels:
            return replace(tensor, shape=(batch + 1, tokens + 1, channels))
    return _one_image_more(tensor)


def _doubled(tensor: RandomTensor) -> RandomTensor:
    """A longer batch, and a grid of twice the sides, or its tokens in a row, before the channels."""
    batch, *sides, channels = tensor.shape
    return replace(tensor, shape=(batch + 1, *(side * (4 if len(sides) == 1 else 2) for side in sides), channels))


def _one_image_more(tensor: RandomTensor) -> RandomTensor:
    return replace(tensor, shape=(tensor.shape[0] + 1, *tensor.shape[1:]))


def tensors(case: Case) -> list[RandomTensor]:
    """Returns every tensor that a case draws for its call, in order."""
    found: list[RandomTensor] = []

    def seen(tensor: RandomTensor) -> RandomTensor:
        found.append(tensor)
        return tensor

    with_tensors(case, seen)
    return found


def relaid(case: Case) -> bool:
    """Says whether a tensor of the call lies in memory in an unusual order."""
    return any(t.layout != "contiguous" for t in tensors(case))


def with_tensors(case: Case, change: Callable[[RandomTensor], RandomTensor]) -> Case:
    """The case with every tensor of its call changed."""
    return replace(case, args=_mapped(case.args, change),
                   kwargs={key: _mapped(value, change) for key, value in case.kwargs.items()})


def _mapped(value: Any, change: Callable[[RandomTensor], RandomTensor]) -> Any:
    if isinstance(value, RandomTensor):
        return change(value)
    return type(value)(_mapped(item, change) for item in value) if type(value) in (list, tuple) else value


def labelled(name: str, case: Case, show_numbers: bool) -> Case:
    """Returns the case with its whole label: words, the module's arguments, and the tensors' shapes.

    show_numbers: True also shows arguments that are not tensors. A hidden case does not show them, because then the
        expected result could be computed by hand and written down.
    """
    parts = [case.label] if case.label else []
    if case.method != "forward":
        parts.append("the number of its parameters" if case.method == "parameters" else f"its method `{case.method}`")
    shapes = [str(t.shape) for t in tensors(case)]
    if case.construct and (shapes or show_numbers):
        parts.append(f"{name}({_arguments(case.construct)})")
    if shapes:
        parts.append(f"shape{'s' if len(shapes) > 1 else ''} {' and '.join(shapes)}")
    elif show_numbers and not case.construct and not case.trial:
        parts.append(f"{name}({_arguments(case.args, case.kwargs)})")
    return replace(case, label=", ".join(parts) or "other numbers than the page's")


def _arguments(given: dict[str, Any] | tuple, named: dict[str, Any] | None = None) -> str:
    positional, by_name = ((), given) if isinstance(given, dict) else (given, named or {})
    return ", ".join([*map(_shown, positional), *(f"{key}={_shown(value)}" for key, value in by_name.items())])


def _shown(value: Any) -> str:
    if isinstance(value, TorchModule):
        return f"nn.{value.name}({_arguments(value.args, value.kwargs)})"
    if isinstance(value, Factory):
        return f"lambda width: {_shown(value.of)}"
    if isinstance(value, Given):
        return "width"
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, value))}{',' * (len(value) == 1)})"
    return f"{value.name}(...)" if isinstance(value, Earlier) else repr(value)
