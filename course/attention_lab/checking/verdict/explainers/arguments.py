"""Sees an argument that has another default than the exercise's, or no effect."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from ...form.protocol import Answer, Question
from ...known.fingerprint import Fingerprint
from ..cause import Cause
from ..differences import differences
from ..evidence import Evidence
from ..leading import candidates

CRASHES = 4  # of an answer that stops with an error whatever it is passed, so many are enough


def arguments(evidence: Evidence) -> list[Cause]:
    """Returns a cause for each argument with another default, and for each without an effect."""
    wanted, mine = (header.signature for header in (evidence.exercise.cases[0].expected, evidence.answers[0][0]))
    causes = [_other_default(evidence, name, value, mine[name]) if mine[name] != value else
              _no_effect(evidence, name, ast.literal_eval(value))
              for name, value in wanted.items() if value and mine.get(name)]
    return [cause for cause in causes if cause]


def _other_default(evidence: Evidence, name: str, value: str, other: str) -> Cause | None:
    """Returns a cause that explains the cases that are right once the argument is given."""
    explains = set()
    for i in evidence.asked.view.failing:
        case = evidence.exercise.cases[i]
        given = _with(evidence, i, name, ast.literal_eval(value))
        if _given(evidence, i, name) is None and not differences(case, evidence.again(i, given),
                                                                 evidence.exercise.scale):
            explains.add(i)
    return _cause(evidence, explains, f"If `{name}` is not given, your code uses {other}. The default should be "
                                      f"{value}.")


def _no_effect(evidence: Evidence, name: str, default: Any) -> Cause | None:
    """Returns a cause that explains the cases that pass the argument, if no answer changes with it."""
    cases, computed, crashes = evidence.exercise.cases, False, 0
    given = {i for i, case in enumerate(cases) if not case.expected.raised and i not in evidence.exercise.apart
             and _given(evidence, i, name) not in (None, [_node(default)])}
    explains = given & evidence.asked.view.failing
    by_size = sorted(given, key=lambda i: sum(t.numel() for t in cases[i].tensors.values()))  # most end with the first
    for i in sorted(by_size, key=lambda i: i not in explains) if explains else ():
        asked: dict[bool, Answer] = {}
        for other in _others(default):
            mine, theirs = _both(evidence, i, _with(evidence, i, name, other), asked)
            if mine[0].raised and theirs[0].raised:
                crashes += 1
                if crashes > CRASHES:
                    return None
                continue
            if mine[0].output is None:  # it returns nothing, whatever is passed
                continue
            if _returns_an_input(mine[1], cases[i].tensors):  # its scale is still zero: nothing has an effect yet
                continue
            if not _same(cases[i].fingerprint(*mine), cases[i].fingerprint(*theirs)):
                return None
            computed = True
    return _cause(evidence, explains, f"The argument `{name}` has no effect. Use it.") if computed else None


def _others(default: Any) -> list[Any]:
    """Returns values with which an argument is tried: of a number also small ones, because a lower limit may hide what
    a large one does."""
    return [default, 1, 2] if isinstance(default, int | float) and not isinstance(default, bool) else [default]


def _same(one: Fingerprint, other: Fingerprint) -> bool:
    return one[0] == other[0] and torch.equal(one[1], other[1])


def _both(evidence: Evidence, i: int, other: Question, asked: dict[bool, Answer]) -> tuple[Answer, Answer]:
    """Returns the answers to a case and to another question about it. Where the case's weights have no place in one of
    them, both modules keep the weights that torch draws for them. asked: the answers to the case so far."""
    for loaded in (True, False):
        question = replace(evidence.exercise.cases[i].question, trace=False)
        if not loaded:
            question, other = (replace(each, construct=each.construct and replace(each.construct, load_weights=False))
                               for each in (question, other))
        if loaded not in asked:
            asked[loaded] = evidence.again(i, question)
        theirs = evidence.again(i, other)
        if not (asked[loaded][0].unplaced or theirs[0].unplaced):
            break
    return asked[loaded], theirs


def _returns_an_input(output: dict[str, Tensor], given: dict[str, Tensor]) -> bool:
    return any(one.shape == other.shape and torch.equal(one, other) for name, one in output.items()
               if name.startswith("output") for other in given.values())


def _cause(evidence: Evidence, explains: set[int], sentence: str) -> Cause | None:
    rest = set(candidates(evidence.found)) - explains - evidence.exercise.apart
    return Cause(sentence, explains, rest) if explains else None


def _given(evidence: Evidence, i: int, name: str) -> list[Any] | None:
    """Returns what a case passes as the argument, in a list; None if it does not pass it."""
    question = evidence.exercise.cases[i].question
    call = question.construct or question
    place = _place(evidence, name)
    given = [*([call.kwargs[name]] if name in call.kwargs else []), *call.args[place:place + 1]]
    return given or None


def _place(evidence: Evidence, name: str) -> int:
    return list(evidence.exercise.cases[0].expected.signature).index(name)


def _with(evidence: Evidence, i: int, name: str, value: Any) -> Question:
    """Returns a case's question with another value of the argument."""
    question, place = evidence.exercise.cases[i].question, _place(evidence, name)

    def changed(call: Any) -> Any:
        if call is None:
            return None
        if place < len(call.args):
            return replace(call, args=[*call.args[:place], _node(value), *call.args[place + 1:]])
        return replace(call, kwargs=call.kwargs | {name: _node(value)})

    question = replace(question, trace=False)
    if question.construct:
        return replace(question, construct=changed(question.construct))
    return replace(changed(question), earlier=changed(question.earlier), earliest=changed(question.earliest))


def _node(value: Any) -> Any:
    return {"tuple": list(value)} if isinstance(value, tuple) else value
