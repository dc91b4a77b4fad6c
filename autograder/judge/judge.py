"""The TRUSTED side: puts the hidden questions to a submission, compares, and gives each exercise its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from nbformat import NotebookNode

from attention_lab.checking.form.bounds import TOGETHER
from attention_lab.checking.form.protocol import Answer, Question
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging, verdict
from attention_lab.checking.verdict.verdict import Check, Verdict
from attention_lab.threads import one_thread
from autograder.judge import measuring, questions
from autograder.judge.proxy_process import ProxyProcess
from autograder.judge.questions import Graders
from autograder.judge.seed import class_seed
from autograder.judge.session import OVER, Missing, Session, outcome_of
from autograder.judge.settings import DEVICES, USUAL, Settings
from autograder.lessons.topics import topic
from autograder.sandbox import limits
from autograder.sandbox.budget import Budget, Died
from autograder.sandbox.sandbox import Sandbox, Shared
from autograder.submission import notebook
from autograder.submission.notebook import first_line
from autograder.submission.parse import Unreadable

BUSY = "time ran out while the machine was busy"


@dataclass
class Result:
    """A submission's verdicts by exercise, in the lesson's order.

    error: why it could not be read, or why grading itself failed.
    timed_out: whether something in it did not end in time by the clock. (Processor time does not count here, because it
        is the same in every run.)
    busy: whether the submission was also kept waiting by other processes.
    unsettled: the exercises whose verdict may be wrong through no fault of the learner, with the reason. They get no
        mark.
    not_reached: for each exercise for which the notebook had no time left, what spent the time.
    missing_modules: the packages that it imports and that this machine lacks, sorted, whether or not that cost points.
    cut_off: the cells that were stopped because they computed for too long, described so that their author finds them,
        whether or not that cost points.
    """

    lesson: str | None
    isolation: str
    device: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    error: str | None = None
    timed_out: bool = False
    busy: bool = False
    unsettled: dict[str, str] = field(default_factory=dict)
    not_reached: dict[str, str] = field(default_factory=dict)
    missing_modules: list[str] = field(default_factory=list)
    cut_off: list[str] = field(default_factory=list)

    @property
    def problem(self) -> str | None:
        """Why there are no points, or none for some of the exercises."""
        reasons = dict.fromkeys(self.unsettled.values())
        parts = [f"no mark yet for {verdict.listed([name for name in self.unsettled if self.unsettled[name] == why])}, "
                 f"because {why}" for why in reasons]
        return self.error or "; ".join(parts) or None

    @property
    def points(self) -> float:
        return sum(v.points for v in self.verdicts.values())

    @property
    def max_points(self) -> float:
        return sum(v.max_points for v in self.verdicts.values())


class Judge:
    """Grades submissions. Use it as a context manager.

    drawing: makes the context in which hidden questions are drawn. A caller that measures a notebook's time can
        subtract the time that is spent in this context.
    shared: another process's sandbox with these settings, whose forker forks the one of this judge.

    Raises ValueError for an unknown option, or for cuda if there is no GPU.
    """

    def __init__(self, settings: Settings = USUAL, drawing: Callable[[], AbstractContextManager] = nullcontext,
                 shared: Shared | None = None):
        device, isolation = settings.device, settings.isolation
        if device not in DEVICES:
            raise ValueError(f"device {device!r} is not one of {', '.join(DEVICES)}")
        if device == "cuda" and not torch.cuda.is_available():
            raise ValueError("device 'cuda' was asked for, and torch sees no GPU")
        self.device = "cuda" if device == "cuda" or device == "auto" and torch.cuda.is_available() else "cpu"
        self.sandboxes = {"cpu": Sandbox(isolation, shared=shared)}
        if self.device == "cuda":
            self.sandboxes["cuda"] = Sandbox(isolation, "cuda")
        self.isolation = self.sandboxes["cpu"].isolation
        self.seed, self.keep = settings.seed or class_seed(settings.seed_file), not settings.seed
        self.prepared: dict[str, Graders] = {}
        self.drawing = drawing

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        """Ends every process that this judge has started."""
        for sandbox in self.sandboxes.values():
            sandbox.close()

    def prove(self) -> None:
        """Checks once that learners' code can have the memory and the GPU that right answers need. Raises NoRoom if it
        can't."""
        for sandbox in self.sandboxes.values():
            sandbox.prove()

    def graders(self, lesson: str) -> Graders:
        """Returns a lesson's hidden questions. Raises ValueError for an unknown lesson."""
        if lesson not in self.prepared:
            with one_thread(), self.drawing():
                self.prepared[lesson] = questions.prepare(notebook.lesson(lesson), self.seed,
                                                          "cuda" if self.device == "cuda" else "meta",
                                                         self.keep)
        return self.prepared[lesson]

    def grade(self, submission: NotebookNode, lesson: str | None = None, solved: NotebookNode | None = None) -> Result:
        """Returns the verdicts on a notebook. No error of a submission gets out. If the judge itself fails, `error` in
        the result says so. Raises the errors of `prove`.

        lesson: the lesson's name; by default it is found out from the notebook.
        solved: a notebook from which missing answers are taken.
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
            cells = notebook.complete(cells, known, solved)
        self.sandboxes["cpu"].get_ready()
        # these may have to be drawn; meanwhile the process starts from which workers are forked
        graders = self.graders(known.name)
        self.prove()
        with one_thread():
            _grade(graders, cells, self.sandboxes, result)
        return result


def _grade(graders: Graders, cells: list[notebook.Cell], sandboxes: dict[str, Sandbox], result: Result) -> None:
    budget = Budget([_cell_name(cell) for cell in cells])
    for sandbox in sandboxes.values():
        sandbox.budget = budget
    own = Session(sandboxes, cells, until=time.monotonic() + limits.NOTEBOOK_CLOCK)
    try:
        for exercise in graders.exercises:
            result.verdicts[exercise.name] = _exercise(graders, exercise, own, result)
        _again_below_their_cells(graders, own, result)
    finally:
        own.close()
        result.timed_out |= own.timed_out
        result.busy = result.timed_out and budget.busy
        below = [name for name, its in result.verdicts.items() if its.points < its.max_points]
        result.unsettled = {name: result.unsettled.get(name, BUSY) for name in below
                            if result.busy or name in result.unsettled}
        result.missing_modules = sorted(own.history.absent)
        result.cut_off = [_cell_name(cells[number]) for number, (outcome, _) in sorted(own.history.stopped.items())
                          if outcome == "timeout"]


def _cell_name(cell: notebook.Cell) -> str:
    """Describes a cell so that its author finds it."""
    return (
        " and ".join(f"`{name}`" for name in cell.exercises) or f"the cell that begins with `{first_line(cell.source)}`"
    )


def _exercise(graders: Graders, exercise: recorded.RecordedExercise, own: Session, result: Result) -> Verdict:
    """Judges an exercise. Code that was to be repaired is judged where the exercise that it imitates is not defined."""
    if not (cells := _without_imitated(graders, exercise, own)):
        return _with_earlier(graders, exercise, own, result)
    alone = Session(own.sandboxes, cells, None, own.until, deepcopy(own.history))
    try:
        judged = _with_earlier(graders, exercise, alone, result)
    finally:
        alone.close()
        result.timed_out |= alone.timed_out
    if judged.points < judged.max_points:
        judged.notes.append(f"{BY_ITSELF} `{exercise.like}`.")
    return judged


def _without_imitated(graders: Graders, exercise: recorded.RecordedExercise, own: Session) -> list[notebook.Cell]:
    if not exercise.like:
        return []
    return notebook.without_imitated(own.cells, graders.lesson, exercise.name, exercise.like, exercise.uses)


def _with_earlier(graders: Graders, exercise: recorded.RecordedExercise, own: Session, result: Result) -> Verdict:
    """Judges an exercise together with the learner's earlier exercises. If some of those lost points, it is also judged
    with proxies for them, and the better verdict counts.

    If both verdicts have the same points and an earlier output is wrong, the one with proxies counts, because its
    report is about this exercise alone.
    """
    earlier = {name: result.verdicts[name] for name in sorted(questions.closure(graders.exercises, exercise.name))}
    broken = [name for name, its in earlier.items() if its.points < its.max_points]
    lost = [check for name in broken for check in earlier[name].checks if check.outcome != "passed"]

    def with_own() -> Verdict:
        return _verdict(graders, exercise, own, result)

    def with_courses() -> Verdict:
        return _with_proxies(graders, exercise, broken, own, result)

    if not broken:
        return with_own()
    if any(check.outcome == "timeout" for check in lost):  # once is enough
        return with_courses()
    # What is built on a wrong output is hardly ever right.
    wrong = any(check.name == "output" for check in lost)
    first, second = (with_courses, with_own) if wrong else (with_own, with_courses)
    judged = first()
    if judged.points == judged.max_points:
        return judged
    by = {first: judged, second: second()}
    own_points, courses = by[with_own].points, by[with_courses]
    clearer = wrong and courses.started and any(check.outcome == "failed" for check in courses.checks)
    return courses if courses.points > own_points or clearer and courses.points == own_points else by[with_own]


def _again_below_their_cells(graders: Graders, own: Session, result: Result) -> None:
    """Judges the exercises that lost points once more, with the meanings that names had directly below the exercise's
    cell, where its check stands. The better verdict counts.

    By this time all exercises have a verdict. So this takes time from none of them, and no verdict gets worse.
    """
    lost = {name for name, found in result.verdicts.items() if found.points < found.max_points}
    for exercise in graders.exercises:
        first = result.verdicts[exercise.name]
        if (
            exercise.name not in lost
            or any(check.outcome == "timeout" for check in first.checks)
            or _without_imitated(graders, exercise, own)
            or not _rebound(exercise.name, own)
        ):
            continue
        broken = sorted(lost & questions.closure(graders.exercises, exercise.name))
        below = _below_its_cell(graders, exercise, broken, own, result)
        result.not_reached.pop(exercise.name, None)  # it was, at first
        if below.points > first.points:
            below.notes.append(BELOW)
            result.verdicts[exercise.name] = below


def _rebound(exercise: str, own: Session) -> bool:
    try:
        return own.rebinds(exercise)
    except Died:
        return False


def _below_its_cell(graders: Graders, exercise: recorded.RecordedExercise, broken: list[str], own: Session,
                    result: Result) -> Verdict:
    if broken:
        return _with_proxies(graders, exercise, broken, own, result, exercise.name)
    session = Session(own.sandboxes, own.cells, None, own.until, own.history, exercise.name)
    try:
        return _verdict(graders, exercise, session, result)
    finally:
        session.close()
        result.timed_out |= session.timed_out


def _with_proxies(graders: Graders, exercise: recorded.RecordedExercise, broken: list[str], own: Session,
                  result: Result,
                  then: str = "") -> Verdict:
    """Returns the verdict with proxies for the learner's broken exercises. The judge answers for the proxies.

    These workers hear numbers of the reference. So what is noted of them is forgotten, and no other worker is started
    or asked differently because of it.
    """
    files = topic(graders.lesson.topic)
    without_forward = next(each.delegates for each in files.exercises
                           if each.name == (exercise.like or exercise.name))
    proxies = ProxyProcess(own.sandboxes["cpu"], files.reference, broken, without_forward, own.until)
    session = Session(own.sandboxes, own.cells, proxies, own.until, deepcopy(own.history), then)
    try:
        judged = _verdict(graders, exercise, session, result)
    finally:
        session.close()
        proxies.close()
        result.timed_out |= session.timed_out
    if judged.started:
        names = " and ".join(f"`{name}`" for name in broken)
        judged.notes.append(f"{WITH_COURSES} {names}, so that you lose points for yours only once.")
    return judged


def _verdict(graders: Graders, exercise: recorded.RecordedExercise, session: Session, result: Result) -> Verdict:
    if budget := session.sandboxes["cpu"].budget:
        budget.exercise = f"`{exercise.name}`"
    judged = _judge_answers(graders, exercise, session, result)
    if judged.points < judged.max_points:
        judged.notes += session.explanations(judged)
    return judged


def _judge_answers(graders: Graders, exercise: recorded.RecordedExercise, session: Session, result: Result) -> Verdict:
    def attempt() -> Verdict:
        def ask_all(batch: list[Question]) -> list[Answer]:
            together = graders.together[exercise.name]
            answers = dict(zip(together, session.ask_all(exercise.name, graders.frame(exercise, batch), len(together),
                                                          batch[0].widened)))
            numbers = sum(map(_numbers, answers.values()))
            for i, (question, case) in enumerate(zip(batch, exercise.cases)):
                if i in answers:
                    continue
                answers[i] = measuring.alone(session, question, case)
                numbers += _numbers(answers[i])
                if numbers > TOGETHER:
                    session.close()
                    raise Died("broken", f"more than {TOGETHER:,} numbers for one exercise")
            return [answers[i] for i in range(len(batch))]

        def ask_all_or_none(batch: list[Question]) -> list[Answer]:
            try:
                return ask_all(batch)
            except Died:
                if not batch[0].widened:
                    raise
                return []  # the first answers have come in time, so they count
        judged = judging.judge(exercise, partial(measuring.ask, session), secret=True, ask_all=ask_all_or_none)
        graders.mistakes[exercise.name].keep()
        judged.notes += [UNMEASURED] if session.unmeasured and any(case.peak for case in exercise.cases) else []
        return judged

    try:
        try:
            return attempt()
        except Died as death:
            if death.kind != "wall":
                raise
            return attempt()  # the machine may have been busy: once more
    except Died as death:
        if death.kind in OVER:
            result.not_reached[exercise.name] = str(death)
        return _nothing(exercise, *outcome_of(death))
    except Missing as missing:
        return _nothing(exercise, missing.outcome, str(missing))
    # This is our own error, or an answer that was made to lead here. It gives no points, and somebody must look at it.
    except Exception as error:
        result.error = f"{exercise.name}: the grader failed with {type(error).__name__}: {error}"[:400]
        result.unsettled[exercise.name] = "the grader itself failed on it"
        return _nothing(exercise, "error",
                        "The grader itself failed on this exercise. Your instructor sees that and will look at it.")


BELOW = ("A cell further down gives one of your names another meaning. So your code was judged with the meanings that "
         "names had directly below the exercise's cell.")
BY_ITSELF = "A repair stands by itself, so it was judged without your"
WITH_COURSES = "Judged with the course's own"
UNMEASURED = "The peak of memory was not measured: this system does not report it. No points were taken off for that."


def _nothing(exercise: recorded.RecordedExercise, outcome: str, message: str) -> Verdict:
    return Verdict(exercise.name, 0.0, exercise.points,
                   [Check(check, outcome, message) for check in verdict.checks_in(exercise)], message)


def _numbers(answer: Answer) -> int:
    return sum(t.numel() for t in answer[1].values())
