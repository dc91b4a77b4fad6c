"""The TRUSTED side: puts the hidden questions to a submission, compares, and gives each exercise its verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import torch
from nbformat import NotebookNode
from torch import Tensor

from attention_lab import recorded, verdict
from attention_lab.recorded import Observation
from attention_lab.threads import one_thread
from attention_lab.verdict import Check, Verdict

from . import answers, hidden, notebook, wire
from .hidden import Graders
from .pieces import Pieces
from .reading import Unreadable
from .sandbox import Died, Sandbox, Worker
from .seed import class_seed

DEVICES = ("auto", "cpu", "cuda")
SECONDS = 120.0  # for a whole notebook; an honest one takes less than one
RESTARTS = 5  # workers that a submission's cells may take with them, before the cells that are left are not run


@dataclass
class Result:
    """A submission's verdicts by exercise, in the lesson's order.

    error: why it could not be read, or why grading itself failed. timed_out: did anything of it not come to an end in its time?
    """

    lesson: str | None
    isolation: str
    device: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    error: str | None = None
    timed_out: bool = False

    @property
    def points(self) -> float:
        return sum(v.points for v in self.verdicts.values())

    @property
    def max_points(self) -> float:
        return sum(v.max_points for v in self.verdicts.values())


class Judge:
    """Grades submissions. Use as a context manager.

    isolation, device: as the command's options. seed: the class's secret one, unless given.
    Raises ValueError for an unknown option, or cuda where there is none.
    """

    def __init__(self, isolation: str = "auto", device: str = "auto", seed: str | None = None):
        if device not in DEVICES:
            raise ValueError(f"device {device!r} is none of {', '.join(DEVICES)}")
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("device 'cuda' was asked for, and torch sees no GPU")
        self.device = "cuda" if device == "cuda" or device == "auto" and torch.cuda.is_available() else "cpu"
        self.sandboxes = {"cpu": Sandbox(isolation)}
        if self.device == "cuda":
            self.sandboxes["cuda"] = Sandbox(isolation, "cuda")
        self.isolation = self.sandboxes["cpu"].isolation
        self.seed, self.keep = seed or class_seed(), not seed
        self.prepared: dict[str, Graders] = {}

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """End every process that this judge has started."""
        for sandbox in self.sandboxes.values():
            sandbox.close()

    def graders(self, lesson: str) -> Graders:
        """A lesson's hidden questions. Raises ValueError for an unknown lesson."""
        if lesson not in self.prepared:
            with one_thread():
                self.prepared[lesson] = hidden.prepare(notebook.lesson(lesson), self.seed, "cuda" if self.device == "cuda" else "meta",
                                                         self.keep)
        return self.prepared[lesson]

    def grade(self, submission: NotebookNode, lesson: str | None = None, solved: NotebookNode | None = None) -> Result:
        """The verdicts on a notebook. lesson: which one it is, if it is not to be found out. solved: answers what is not answered.

        Never raises what a submission leads to; where that is the judge's own failure, `error` says so.
        """
        result = Result(lesson, self.isolation, self.device)
        try:
            known = notebook.lesson(lesson) if lesson else notebook.lesson_of(submission)
        except Unreadable as error:
            result.error = str(error)
            return result
        result.lesson = known.name
        cells = notebook.cells_to_run(submission, known)
        if solved is not None:
            cells = notebook.completed(cells, known, solved)
        self.sandboxes["cpu"].get_ready()
        with one_thread():
            _grade(self.graders(known.name), cells, self.sandboxes, result)
        return result


def _grade(graders: Graders, cells: list[notebook.Cell], sandboxes: dict[str, Sandbox], result: Result) -> None:
    own = Session(sandboxes, cells, until=time.monotonic() + SECONDS)
    try:
        for exercise in graders.exercises:
            result.verdicts[exercise.name] = _exercise(graders, exercise, own, result)
    finally:
        own.close()
        result.timed_out |= own.timed_out


