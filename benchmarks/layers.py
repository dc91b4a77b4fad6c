"""What a warm judge spends on a solved notebook, by exercise and layer, in its own process and in the worker.

`exercises` only asks how long each exercise takes; `layers` puts clocks around the functions of both sides, which costs
a little. A worker's clocks travel to the judge in the headers of its answers.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from autograder.judge import judge, session
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox import sandbox, validation
from autograder.submission import notebook
from autograder.worker import wire
from tests.classroom.pupils import LESSON, Pupil, notebook_of

from . import spans
from .spans import Spans
from .submissions import solved

# the part in which a worker is forked and runs the cells; "around": what belongs to no exercise
BEGIN = "worker, cells"
WAIT = "socket, switching"  # the judge's waiting, less what the worker does meanwhile
CPU = "thread_time"
# Put before the worker's main(): clocks there, and their times into each answer's header.
CLOCKS = """
import json
clocks = sys.modules["spans"] = types.ModuleType("spans")
exec(compile({text!r}, "<spans>", "exec"), vars(clocks))
spans = clocks.Spans({clock!r})
from attention_lab.checking.ask import crash, observe
from attention_lab.checking.form import values
main, wire, restore = (sys.modules[f"worker.{{name}}"] for name in ("main", "wire", "restore"))
observed = observe._Observation
for owner, name, label in ((wire, "_read", "wait"), (wire, "receive", "worker: unpack"), (main.Notebook, "cell", "worker: run cells"),
                           (main.Notebook, "observe", "worker: sort tensors"), (main, "observe", "observe: the rest"),
                           (observed, "construct", "observe: construct"), (observed, "place", "observe: place weights"),
                           (observed, "call", "observe: call"), (observed, "differentiate", "observe: backward"),
                           (values, "encode", "observe: copy what is seen"), (crash, "describe", "observe: describe an error"),
                           (wire.Packed, "__init__", "worker: pack")):
    spans.time(owner, name, label)
snapshot, send = restore.snapshot, wire.send
restore.snapshot = lambda owners: spans.timed(snapshot(owners), "worker: restore")
def send_with_times(sock, number, packed):
    packed.head = b'"spent": ' + json.dumps({{label: took for (_, label), took in spans.taken().items()}}).encode() + b", " + packed.head
    send(sock, number, packed)
wire.send = send_with_times
"""  # noqa: E501
MAIN = "worker.main.main("


def _parts(clocks: Spans) -> None:
    clocks.within(judge, "_verdict", lambda graders, exercise, *_: exercise.name)
    clocks.within(session.Session, "begin", lambda *_: BEGIN)
    clocks.time(Judge, "grade", "the rest")


def exercises(rounds: int, warm: Judge,
              floor: Callable[[], dict[str, float]]) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    """The milliseconds of each part of the judge's work and of each exercise of the floor, round by round, taking
    turns."""
    clocks = Spans()
    _parts(clocks)
    try:
        judged, bare = [], []
        for number in range(rounds):
            bare.append(floor())
            warm.grade(notebook_of(solved(number)), LESSON)
            judged.append({part: 1000 * took for (part, _), took in clocks.taken().items()})
    finally:
        clocks.close()
    return judged, bare


def layers(people: list[Pupil], seed: str, clock: str) -> list[dict[tuple[str, str], float]]:
    """The milliseconds of each submission by part and layer. clock: as of Spans."""
    with _clocks(clock) as clocks, Judge(Settings(seed=seed)) as instrumented:
        found = []
        for pupil in [*people[:2], *people]:  # the first ones start the process that forks, and draw the cases
            notebook_ = notebook_of(pupil)
            clocks.taken()
            instrumented.grade(notebook_, LESSON)
            found.append({key: 1000 * took for key, took in clocks.taken().items()})
    return found[2:]


def by_layer(spent: dict[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    rows: dict[str, dict[str, float]] = {}
    for (part, label), took in spent.items():
        rows.setdefault(label, {})[part] = took
    return rows


@contextmanager
def _clocks(clock: str) -> Iterator[Spans]:
    clocks = Spans(clock)
    _parts(clocks)
    for owner, name, label in ((notebook, "cells_to_run", "find the cells"), (sandbox.Sandbox, "worker", "fork, walls"),
                               (sandbox.Worker, "ask", "look after the worker"), (sandbox.Worker, "_send", "send"),
                               (wire, "_read", WAIT), (wire, "receive", "unpack"),
                               (validation, "observations", "examine the answer"),
                               (judge.judging, "judge", "verdict: the rest"),
                               (judge.judging, "_recognise", "verdict: which mistake"),
                               (session.ProxyProcess, "answer", "stand in for a piece"),
                               (judge.judging, "differences", "verdict: compare"),
                               (sandbox.Worker, "close", "end the worker")):
        clocks.time(owner, name, label)
    received = wire.receive

    def receive(*args):
        header, tensors = received(*args)
        for label, took in header.pop("spent", {}).items():
            if label != "wait":
                clocks.add(label, took)
                if clock != CPU:
                    clocks.add(WAIT, -took)
        return header, tensors

    program, before_main = sandbox._program, CLOCKS.format(text=inspect.getsource(spans), clock=clock) + MAIN
    clocks.replace(wire, "receive", receive)
    clocks.replace(sandbox, "_program", lambda *args: program(*args).replace(MAIN, before_main))
    try:
        yield clocks
    finally:
        clocks.close()
