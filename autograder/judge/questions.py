"""A lesson's hidden questions with the reference's answers. They are drawn from a class's seed, kept on the disk, and
packed in the form in which they are sent."""

from __future__ import annotations

import contextlib
import os
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from torch import Tensor

from attention_lab.checking.form.protocol import Question, plain
from attention_lab.checking.known import recorded
from autograder import recording
from autograder.judge import private
from autograder.judge.depends import digest, unchanged, versions
from autograder.judge.known import MistakeAnswers, unseen
from autograder.lessons import derive
from autograder.lessons.course import CLASS, files_of
from autograder.lessons.declare import Exercise
from autograder.lessons.topics import topic
from autograder.submission import notebook
from autograder.worker import wire

FOLDER = CLASS / "work/hidden"  # as private as the class's seed, which is beside it
DRAWS = 5  # at most
KEPT = 40  # files: some for each lesson, and for the seed and the code before these


@dataclass(frozen=True)
class Graders:
    """A lesson's hidden questions with the reference's answers.

    together: the numbers of the cases that are sent in one frame, in the order of the frame. The order depends on the
        seed, so that cases to be refused do not always come last.
    packed: for each exercise, the frame of questions that every submission gets first.
    mistakes: for each exercise, what its known mistakes have answered so far.
    """

    lesson: notebook.ReleasedLesson
    exercises: list[recorded.RecordedExercise]
    together: dict[str, list[int]]
    packed: dict[str, wire.Packed]
    mistakes: dict[str, MistakeAnswers]

    def frame(self, exercise: recorded.RecordedExercise, questions: list[Question]) -> wire.Packed:
        """The frame of an exercise's questions, of which there is one for each case."""
        together = self.together[exercise.name]
        if all(questions[i] == first(exercise.cases[i]) for i in together):
            return self.packed[exercise.name]
        return pack([(questions[i], exercise.cases[i].tensors) for i in together])


def closure(exercises: Iterable[Exercise | recorded.RecordedExercise], name: str) -> set[str]:
    """Returns every earlier exercise of a lesson from which an exercise is built, directly or not."""
    uses = {exercise.name: exercise.uses for exercise in exercises}
    names: set[str] = set()
    waiting = list(uses.get(name, ()))
    while waiting:
        name = waiting.pop()
        if name in uses and name not in names:
            names.add(name)
            waiting += uses[name]
    return names


def prepare(lesson: notebook.ReleasedLesson, seed: str, device: str, keep: bool) -> Graders:
    """Returns the hidden questions of a seed.

    keep: True takes those that are kept on the disk. If there are none, it draws and keeps them. Several processes may
        do so at the same time, which is harmless.
    """
    points = [[slot.name, slot.points] for slot in lesson.exercises]
    path = FOLDER / f"{digest([versions(lesson.topic), lesson.name, points, seed, device])}.zip"
    exercises = _cached_questions(path) if keep else None
    if exercises is None:
        exercises = draw_all(lesson, seed, device)
        if keep and unchanged():
            with contextlib.suppress(OSError):  # a folder that can't be written to
                _keep(exercises, path)
    return _graders(lesson, exercises, seed, path if keep else None)


def _cached_questions(path: Path) -> list[recorded.RecordedExercise] | None:
    try:
        with zipfile.ZipFile(path) as file:
            exercises = [recorded.from_bytes(file.read(name)) for name in file.namelist()]
        os.utime(path)
        return exercises
    except (OSError, zipfile.BadZipFile, *recorded.UNREADABLE):
        return None


def _keep(exercises: list[recorded.RecordedExercise], path: Path) -> None:
    with private.replacing(path) as beside, zipfile.ZipFile(beside, "w") as file:
        for exercise in exercises:
            # somebody waits, and nobody downloads it
            file.writestr(exercise.name, recorded.to_bytes(exercise, effort=1))
    newest = sorted(path.parent.glob("*.zip"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in newest[KEPT:]:
        for beside in path.parent.glob(f"{old.stem}.*"):
            beside.unlink(missing_ok=True)


def draw_all(lesson: notebook.ReleasedLesson, seed: str, device: str) -> list[recorded.RecordedExercise]:
    """Draws a lesson's hidden cases, and records the answers of the reference. They are drawn again if they do not show
    a known mistake."""
    files, points = topic(lesson.topic), {slot.name: slot.points for slot in lesson.exercises}
    for draw in range(DRAWS):
        own = f"{seed}/{draw}"
        cases = derive.hidden(files.exercises, files.reference, own)
        exercises = [recording.record_exercise(e.name, cases[e.name], points[e.name], files.reference, (), e.uses, own,
                                               device) for e in files.exercises]
        for exercise, declared in zip(exercises, files.exercises):
            exercise.shares = declared.shares
        if not any(unseen(exercise, _visible(lesson.name, exercise.name), files) for exercise in exercises):
            break
    if files.repair:
        like = next(exercise for exercise in exercises if exercise.name == files.repair.like.name)
        exercises.append(recorded.repair(like, files.repair.name, points[files.repair.name]))
    return exercises


def _visible(lesson: str, name: str) -> recorded.RecordedExercise | None:
    with contextlib.suppress(ValueError):  # not built yet
        return recorded.load(files_of(lesson) / recorded.FOLDER, name)
    return None


def _graders(lesson: notebook.ReleasedLesson, exercises: list[recorded.RecordedExercise], seed: str,
             cache: Path | None = None) -> Graders:
    """Returns what a judge needs of a lesson's recorded questions."""
    together, packed = {}, {}
    mistakes: dict[str, MistakeAnswers] = {}
    for exercise in exercises:
        for case in exercise.cases:
            case.secret = True
        together[exercise.name] = order = at_once(exercise)
        Random(f"{seed} order of {exercise.name}").shuffle(order)
        packed[exercise.name] = pack([(first(exercise.cases[i]), exercise.cases[i].tensors) for i in order])
        mistakes[exercise.name] = MistakeAnswers(lesson.topic, exercise, cache)
        exercise.mistakes = mistakes[exercise.name].mistakes()
        if exercise.like:
            stub = next(slot.stub for slot in lesson.exercises if slot.name == exercise.name)
            own = recording.unrepaired(exercise.name, stub)
            exercise.mistakes = [mistakes[exercise.name].recorded(own), *mistakes[exercise.like].mistakes()]
    return Graders(lesson, exercises, together, packed, mistakes)


def at_once(exercise: recorded.RecordedExercise) -> list[int]:
    """Returns the cases that are sent together. Cases on the GPU and cases whose memory is measured are left out,
    because other processes answer them."""
    return [i for i, case in enumerate(exercise.cases) if case.question.device != "cuda" and not case.question.measured]


def first(case: recorded.RecordedCase) -> Question:
    """Returns the question as `judging` asks it the first time. It does not ask for the inputs and outputs of
    sub-modules, because those only serve to explain a wrong answer."""
    return replace(case.question, choice=0, trace=False)


def pack(questions: list[tuple[Question, dict[str, Tensor]]]) -> wire.Packed:
    """Packs questions on one exercise, with their tensors, into one frame."""
    return wire.Packed({"op": "observe", "exercise": questions[0][0].exercise,
                        "questions": [plain(question) for question, _ in questions]},
                       wire.group([tensors for _, tensors in questions]))
