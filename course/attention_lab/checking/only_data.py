"""What a file of recorded checks may hold: it can come from anybody, and is to ask an exercise, not to run what it names."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from torch import nn

from .kinds import NAMES, fits
from .protocol import NUMBER, Call, Question
from .recorded import RecordedExercise
from .verdict import SHARES

DEVICES = "cpu", "meta", "cuda"


def problem(exercise: RecordedExercise) -> str:
    """What in a recorded exercise is more than data, or other data than there should be; nothing where it is as recorded."""
    if not fits(exercise, RecordedExercise):
        return "a field holds something of another kind"
    for case in exercise.cases:
        question = case.question
        if case.check not in SHARES or question.dtype not in NAMES or question.device not in DEVICES:
            return "it asks for a check, dtype or device that there is not"
        if question.method not in ("forward", NUMBER) and (question.method.startswith("_") or hasattr(nn.Module, question.method)):
            return f"it calls {question.method[:40]!r}, which is no method of an exercise"
    return ""


def named(question: Question) -> Iterator[str]:
    """The names of the exercises that are built for a question, or handed over with it."""
    calls: list[Question | Call] = [
        question, *(each for each in vars(question).values() if isinstance(each, Call))]  # whatever calls a question will have
    for node in [node for call in calls for node in (*call.args, *call.kwargs.values())]:
        yield from _named(node)


def defined_in(namespace: dict[str, Any], thing: Any) -> bool:
    """Is `thing` a function or class of this notebook or file, and not one that was imported?"""
    return (inspect.isfunction(thing) or inspect.isclass(thing)) and thing.__module__ == namespace.get("__name__")


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "exercise" in node:
            yield node["exercise"]
        for item in node.values():
            yield from _named(item)
    elif isinstance(node, list):
        for item in node:
            yield from _named(item)
