"""Sees what all wrong numbers have in common: each is as many times too large, or too large by as much."""

from __future__ import annotations

import math

from ..cause import Cause
from ..evidence import Evidence

FEWEST = 2  # different numbers that must agree
DIGITS = 1e-9


def numbers(evidence: Evidence) -> list[Cause]:
    """Returns what relates the code's numbers to the expected ones, if that is the same in every failing case. Hidden
    cases say nothing of it, because it would give the expected number away."""
    exercise, failing = evidence.exercise, sorted(evidence.asked.view.failing - evidence.exercise.apart)
    pairs = [(exercise.cases[i].expected.output, evidence.answers[i][0].output) for i in failing]
    plain = all(isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
                for pair in pairs for value in pair)
    if not plain or len({wanted for wanted, _ in pairs}) < FEWEST or any(exercise.cases[i].secret for i in failing):
        return []
    by = {round(got - wanted, 9) for wanted, got in pairs}
    times = [got / wanted for wanted, got in pairs if wanted]
    if len(by) == 1 and (difference := by.pop()):
        return [_cause(f"{abs(difference):g} too {'large' if difference > 0 else 'small'}", failing)]
    alike = len(times) == len(pairs) and all(abs(factor - times[0]) <= DIGITS * abs(times[0]) for factor in times)
    told = alike and times[0] and abs(times[0] - 1) > DIGITS
    return [_cause(f"{times[0]:.4g} times the expected one", failing)] if told else []


def _cause(what: str, failing: list[int]) -> Cause:
    return Cause(f"Wherever your number is wrong, it is {what}.", set(failing))
