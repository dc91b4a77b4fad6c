"""Sees that an argument has another default than the exercise's."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from ...form.protocol import Question
from ..cause import Cause
from ..differences import differences
from ..evidence import Evidence
from ..leading import candidates


def defaults(evidence: Evidence) -> list[Cause]:
    """Returns a cause for each such argument. It explains the cases that are right once the argument is given."""
    wanted, mine = (header.signature for header in (evidence.exercise.cases[0].expected, evidence.answers[0][0]))
    causes = [_cause(evidence, name, value, mine[name]) for name, value in wanted.items()
              if value and mine.get(name) and mine[name] != value]
    return [cause for cause in causes if cause]


def _cause(evidence: Evidence, name: str, value: str, other: str) -> Cause | None:
    explains = set()
    for i in evidence.asked.view.failing:
        case = evidence.exercise.cases[i]
        given = _with(case.question, name, ast.literal_eval(value))
        if not _given(evidence, i, name) and not differences(case, evidence.again(i, given), evidence.exercise.scale):
            explains.add(i)
    rest = set(candidates(evidence.found)) - explains - evidence.exercise.apart
    sentence = f"If `{name}` is not given, your code uses {other}. The default should be {value}."
    return Cause(sentence, explains, rest) if explains else None


def _given(evidence: Evidence, i: int, name: str) -> bool:
    """Says whether a case passes the argument."""
    question = evidence.exercise.cases[i].question
    call = question.construct or question
    place = list(evidence.exercise.cases[0].expected.signature).index(name)
    return name in call.kwargs or place < len(call.args)


def _with(question: Question, name: str, value: Any) -> Question:
    """Returns the question with the argument given by its name."""
    node = {"tuple": list(value)} if isinstance(value, tuple) else value
    if question.construct:
        return replace(question, trace=False, construct=replace(
            question.construct, kwargs=question.construct.kwargs | {name: node}))
    before = {key: replace(call, kwargs=call.kwargs | {name: node})
              for key, call in (("earlier", question.earlier), ("earliest", question.earliest)) if call}
    return replace(question, trace=False, kwargs=question.kwargs | {name: node},
                   earlier=before.get("earlier"), earliest=before.get("earliest"))
