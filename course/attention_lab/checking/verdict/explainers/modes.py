"""Sees an answer that is wrong only because of the module's mode, training or eval."""

from __future__ import annotations

from dataclasses import replace

from ...facts import facts
from ..cause import Cause
from ..differences import differences
from ..evidence import Evidence
from ..leading import worst


def modes(evidence: Evidence) -> list[Cause]:
    """Puts the leading question in the other mode. If the answer is right there, the mode is the cause."""
    i = evidence.leading
    case = evidence.exercise.cases[i]
    mode = case.question.train
    if not evidence.wrong_output(i) or not case.question.construct:
        return []
    if differences(case, evidence.again(i, replace(case.question, train=not mode)), evidence.exercise.scale):
        return []
    here, there = ("training", "eval") if mode else ("eval", "training")
    seen = worst(evidence.details(i)).facts[0]
    what = f"returns `{seen.name}` as it is" if isinstance(seen, facts.IsInput) else "gives a wrong answer"
    alike = {i, *evidence.alike}
    others = {j for j in alike if evidence.exercise.cases[j].question.train != mode}
    sentence = f"In {here} mode your module {what}. In {there} mode, the same call is right."
    return [Cause(sentence, alike - others, others)]
