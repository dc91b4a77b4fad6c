"""The visible check of an exercise: `check(SEBlock)` in the notebook, beside the lesson's `checks.safetensors`."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import Tensor

from . import progress, recorded
from .observe import namespace_of, observe
from .recorded import Observation
from .report import Report
from .threads import one_thread
from .verdict import Ask, Verdict, judge


def check(thing: Callable, picture: bool = False) -> float:
    """Check one exercise on the lesson's recorded inputs, show the report, and return the points.

    thing: the function or class that the exercise asks for, under its own name.
    picture: also draw your output, the expected one and their difference, where both are tensors of one shape.
    Raises FileNotFoundError where the lesson's checks are not beside the notebook, ValueError for a name that the lesson
    does not ask for.
    """
    verdict = verdict_on(thing, Path.cwd() / recorded.FILE)
    _show(Report(verdict))
    if picture and verdict.shown:
        from .pictures import yours_against_expected  # matplotlib takes longer to import than a check takes

        _show(yours_against_expected(*verdict.shown))
    elif picture:
        right = verdict.points == verdict.max_points
        print("No picture:", "nothing differs." if right else "there is no output to draw beside the expected one.")
    progress.remember(Path.cwd(), verdict)
    return float(verdict.points)


def verdict_on(thing: Callable, path: Path) -> Verdict:
    """The verdict on `thing` by the recorded checks in `path`; its earlier exercises are found where it was defined."""
    if not path.exists():
        raise FileNotFoundError(f"{path.name} is not in {path.parent}: a notebook and its {path.name} belong in one folder")
    name = getattr(thing, "__name__", "")
    found = recorded.load(path, only=name).exercises
    if not found:
        known = [exercise["name"] for exercise in recorded.read_header(path)["exercises"]]
        shown = f"`{name}`" if name else f"an object of type {type(thing).__name__}"
        raise ValueError(f"check was given {shown}; it takes one of this lesson's exercises, written with def or class under its own name: "
                         f"{', '.join(known)}")
    namespace, exercise = namespace_of(thing), found[0]
    with one_thread():
        verdict = judge(exercise, asker(thing, namespace))
        if verdict.started and verdict.points < verdict.max_points:
            _blame_earlier(verdict, exercise.uses, path, namespace)
    return verdict


def asker(thing: Callable, namespace: dict[str, Any]) -> Ask:
    """Asks `thing` in this process. namespace: the learner's global names."""
    asked = []

    def ask(question: dict, tensors: dict[str, Tensor]) -> Observation:
        # What a learner prints is seen once, not once a question.
        with contextlib.redirect_stdout(io.StringIO()) if asked else contextlib.nullcontext():
            asked.append(True)
            return observe(thing, question, tensors, namespace)
    return ask


def _blame_earlier(verdict: Verdict, uses: list[str], path: Path, namespace: dict[str, Any]) -> None:
    """Say so where an earlier exercise that this one is built from is not right yet: repairing it comes first."""
    for name in uses:
        piece = namespace.get(name)
        if piece is None or getattr(piece, "__name__", None) != name:
            continue
        known = recorded.load(path, only=name).exercises  # empty where it is an exercise of another lesson
        if known and (earlier := judge(known[0], asker(piece, namespace))).points < known[0].points:
            verdict.evidence.insert(0, verdict.headline)
            verdict.headline = (f"`{name}`, an earlier exercise, does not pass its own check yet"
                                f"{'' if earlier.started else ' (it is not implemented)'}: repair it first, then check this one again.")
            verdict.specific = True
            return


def _show(thing: Any) -> None:
    ipython = sys.modules.get("IPython")  # imported by every kernel
    if ipython and ipython.get_ipython():
        ipython.display.display(thing)
    else:
        print(thing)
