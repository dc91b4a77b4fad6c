"""What every exercise is asked, drawn from a class's secret seed.

A lesson's `test_<topic>.py` holds GRADERS: for each exercise how the arguments and inputs of one call are drawn, size by size.
Here each becomes cases for the ordinary sizes and for what all exercises with tensors are asked: every order of memory, training
mode, a second call, float32, another device, large numbers, zeros. Gradients of every input and parameter, what was changed in
place and buffers are compared in all of them without being asked for.

Numbers stay where honest answers agree to 1e-9: a sigmoid written with `exp` must not overflow, and no gradient is taken at the
zeros, where a ReLU and a clamp differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from random import Random
from typing import Any

from autograder.declare import Case, Draw, Earlier, Exercise, TorchModule

Size = Callable[[Random], Case]  # draws one call; the label says in a learner's words what is special about it, or nothing

# Orders of memory: a key of attention_lab.values.LAYOUTS, its words, and the numbers of axes that it is made for.
ORDERS = (("channels_last", "channels-last order of memory", (4,)), ("strided", "every second element of a larger tensor", range(1, 9)),
          ("transposed", "a transposed tensor", range(2, 9)))


@dataclass(frozen=True)
class Grader:
    """What is special to an exercise.

    sizes: one case each; the first is ordinary, and everything else is asked of more calls drawn by it.
    refused: calls that must raise (their cases have `raises`).
    uses: the earlier exercises that it is built from; delegates: those of them that would be the answer, which may therefore be
    stood in for with their children only, without a forward. large: the factor that makes ordinary numbers large.
    """

    name: str
    sizes: tuple[Size, ...]
    refused: tuple[Size, ...] = ()
    uses: tuple[str, ...] = ()
    delegates: tuple[str, ...] = ()
    large: float = 24.0


def graders(topic: str) -> tuple[Grader, ...]:
    """The graders of a lesson, in the order of its grade cells."""
    return import_module(f"autograder.graders.test_{topic}").GRADERS


def drawn(topic: str, seed: str) -> tuple[Exercise, ...]:
    """The hidden cases of a lesson, in the order of its grade cells. The same seed gives the same cases."""
    reference = import_module(f"solutions.reference.{topic}")
    return tuple(Exercise(g.name, tuple(_cases(g, Random(f"{seed} {topic} {g.name}"), inspect.isclass(getattr(reference, g.name)))),
                          g.uses) for g in graders(topic))


def _cases(grader: Grader, r: Random, module: bool) -> Iterator[Case]:
    ordinary, *sizes = grader.sizes
    first = ordinary(r)
    yield _labelled(grader, first)
    for size in sizes:
        yield _labelled(grader, size(r))
    if tensors(first):
        for words, change in _asked_of_all(grader, tensors(first), module):
            case = change(ordinary(r))
            yield _labelled(grader, replace(case, label=words))
    for size in grader.refused:
        yield _labelled(grader, replace(size(r), aspect="errors"))


def _asked_of_all(grader: Grader, given: list[Draw], module: bool) -> Iterator[tuple[str, Callable[[Case], Case]]]:
    """What is asked of every exercise with tensors: in words, and what an ordinary case becomes."""
    yield "other sizes", lambda case: case
    for layout, words, axes in ORDERS:
        change = partial(_relaid, layout=layout, axes=axes)
        if any(change(draw) != draw for draw in given):
            yield words, partial(_with_tensors, change=change)
    if module:
        yield "training mode", lambda case: replace(case, train=True)
    yield "large numbers", lambda case: _with_tensors(case, lambda draw: replace(draw, scale=grader.large * draw.scale))
    yield "an input that needs no gradient", lambda case: _with_tensors(case, lambda draw: replace(draw, grad=False))
    yield "zeros", lambda case: replace(_with_tensors(case, lambda draw: replace(draw, scale=0.0)), gradients=False)
    yield "the same input twice", lambda case: replace(case, again=True, aspect="input")  # what was changed in place is seen by its result
    yield "a second call", lambda case: replace(case, earlier=True, aspect="state")
    yield "float32 numbers", lambda case: replace(case, dtype="float32", aspect="dtype")
    yield "another device", lambda case: replace(case, aspect="device")


def _relaid(draw: Draw, layout: str, axes: Sequence[int]) -> Draw:
    return replace(draw, layout=layout) if len(draw.shape) in axes and draw.kind == "normal" else draw


def tensors(case: Case) -> list[Draw]:
    """Every tensor that a case draws for its call, in order."""
    found: list[Draw] = []
    _with_tensors(case, lambda draw: found.append(draw) or draw)
    return found


def _with_tensors(case: Case, change: Callable[[Draw], Draw]) -> Case:
    """The case with every tensor of its call changed."""
    return replace(case, args=_mapped(case.args, change), kwargs={key: _mapped(value, change) for key, value in case.kwargs.items()})


def _mapped(value: Any, change: Callable[[Draw], Draw]) -> Any:
    if isinstance(value, Draw):
        return change(value)
    return type(value)(_mapped(item, change) for item in value) if type(value) in (list, tuple) else value


def _labelled(grader: Grader, case: Case) -> Case:
    """The case with its whole label: words, the module's arguments, the tensors' shapes.

    A function of plain numbers shows none: with the numbers, what is expected could be computed by hand and written down.
    """
    parts = [case.label] if case.label else []
    if case.construct:
        parts.append(f"{grader.name}({_arguments(case.construct)})")
    shapes = [str(draw.shape) for draw in tensors(case)]
    if shapes:
        parts.append(f"shape{'s' if len(shapes) > 1 else ''} {' and '.join(shapes)}")
    return replace(case, label=", ".join(parts))


def _arguments(construct: dict[str, Any] | tuple) -> str:
    shown = lambda value: f"{value.name}(...)" if isinstance(value, (TorchModule, Earlier)) else repr(value)  # noqa: E731
    if isinstance(construct, dict):
        return ", ".join(f"{key}={shown(value)}" for key, value in construct.items())
    return ", ".join(map(shown, construct))


# --- What lessons share: maps, and modules with a bottleneck -------------------------------------------------------------

def batch_and_map(r: Random) -> tuple[int, int, int]:
    """A batch, a height and a width, all different; small, because what is asked and answered travels between processes."""
    return tuple(r.sample(range(3, 8), 3))


def odd_sides(r: Random) -> tuple[int, int]:
    """An odd height and another odd width."""
    return tuple(r.sample((3, 5, 7, 9), 2))


Construct = dict[str, int] | tuple[int, ...]  # a module's channels and, unless it is the default, the reduction


def channels_of(construct: Construct) -> int:
    return construct["channels"] if isinstance(construct, dict) else construct[0]


def bottleneck(r: Random) -> Construct:
    """An ordinary bottleneck. With eight hidden channels or more in each image some of them are certain to be large."""
    hidden, reduction = r.randint(8, 11), r.randint(2, 6)
    return {"channels": hidden * reduction, "reduction": reduction}


def _rounded_down(r: Random, of_reduction: Callable[[int], int]) -> tuple[int, int]:
    """Channels and a reduction that leaves a rest."""
    hidden, reduction = r.randint(2, 4), r.randint(5, 7)
    return hidden * reduction + of_reduction(reduction), reduction


def _default(r: Random, default: int) -> Construct:
    return {"channels": default * r.randint(2, 4)}  # a default that is larger by one leaves another hidden width


def _default_with_rest(r: Random, default: int) -> Construct:
    return (default * r.randint(3, 5) - 1,)  # here one that is smaller by one does


def _small_rest(r: Random, default: int) -> Construct:
    return _rounded_down(r, lambda reduction: r.randint(1, 2))


def _large_rest(r: Random, default: int) -> Construct:
    channels, reduction = _rounded_down(r, lambda reduction: reduction - r.randint(1, 2))
    return {"reduction": reduction, "channels": channels}


def _one_hidden(r: Random, default: int) -> Construct:
    channels = r.randint(5, 12)
    return {"channels": channels, "reduction": channels}


def _not_reduced(r: Random, default: int) -> Construct:
    return {"channels": r.randint(5, 12), "reduction": 1}


def _one_too_few(r: Random, default: int) -> Construct:
    channels = r.randint(4, 12)
    return channels, channels + 1


def _far_too_few(r: Random, default: int) -> Construct:
    channels = r.randint(3, 9)
    return {"channels": channels, "reduction": channels * r.randint(2, 5)}


def _fewer_than_default(r: Random, default: int) -> Construct:
    return {"channels": r.randint(3, default - 1)}


KEPT = {"the default reduction": _default, "the default reduction, which leaves a rest": _default_with_rest,
        "a reduction that leaves a small rest": _small_rest, "a reduction that leaves a large rest": _large_rest,
        "one hidden channel": _one_hidden, "a reduction of 1": _not_reduced}
EMPTY = {"one channel too few for the reduction": _one_too_few, "far too few channels for the reduction": _far_too_few,
         "fewer channels than the default reduction": _fewer_than_default}


def bottlenecks(call: Callable[[Random, Construct], Case], default: int = 16) -> tuple[Size, ...]:
    """One size for each kind of bottleneck. call: an ordinary call of a module built with these arguments."""
    return tuple(lambda r, words=words, kind=kind: replace(call(r, kind(r, default)), label=words) for words, kind in KEPT.items())


def empty_bottlenecks(call: Callable[[Random, Construct], Case], default: int = 16) -> tuple[Size, ...]:
    """One refused size for each way to leave no hidden channel; the message names channels and reduction."""
    def refused(r: Random, words: str, kind: Callable[[Random, int], Construct]) -> Case:
        construct = kind(r, default)
        given = list(construct.values() if isinstance(construct, dict) else construct)
        return replace(call(r, construct), label=words, raises=(*given, default)[:2])

    return tuple(lambda r, words=words, kind=kind: refused(r, words, kind) for words, kind in EMPTY.items())
