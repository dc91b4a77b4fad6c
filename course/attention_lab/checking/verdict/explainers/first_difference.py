"""Sees at which named sub-module a wrong output begins, and what is done with the last right one."""

from __future__ import annotations

import torch
from torch import Tensor

from ...facts import facts
from ...facts.compare import close, largest, tolerance
from ...facts.facts import Fact
from ...form.protocol import Answer
from ...known.recorded import RecordedCase
from ..differences import inputs_of
from ..evidence import Evidence
from ..instead import instead
from ..trace import first_difference

POSITIONS = 3  # with at least so many axes, there are positions besides images and channels


def begins(evidence: Evidence, i: int, known: bool = False) -> Fact | None:
    """Returns where in the learner's module the difference of a case begins, as far as that can be seen.

    known: whether the cause is known. If not, it is guessed.
    """
    case = evidence.exercise.cases[i]
    if not case.question.trace or not evidence.wrong_output(i) or not evidence.picture(i):
        return None
    traced = evidence.trace(i)
    fact, _ = first_difference(case, traced, evidence.exercise.scale, inputs_of(case))
    guess = _not_gathered(case, traced) if isinstance(fact, facts.AllAgree) and not known else None
    return guess or (instead(case, traced, fact) if fact else None)


def _not_gathered(case: RecordedCase, observation: Answer) -> Fact | None:
    """Returns a fact if an attention module returns only a sub-module's output, or a multiple of it. (The expected
    output is not such a multiple, because it mixes positions.)"""
    header, tensors = observation
    got, expected = tensors.get("output"), case.expected_tensors.get("output")
    if header.raised or got is None or expected is None or got.shape != expected.shape or not got.is_floating_point():
        return None
    if got.ndim < POSITIONS:
        return None
    within = tolerance(case.largest["output"], 0.0, case.question.dtype)
    for name in [entry.name for entry in case.expected.trace]:
        gave = tensors.get(f"gave.{name}")
        if gave is None or gave.shape != got.shape or not gave.is_floating_point() or not largest(gave):
            continue
        if not _each_by_itself(case, observation, name):
            continue
        for shortcut, x in [(None, torch.zeros_like(got)), *inputs_of(case).items()]:
            if x.shape == got.shape and _multiple(got - x, gave, within) and not _multiple(expected - x, gave, within):
                return facts.NotGathered(name, shortcut)
    return None


def _each_by_itself(case: RecordedCase, observation: Answer, name: str) -> bool:
    """Says whether a sub-module reads an input of the call, and each position by itself: its weights have no kernel
    larger than 1."""
    header, tensors = observation
    received = tensors.get(f"received.{name}.0")
    weights = [t for n, t in case.tensors.items() if n.startswith(f"state.{name}.")]
    if received is None or any(size > 1 for t in weights for size in t.shape[2:]):
        return False
    read = received.flatten().sort().values
    return any(close(read, x.to(read).flatten().sort().values, 1e-6) for x in inputs_of(case).values())


def _multiple(t: Tensor, of: Tensor, within: float) -> bool:
    factor = (t * of).sum() / (of * of).sum()
    return bool(factor.abs() > 1e-6) and close(t, factor * of, 10 * within)
