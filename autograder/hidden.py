"""A lesson's hidden questions with the reference's answers: drawn from a class's seed, kept on the disk, packed as they are sent."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor

from attention_lab import recorded
from solutions.course import ROOT

from . import notebook, private, record, wire
from .graders import contract
from .versions import VERSIONS, digest, unchanged

FOLDER = ROOT / "work/hidden"  # as private as the class's seed, which is beside it
KEPT = 40  # files: some for each lesson, and for the seed and the code before these
DRAWS = 5  # a seed whose cases do not tell two mistakes apart is followed by its next draw


@dataclass(frozen=True)
class Graders:
    """A lesson's hidden questions with the reference's answers.

    delegates: the pieces that an exercise may not delegate to. packed: the questions that everybody is asked, by exercise.
    """

    lesson: notebook.Lesson
    exercises: list[recorded.Exercise]
    delegates: dict[str, tuple[str, ...]]
    packed: dict[str, wire.Packed]

    @property
    def reference(self) -> dict[str, Any]:
        return vars(import_module(f"solutions.reference.{self.lesson.topic}"))

    def closure(self, name: str) -> set[str]:
        """Every earlier exercise of the lesson that an exercise is built from, directly or not."""
        uses = {exercise.name: exercise.uses for exercise in self.exercises}
        found: set[str] = set()
        waiting = list(uses.get(name, ()))
        while waiting:
            piece = waiting.pop()
            if piece in uses and piece not in found:
                found.add(piece)
                waiting += uses[piece]
        return found


def prepare(lesson: notebook.Lesson, seed: str, device: str, keep: bool) -> Graders:
    """The hidden questions of a seed. keep: take those that are kept on the disk; where there are none, draw them and keep them."""
    points = [[slot.name, slot.points] for slot in lesson.exercises]
    path = FOLDER / f"{digest([VERSIONS, lesson.name, points, seed, device])}.safetensors"
    exercises = _kept(path) if keep else None
    if exercises is None:
        exercises = drawn(lesson, seed, device)
        if keep and unchanged():
            with contextlib.suppress(OSError):  # a folder that can't be written to
                _keep(recorded.Lesson(lesson.name, "", exercises), path)
    return _graders(lesson, exercises)


def _kept(path: Path) -> list[recorded.Exercise] | None:
    try:
        exercises = recorded.load(path).exercises
        os.utime(path)
        return exercises
    except (ValueError, OSError, LookupError, TypeError, SafetensorError):
        return None


def _keep(lesson: recorded.Lesson, path: Path) -> None:
    with private.replacing(path) as beside:
        recorded.save(lesson, beside)
    newest = sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in newest[KEPT:]:
        old.unlink(missing_ok=True)


def drawn(lesson: notebook.Lesson, seed: str, device: str) -> list[recorded.Exercise]:
    """Draw a lesson's hidden cases, and ask the reference and every known mistake."""
    reference = import_module(f"solutions.reference.{lesson.topic}")
    mistakes = import_module(f"autograder.mistakes.{lesson.topic}").MISTAKES
    points = {slot.name: slot.points for slot in lesson.exercises}
    for draw in range(DRAWS):
        try:
            return [record.record_exercise(exercise, points[exercise.name], reference,
                                           [m for m in mistakes if m.exercise == exercise.name], f"{seed}/{draw}", device)
                    for exercise in contract.drawn(lesson.topic, f"{seed}/{draw}")]
        except ValueError:
            if draw == DRAWS - 1:
                raise


def _graders(lesson: notebook.Lesson, exercises: list[recorded.Exercise]) -> Graders:
    """What a judge needs of a lesson's recorded questions."""
    for case in [case for exercise in exercises for case in exercise.cases]:
        case.secret = True
    packed = {exercise.name: pack([(asked(case), case.tensors) for case in at_once(exercise)]) for exercise in exercises}
    return Graders(lesson, exercises, {grader.name: grader.delegates for grader in contract.graders(lesson.topic)}, packed)


def at_once(exercise: recorded.Exercise) -> list[recorded.Case]:
    """The cases that travel together: all but those for another process, which sees the GPU, and those whose memory is measured."""
    return [case for case in exercise.cases if case.question["device"] != "cuda" and not case.question.get("measured")]


def asked(case: recorded.Case) -> dict[str, Any]:
    """What attention_lab.verdict asks first: what sub-modules receive and give only explains a wrong answer."""
    return {**case.question, "choice": 0, "trace": False}


def pack(questions: list[tuple[dict, dict[str, Tensor]]]) -> wire.Packed:
    """Questions on one exercise, with their tensors, as one frame."""
    return wire.Packed({"op": "observe", "exercise": questions[0][0]["exercise"], "questions": [question for question, _ in questions]},
                       wire.together([tensors for _, tensors in questions]))
