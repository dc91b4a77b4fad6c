"""What a file of recorded checks may hold: it can come from anybody, and is to ask an exercise, not to run what it
names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from torch import nn

from . import values
from .kinds import NAMES, fits
from .protocol import NUMBER, Call, Question
from .recorded import RecordedExercise
from .verdict import SHARES

DEVICES = "cpu", "meta", "cuda"
# Of numbers in a question, and of those in torch's layers that it builds: the course's largest are 9,216 and 1.2
# million.
WHOLE, NUMBERS = 1 << 14, 8 << 20
FAMILIES = ("activation", "batchnorm", "container", "conv", "dropout", "flatten", "instancenorm", "linear",
            "normalization", "pooling")
# By these a layer's output outgrows its input.
REACHES, REACH = ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"), 64
GIVEN = 960  # features that a factory may be called with: many numbers of groups and heads divide it


def problem(exercise: RecordedExercise) -> str:
    """What in a recorded exercise is more than data, or other data than there should be;
    nothing where it is as recorded."""
    if not fits(exercise, RecordedExercise):
        return "a field holds something of another kind"
    for case in exercise.cases:
        question = case.question
        if case.check not in SHARES or question.dtype not in NAMES or question.device not in DEVICES:
            return "it asks for a check, dtype or device that there is not"
        if wrong := _too_large(question):
            return wrong
        if question.method not in ("forward", NUMBER) and (
            question.method.startswith("_") or hasattr(nn.Module, question.method)
        ):
            return f"it calls {question.method[:40]!r}, which is no method of an exercise"
    return ""


def named(question: Question) -> Iterator[str]:
    """The names of the exercises that are built for a question, or handed over with it."""
    return (node["exercise"] for node in _nodes(question) if isinstance(node, dict) and "exercise" in node)


def defined_in(namespace: dict[str, Any], thing: Any) -> bool:
    """Is `thing` a function or class of this notebook or file, and not one that was imported?"""
    return (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__ == namespace.get("__name__")


def _nodes(question: Question) -> Iterator[Any]:
    """Every node of a question, those inside others too."""
    calls: list[Question | Call] = [
        # whatever calls a question will have
        question, *(each for each in vars(question).values() if isinstance(each, Call))]
    waiting = [node for call in calls for node in (*call.args, *call.kwargs.values())]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, dict | list):
            waiting += node.values() if isinstance(node, dict) else node


def _too_large(question: Question) -> str:
    """What in a question would take much memory; nothing if all is as small as in a lesson.
    Nothing is allocated to find out."""
    numbers = 0
    for node in _nodes(question):
        if isinstance(node, int) and abs(node) > WHOLE:
            return f"it names the number {node:,}; at most {WHOLE:,} is asked for"
        if isinstance(node, dict) and "module" in node:
            try:
                numbers += _numbers_of(node)
            except Exception as error:  # torch's own layers raise what they like
                return f"it can't build {node['module'][:40]!r}: {error}"[:300]
    return f"it builds layers of {numbers:,} numbers; at most {NUMBERS:,} are built" if numbers > NUMBERS else ""


def _numbers_of(node: dict) -> int:
    """How many parameters and buffers a layer of torch's has, but for those of the layers that it is made of. Raises
    ValueError for a kind that may hold, or make of its input, more than its arguments tell, and what torch raises
    for arguments that don't fit."""
    kind: Any = getattr(nn, node["module"], None)
    family = kind.__module__.rpartition(".")[2] if inspect.isclass(kind) else ""
    if family not in FAMILIES:
        raise ValueError("it is none of the layers that a check may hold")
    if family == "container":
        return 0
    elsewhere = {"device": "meta"} if "device" in inspect.signature(kind).parameters else {}
    given = values.filled({"args": node.get("args", []), "kwargs": node.get("kwargs", {}) | elsewhere}, GIVEN)
    layer = values.torch_module({"module": node["module"], **given}, {}, _refused)
    for name in REACHES:
        size = getattr(layer, name, 0)
        if any(isinstance(each, int) and abs(each) > REACH for each in (size if isinstance(size, tuple) else (size,))):
            raise ValueError(f"its {name} is {size}, and at most {REACH} is built")
    return sum(tensor.numel() for tensor in [*layer.parameters(), *layer.buffers()])


def _refused(node: dict) -> Any:
    raise ValueError(f"it is given something with the keys {sorted(node)}")