def _exercise(graders: Graders, exercise: recorded.Exercise, own: Session, result: Result) -> Verdict:
    """With the learner's own earlier pieces, and where some of those lost points with the course's in their place: the better counts."""
    earlier = {piece: result.verdicts[piece] for piece in sorted(graders.closure(exercise.name))}
    broken = [piece for piece, its in earlier.items() if its.points < its.max_points]
    lost = [check for piece in broken for check in earlier[piece].checks if check.outcome != "passed"]

    def with_own() -> Verdict:
        return _verdict(graders, exercise, own, result)

    def with_courses() -> Verdict:
        return _with_pieces(graders, exercise, broken, own, result)

    if not broken:
        return with_own()
    if any(check.outcome == "timeout" for check in lost):  # once is enough
        return with_courses()
    # What is built on a wrong output is hardly ever right.
    first, second = (with_courses, with_own) if any(check.name == "output" for check in lost) else (with_own, with_courses)
    judged = first()
    if judged.points == judged.max_points:
        return judged
    by = {first: judged, second: second()}
    return by[with_courses] if by[with_courses].points > by[with_own].points else by[with_own]


def _with_pieces(graders: Graders, exercise: recorded.Exercise, broken: list[str], own: Session, result: Result) -> Verdict:
    """The verdict where the learner's broken pieces are answered by the judge."""
    session = Session(own.sandboxes, own.cells, Pieces(graders.reference, broken, graders.delegates[exercise.name]), own.until)
    try:
        judged = _verdict(graders, exercise, session, result)
    finally:
        session.close()
        result.timed_out |= session.timed_out
    if judged.points:
        names = " and ".join(f"`{name}`" for name in broken)
        judged.notes.append(f"Judged with the course's own {names}, because yours lost points: those are lost once, not twice.")
    return judged


def _verdict(graders: Graders, exercise: recorded.Exercise, session: Session, result: Result) -> Verdict:
    def judged() -> Verdict:
        together = session.ask_all(exercise, graders.packed[exercise.name])
        first = {id(case.tensors): (hidden.asked(case), answer) for case, answer in zip(hidden.at_once(exercise), together)}

        def ask(question: dict, tensors: dict[str, Tensor]) -> Observation:
            asked, observation = first.get(id(tensors), (None, None))
            return observation if asked == question else session.ask(question, tensors)
        found = verdict.judge(exercise, ask, secret=True)
        found.notes += [UNMEASURED] if session.unmeasured and any(case.peak for case in exercise.cases) else []
        return found

    try:
        try:
            return judged()
        except Died as death:
            if death.kind != "wall":
                raise
            return judged()  # the machine may have been busy: once more
    except Died as death:
        return _nothing(exercise, *_told(death))
    except Missing as missing:
        return _nothing(exercise, missing.outcome, str(missing))
    except Exception as error:  # ours, or an answer made to lead here: nobody gains by it, and somebody must look
        result.error = f"{exercise.name}: the grader failed with {type(error).__name__}: {error}"[:400]
        return _nothing(exercise, "error", "The grader itself failed on this exercise. Your instructor sees that and will look at it.")


UNMEASURED = "The peak of memory was not measured: this system does not tell it. Nothing was taken off for it."
TIMED = ("cpu", "wall", "budget")
DEATHS = {"cpu": "Your code did not come to an end: {}. Is there a loop that never stops?",
          "wall": "Your code did not come to an end: {}.",
          "budget": "Your notebook took too long as a whole, and this exercise was not reached: {}.",
          "excess": "Your code used more than it may: {}.",
          "ended": "Your code ended the whole Python process (`os._exit`, `exit`, too much memory, or a crash inside torch).",
          "broken": "Your code's process gave no answer that can be read ({})."}


def _told(death: Died) -> tuple[str, str]:
    """The outcome and the sentence that a learner reads."""
    return "timeout" if death.kind in TIMED else "error", DEATHS[death.kind].format(death)


def _nothing(exercise: recorded.Exercise, outcome: str, message: str) -> Verdict:
    return Verdict(exercise.name, 0.0, exercise.points, [Check(aspect, outcome, message) for aspect in verdict.aspects(exercise)], message)


class TooLarge(Died):
    """Several answers do not fit into one frame; the worker lives."""


class Missing(Exception):
    """Nothing has the exercise's name. outcome: "failed"; or "error" or "timeout" where a cell was to define it and stopped."""

    def __init__(self, outcome: str, message: str):
        super().__init__(message)
        self.outcome = outcome


