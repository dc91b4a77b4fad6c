"""Sees an answer that does not compute: the same numbers for every input."""

from __future__ import annotations

from typing import Any

from ...known.recorded import RecordedCase
from ..evidence import Evidence

FEWEST = 3  # with fewer cases, a number may be the same by chance


def same_number(evidence: Evidence) -> str | None:
    """Returns what the code gives in all cases: a number, or one of its arguments, or a tuple of such. Returns None if
    it does not."""
    exercise = evidence.exercise
    cases = [(case, _numbers(case.expected.output), _numbers(header.output))
             for case, (header, _) in zip(exercise.cases, evidence.answers) if case.check == "output"]
    if len(cases) < FEWEST or len({len(numbers) for _, *both in cases for numbers in both}) > 1:
        return None
    if not cases[0][1] or len({expected for _, expected, _ in cases}) < 2:
        return None
    found = [_same([(case, got[place]) for case, _, got in cases], exercise.cases[0].inputs)
             for place in range(len(cases[0][1]))]
    if None in found:
        return None
    return f"({', '.join(map(str, found))})" if isinstance(cases[0][0].expected.output, dict) else found[0]


def _numbers(value: Any) -> tuple[int | float, ...]:
    """Returns a number, or those of a tuple; nothing if there is anything else."""
    given = value["tuple"] if isinstance(value, dict) and "tuple" in value else [value]
    return tuple(given) if all(isinstance(each, int | float) for each in given) else ()


def _same(cases: list[tuple[RecordedCase, int | float]], names: list[str]) -> str | None:
    """Returns the number that is got in all cases, or the name of the argument that it is."""
    if len({(type(got), got) for _, got in cases}) == 1:
        return f"{cases[0][1]!r}"
    return next((f"`{name}`" for k, name in enumerate(names)
                 if all(got == _argument(case, k, name) for case, got in cases)), None)


def _argument(case: RecordedCase, k: int, name: str) -> Any:
    args = case.question.args
    return args[k] if k < len(args) else case.question.kwargs.get(name)
