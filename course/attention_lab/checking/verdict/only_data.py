"""Tests what a file of recorded checks holds. The file may come from anybody. It may put questions to an exercise, but
it must not make other code run by naming it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from torch import nn

from ..ask.trials import TRIALS
from ..form import values
from ..form.kinds import fits
from ..form.protocol import NUMBER, Call, Question
from ..known.recorded import RecordedExercise
from .verdict import SHARES

DEVICES = "cpu", "meta", "cuda"
# The largest whole number in a question, and the most numbers in torch's layers that it builds. In the course's own
# questions, these are 9,216 and 1.2 million.
WHOLE, NUMBERS = 1 << 14, 8 << 20
OF_A_TRIAL = 128  # the largest whole number among a trial's arguments, which are widths and seeds below 100
FAMILIES = ("activation", "batchnorm", "container", "conv", "dropout", "flatten", "instancenorm", "linear",
            "normalization", "pooling")
# With these arguments, a layer's output can become larger than its input.
REACHES, REACH = ("kernel_size", "stride", "padding", "dilation", "output_padding", "output_size"), 64
GIVEN = 960  # features with which a factory is tried: many numbers of groups and heads divide it


def problem(exercise: RecordedExercise) -> str:
    """Says what is wrong with a recorded exercise: something in it is more than data, or is not the data that we
    record. Returns an empty text if nothing is wrong."""
    if not fits(exercise, RecordedExercise):
        return "a field holds something of another kind"
    for case in exercise.cases:
        question = case.question
        if case.check not in SHARES or question.dtype not in values.DTYPE or question.device not in DEVICES:
            return "it asks for a check, dtype or device that does not exist"
        if question.trial is not None and question.trial not in TRIALS:
            return f"it asks for the trial {question.trial[:40]!r}, which does not exist"
        if wrong := _too_large(question):
            return wrong
        if question.method not in ("forward", NUMBER) and (
            question.method.startswith("_") or hasattr(nn.Module, question.method)
        ):
            return f"it calls {question.method[:40]!r}, which is not a method of an exercise"
    return ""


def named(question: Question) -> Iterator[str]:
    """Yields the names of the exercises that are built for a question, or passed with it."""
    return (node["exercise"] for node in _nodes(question) if isinstance(node, dict) and "exercise" in node)


def defined_in(namespace: dict[str, Any], thing: Any) -> bool:
    """Says whether `thing` is a function or class of this notebook or file, and was not imported."""
    return (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__ == namespace.get("__name__")


def _nodes(question: Question) -> Iterator[Any]:
    """Yields every node of a question, including nodes inside others."""
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
    """Returns what in a question would take much memory; empty if everything is as small as in a lesson. Nothing is
    allocated to find out."""
    numbers, most = 0, OF_A_TRIAL if question.trial else WHOLE
    for node in _nodes(question):
        if isinstance(node, int) and abs(node) > most:
            return f"it holds the number {node:,}, but such a check asks for at most {most:,}"
        if isinstance(node, dict) and "module" in node:
            try:
                numbers += _numbers_of(node)
            except Exception as error:  # torch's own layers raise what they like
                return f"it can't build {node['module'][:40]!r}: {error}"[:300]
    return f"it builds layers of {numbers:,} numbers; at most {NUMBERS:,} are built" if numbers > NUMBERS else ""


def _numbers_of(node: dict) -> int:
    """Returns how many parameters and buffers a layer of torch's has, without those of the layers inside it.

    Raises ValueError for a kind of layer that may hold, or produce, more than its arguments tell. Raises torch's own
    errors for arguments that do not fit.
    """
    kind: Any = getattr(nn, node["module"]) if node["module"] in nn.modules.__all__ else None
    family = kind.__module__.rpartition(".")[2] if kind else ""
    if family not in FAMILIES:
        raise ValueError("it is not one of the layers that a check may hold")
    if family == "container":
        return 0
    elsewhere = {"device": "meta"} if "device" in inspect.signature(kind).parameters else {}
    arguments = values.filled({"args": node.get("args", []), "kwargs": node.get("kwargs", {}) | elsewhere}, GIVEN)
    layer = values.torch_module({"module": node["module"], **arguments}, {}, _refuse)
    for name in REACHES:
        size = getattr(layer, name, 0)
        if any(isinstance(each, int) and abs(each) > REACH for each in (size if isinstance(size, tuple) else (size,))):
            raise ValueError(f"its {name} is {size}, and at most {REACH} is built")
    return sum(tensor.numel() for tensor in [*layer.parameters(), *layer.buffers()])


def _refuse(node: dict) -> Any:
    raise ValueError(f"it is given something with the keys {sorted(node)}")