class Session:
    """A submission's cells in a worker. Where the worker dies, a new one runs them again for the next question.

    pieces: answers for the earlier exercises that the learner's are replaced by. until: the time.monotonic() at which it ends.
    """

    def __init__(self, sandboxes: dict[str, Sandbox], cells: list[notebook.Cell], pieces: Pieces | None = None,
                 until: float = float("inf")):
        self.sandboxes, self.cells, self.pieces, self.until = sandboxes, cells, pieces, until
        self.workers: dict[str, Worker] = {}
        self.stopped: dict[int, tuple[str, str]] = {}  # cells that do not get to their end -> outcome and why
        self.slow: set[int] = set()  # cells that were out of time by the clock once: the machine may have been busy
        self.deadly: set[int] = set()  # cells that are not run any more
        self.timed_out = self.unmeasured = False

    def ask(self, question: dict, tensors: dict[str, Tensor]) -> Observation:
        """The learner's observation. Raises Died, Missing."""
        device = "cuda" if question["device"] == "cuda" else "cpu"
        packed = hidden.pack([(question, tensors)])
        if not question.get("measured"):
            return self._observations(packed, question["exercise"], 1, device)[0]
        worker = self.workers.get(device) or self._begin(device)
        self.unmeasured = not worker.forget_peak()
        before = worker.resident()["VmRSS"] if not self.unmeasured else 0
        header, out = self._observations(packed, question["exercise"], 1, device)[0]
        return header | {"grown": None if self.unmeasured else worker.resident()["VmHWM"] - before}, out

    def ask_all(self, exercise: recorded.Exercise, packed: wire.Packed) -> list[Observation]:
        """The observations of the cases that travel together; none where they are too large together. Raises Died, Missing."""
        try:
            return self._observations(packed, exercise.name, len(hidden.at_once(exercise)), "cpu")
        except TooLarge:
            return []

    def _observations(self, packed: wire.Packed, exercise: str, count: int, device: str) -> list[Observation]:
        worker = self.workers.get(device) or self._begin(device)
        try:
            header, out = self._asked(worker, packed)
            if header.get("missing") is True:
                raise self._missing(exercise)
            if "unsent" in header:
                raise (TooLarge if count > 1 else Died)("broken", str(header["unsent"])[:400])
            return answers.observations(header, out, count)
        except TooLarge:
            raise
        except (Died, ValueError) as error:
            self._end(device)
            raise error if isinstance(error, Died) else Died("broken", str(error)) from error

    def _asked(self, worker: Worker, question: dict | wire.Packed) -> tuple[dict, dict[str, Tensor]]:
        try:
            return worker.ask(question, self._remote)
        except Died as death:
            self.timed_out |= death.kind in TIMED
            raise

    def _remote(self, header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        if self.pieces is None:
            raise ValueError("there is no piece to ask for")
        return self.pieces.answer(header, tensors)

    def _begin(self, device: str) -> Worker:
        """A worker in which every cell has run, but those that kill it."""
        while True:
            worker = self.workers[device] = self.sandboxes[device].worker()
            worker.until = self.until
            try:
                for header in self.pieces.headers() if self.pieces else ():
                    self._asked(worker, {"op": "stand_in", **header})
            except Died:
                self._end(device)
                raise
            for number, cell in enumerate(self.cells):
                if number in self.deadly or len(self.deadly) > RESTARTS:
                    continue
                try:
                    header, _ = self._asked(worker, {"op": "cell", "source": cell.source, "number": number})
                    answers.cell(header)
                except (Died, ValueError) as error:
                    death = error if isinstance(error, Died) else Died("broken", str(error))
                    if death.kind == "budget":
                        self._end(device)
                        raise death from error
                    if death.kind == "wall" and number not in self.slow:
                        self.slow.add(number)
                    else:
                        self.deadly.add(number)
                        self.stopped[number] = _told(death)
                    self._end(device)
                    break
                if raised := header["raised"]:
                    line = f"\nin your line: {raised['line']}" if raised["line"] else ""
                    self.stopped[number] = "error", f"{raised['type']}: {raised['message']}{line}"
            else:
                return worker

    def _missing(self, name: str) -> Missing:
        own = [number for number, cell in enumerate(self.cells) if name in cell.exercises]
        for number in reversed(own):
            if number in self.stopped:
                outcome, why = self.stopped[number]
                return Missing(outcome, f"The cell that defines `{name}` stops before it is defined. {why}")
        if not own:
            return Missing("failed", f"No cell defines `{name}`: the exercise's cell is missing, or defines another name.")
        return Missing("failed", f"`{name}` is defined in a cell, but is gone when the notebook has run.")

    def _end(self, device: str) -> None:
        self.workers.pop(device).close()

    def close(self) -> None:
        for device in list(self.workers):
            self._end(device)
