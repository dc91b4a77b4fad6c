"""Code that was handed out with a mistake is mended where it stands, without the exercise that it imitates."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from ..checking.known.recorded import RecordedExercise
from ..checking.verdict.verdict import Check, Verdict, checks_in


def verdict_if_leaning(exercise: RecordedExercise, thing: Callable, namespace: dict[str, Any]) -> Verdict | None:
    """Returns a verdict of no points if `thing` is another name or a copy of the learner's answer to the imitated
    exercise, inherits from it or names it; otherwise None."""
    like, codes = namespace.get(exercise.like), _codes(thing)
    inherits = isinstance(thing, type) and isinstance(like, type) and issubclass(thing, like)
    if not exercise.like or not (thing is like or inherits or codes & _codes(like) or any(
            exercise.like in code.co_names for code in codes)):
        return None
    headline = (f"`{exercise.name}` leans on your `{exercise.like}`. A repair stands by itself: mend the code with "
                "which the cell was handed out.")
    checks = [Check(check, "failed", headline) for check in checks_in(exercise)]
    return Verdict(exercise.name, 0.0, exercise.points, checks, headline)


def _codes(thing: Any) -> set[CodeType]:
    """Returns the code of a function, or of a class's methods."""
    methods = vars(thing).values() if isinstance(thing, type) else [thing]
    return {method.__code__ for method in methods if isinstance(getattr(method, "__code__", None), CodeType)}
