"""Measures how much memory an answer needs at its peak, as the kernel reports it, in a worker that was asked nothing
before.

Nothing that runs beforehand can hide a peak. What the cells hold counts as well, so it does not help to keep memory
ready for the call, or to give memory back during the call. Only memory that the worker itself has written counts. So it
does not help either to give back pages of libraries, or pages inherited from the process that forked the worker.
"""

from __future__ import annotations

import ast
import time
from dataclasses import replace

from torch import Tensor

from attention_lab.checking.form.protocol import Answer, Question
from attention_lab.checking.known.recorded import RecordedCase
from autograder.judge import questions
from autograder.judge.session import Session
from autograder.submission.notebook import Cell, defined_names
from autograder.submission.trees import MAGIC, statements
from autograder.worker import wire
from autograder.worker.cells import takes_no_time

HELD = 48 << 20  # bytes that a notebook's cells may hold before a call; those of the lessons hold 20
# seconds between two looks at what the process has written: each takes the kernel 10 ms, for it walks through all pages
LOOK = 0.1


class _HoldsMuch(Exception):
    """The cells hold more than they may before a call."""


def ask(session: Session, question: Question, tensors: dict[str, Tensor]) -> Answer:
    """Returns the learner's observation. If memory is measured, a new worker answers. Raises Died, Missing."""
    device = "cuda" if question.device == "cuda" else "cpu"
    packed = questions.pack([(question, tensors)])
    if question.measured:
        return measure(session, packed, question.exercise, device)
    return session.observations(packed, question.exercise, 1, device)[0]


def alone(session: Session, question: Question, case: RecordedCase) -> Answer:
    """Returns the answer to a question that is sent alone. A peak of memory depends a little on what else the machine
    is doing. So a peak above its limit is measured once more, and the lower one counts. Raises Died, Missing."""
    answers = [ask(session, question, case.tensors)]
    if case.peak is not None and _growth(answers[0]) >= case.peak:
        answers.append(ask(session, question, case.tensors))
    return min(answers, key=_growth)


def _growth(answer: Answer) -> int:
    return answer[0].grown or 0


def measure(session: Session, packed: wire.Packed, exercise: str, device: str) -> Answer:
    """Returns the answer to a question, and the growth of the process. The growth is the larger one of two numbers: by
    how much its memory grows during the call, and how much it has written in all, before and during the call.

    If a notebook's cells hold much memory, the cells are first reduced to their definitions, because what a learner
    tried out beside an exercise is not part of the answer. Raises Died, Missing.
    """
    try:
        return _answer_of_new_worker(session, session.cells, packed, exercise, device, HELD)
    except _HoldsMuch:
        answer = _answer_of_new_worker(session, definitions(session.cells), packed, exercise, device, None)
    if answer[0].raised:  # for want of what was left out
        return _answer_of_new_worker(session, session.cells, packed, exercise, device, None)
    return answer


def _answer_of_new_worker(session: Session, cells: list[Cell], packed: wire.Packed, exercise: str, device: str,
                          most: int | None) -> Answer:
    """Returns the answer of a new worker. Raises _HoldsMuch if its cells hold more than `most` bytes."""
    fresh = session.with_cells(cells)
    try:
        worker = fresh.begin(device)
        written = [worker.written()]
        if most is not None and written[0] > most:
            raise _HoldsMuch
        session.unmeasured = not worker.forget_peak()
        if session.unmeasured:
            return fresh.observations(packed, exercise, 1, device)[0]
        before, looked = worker.resident()["VmRSS"], time.monotonic()

        def look() -> None:
            nonlocal looked
            if time.monotonic() - looked >= LOOK:
                written.append(worker.written())
                looked = time.monotonic()
        header, out = fresh.observations(packed, exercise, 1, device, look)[0]
        return replace(header, grown=max(worker.resident()["VmHWM"] - before, *written)), out
    finally:
        session.timed_out |= fresh.timed_out
        fresh.close()


def definitions(cells: list[Cell]) -> list[Cell]:
    """Reduces cells to imports, functions, classes, and assignments that call nothing. So no computation is left. A
    cell that would then no longer define its exercises is left as it is."""
    return [replace(cell, source=_definitions(cell)) for cell in cells]


def _definitions(cell: Cell) -> str:
    if MAGIC.search(cell.source) or (body := statements(cell.source)) is None:
        return cell.source
    short = "\n".join(_text(cell.source, statement) for statement in body if takes_no_time(statement))
    return short if set(cell.exercises) <= set(defined_names(short)) else cell.source


def _text(source: str, statement: ast.stmt) -> str:
    try:
        return ast.unparse(statement)
    except RecursionError:  # a sum of some hundred terms: Python's own function for it calls itself
        return ast.get_source_segment(source, statement) or ""
