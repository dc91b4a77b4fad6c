"""The unprotected control: the same hidden cases, asked in the learner's own process, with no wall around it.

It stands for what graders do that run a notebook and its hidden tests in one process. Points are given in several
styles, because each attack knows one of them: `judge` is our own comparison (with the observation sent over our own
wire to itself), `visible` the same on the cases that learners hold, and the others compare outputs, gradients and
errors with one library function each, all or nothing, as a cell of hidden tests does. An attack succeeds where any
style pays it more than it pays the same answers without the trick. The report is the last line printed, in JSON: that
is how a grader outside would get it, and so it can be forged too. What a file itself claims is believed by outcomes.py.

`python -m tests.adversarial.control FOLDER` runs every job of FOLDER/jobs.json in a fork, so that torch is imported
once, and adds what it has seen of each to FOLDER/results. A job without an entry there has ended this process too.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import socket
import sys
import threading
import time
import types
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

import attention_lab
from attention_lab.checking.ask import observe
from attention_lab.checking.form import values
from attention_lab.checking.form.protocol import Answer, Observation, Question, plain, read
from attention_lab.checking.known import recorded
from attention_lab.checking.known.recorded import RecordedExercise
from attention_lab.checking.verdict import judging
from autograder import recording
from autograder.lessons import derive
from autograder.lessons.course import files_of
from autograder.lessons.topics import topic
from autograder.sandbox.budget import waited
from autograder.submission import notebook
from autograder.worker import wire
from tests.classroom.pupils import LESSON

from .harness import GUESSABLE
from .traces import Watch, end, marked

EVERY = 3  # of the cases one in so many: no attack depends on which
# For all cells and all questions of one job, without the time that a busy machine lets it wait; one that searches the
# heap takes two.
SECONDS = 6.0
PRINTED = 20 << 20  # bytes that it may print
ALIVE = "alive"  # a file that is touched while a job is watched


def draw(seed: str) -> list[RecordedExercise]:
    """Some hidden cases with the reference's answers; without the known mistakes, which only choose sentences."""
    from solutions.se import reference as se

    lesson = notebook.lesson(LESSON)
    points = {slot.name: slot.points for slot in lesson.exercises}
    cases = derive.hidden(topic(lesson.topic).exercises, se, seed)
    return [exactly(recording.record_exercise(name, each[::EVERY], points[name], se, seed=seed), vars(se))
            for name, each in cases.items()]


def exactly(exercise: RecordedExercise, reference: dict[str, Any]) -> RecordedExercise:
    """With every bit of the reference's answers: what is recorded is rounded to what our comparisons look at, others
    look at more."""
    return replace(exercise, cases=[
        replace(case, expected_tensors=observe.observe(reference[exercise.name], case.question, case.tensors,
                                                       reference)[1])
        for case in exercise.cases])


# --- how a cell of hidden tests compares: a tensor, or a number
def _tensor(want: Any) -> bool:
    return isinstance(want, torch.Tensor)


SAME: dict[str, Callable[[Any, Any], bool]] = {
    "allclose": lambda got, want: torch.allclose(got, want) if _tensor(want) else abs(got - want) < 1e-6,
    "assert_close": lambda got, want: torch.testing.assert_close(got, want) is None,
    "isclose": lambda got, want: bool(torch.isclose(torch.as_tensor(got), torch.as_tensor(want)).all()),
    # A formula in another order may differ in a number's last digit.
    "equal": lambda got, want: torch.equal(got.round(decimals=6), want.round(decimals=6)) if _tensor(want) else
        got == want or abs(got - want) < 1e-6,
    "==": lambda got, want: bool((got.float() == want.float()).all())
    if _tensor(want) else got == want or abs(got - want) < 1e-6,
    "not !=": lambda got, want: not (got != want).any() if _tensor(want) else not got != want or abs(got - want) < 1e-6,
    "pytest": lambda got, want: got == pytest.approx(want) if not _tensor(want) else
        got.flatten().tolist() == pytest.approx(want.flatten().tolist()),
    "numpy": lambda got, want: numpy.testing.assert_allclose(*(t.detach().numpy() if _tensor(t) else t
                                                               for t in (got, want)), 1e-6) is None,
}


def hidden_test(exercise: RecordedExercise, namespace: dict[str, Any], same: Callable[[Any, Any], bool]) -> None:
    """Raises AssertionError, or whatever the learner's code raises, where a case is wrong."""
    thing = namespace[exercise.name]
    for case in exercise.cases:
        question, expected = case.question, case.expected
        if question.device != "cpu":
            continue
        dtype = getattr(torch, question.dtype)
        given = {name: t.to(dtype) for name, t in case.tensors.items()}
        decode = lambda node: values.decode(node, given, None)  # noqa: B023, E731 (called within this turn of the loop)
        try:
            target = thing
            if question.construct:
                built = question.construct
                target = thing(*map(decode, built.args), **{k: decode(v) for k, v in built.kwargs.items()})
                state = {name.removeprefix("state."): t for name, t in given.items() if name.startswith("state.")}
                target.to(dtype).load_state_dict(state, strict=False)
            inputs = [decode(node) for node in question.args]
            for x in inputs:
                if _tensor(x):
                    x.requires_grad_()
            output = target(*inputs, **{k: decode(v) for k, v in question.kwargs.items()})
        except ValueError:
            assert expected.raised, case.label
            continue
        assert not expected.raised, case.label
        (_, leaf), = values.leaves(expected.output)
        want = case.expected_tensors[leaf["tensor"]] if isinstance(leaf, dict) else leaf
        assert same(output, want), case.label
        if "cotangent" in given and "grad.input.0" in case.expected_tensors:
            gradient, = torch.autograd.grad(output, inputs[0], given["cotangent"])
            assert same(gradient, case.expected_tensors["grad.input.0"]), case.label


def over_the_wire(answer: Answer) -> Answer:
    mine, theirs = socket.socketpair()
    with mine, theirs:
        packed = wire.Packed(plain(answer[0]), answer[1])
        sending = threading.Thread(target=wire.send, args=(mine, 1, packed), daemon=True)
        sending.start()
        header, tensors = wire.receive(theirs)
        return read(Observation, {name: value for name, value in header.items() if name != "id"}), tensors


def grade(cells: list[tuple[str, bool]], hidden: list[RecordedExercise],
          visible: list[RecordedExercise]) -> dict[str, Any]:
    """Run the cells, then the tests, in one namespace. Points by style and exercise, and what the learner's code
    raised.

    The style `executed` believes the number in which a grade cell ends, as the notebook that was handed in holds it.
    """
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    namespace = vars(main)
    namespace.update(get_ipython=lambda: None, display=lambda *_: None)
    points: dict[str, dict[str, float]] = {"executed": {}}
    messages = []
    for number, (source, graded) in enumerate(cells):
        try:
            tree = ast.parse(source)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<cell>", "exec"), namespace)
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace) if last else None
            if graded and isinstance(value, float):
                points["executed"][f"cell {number}"] = value
        except Exception as error:
            messages.append(f"{type(error).__name__}: {error}")

    def ask(question: Question, tensors: dict) -> Answer:
        return over_the_wire(observe.observe(namespace[question.exercise], question, tensors, namespace))

    for style in (*SAME, "judge", "visible"):
        points[style] = {}
        for exercise in visible if style == "visible" else hidden:
            points[style][exercise.name] = 0.0
            try:
                if style in SAME:
                    hidden_test(exercise, namespace, SAME[style])
                    points[style][exercise.name] = exercise.points
                else:
                    judged = judging.judge(exercise, ask, secret=True)
                    points[style][exercise.name] = judged.points
                    messages += [judged.headline, *judged.evidence]
            except Exception as error:
                messages.append(f"{type(error).__name__}: {error}")
    return {"points": points, "messages": messages}


def child(job: dict[str, Any], folder: Path, hidden: list[RecordedExercise], visible: list[RecordedExercise]) -> None:
    """Become the process of one job: its output to a file, its working directory a scratch folder of its own."""
    os.setsid()
    out = os.open(folder / f"{job['name']}.out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1), os.dup2(out, 2), os.close(out)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)
    scratch = folder / "scratch" / job["name"]
    scratch.mkdir(parents=True)
    os.chdir(scratch)
    report = grade(job["cells"], hidden, visible)
    print("\n" + json.dumps(report), flush=True)


def run(job: dict[str, Any], folder: Path, hidden: list[RecordedExercise],
        visible: list[RecordedExercise]) -> dict[str, Any] | None:
    """What was seen of one job from outside; None in the process of the job itself, when it is over."""
    began, pid = time.monotonic(), os.fork()
    if pid == 0:
        child(job, folder, hidden, visible)
        return None
    scratch, printed = folder / "scratch" / job["name"], folder / f"{job['name']}.out"
    watch = Watch((str(scratch), job["marker"]), scratch)
    ended = None
    looked = 0.0
    while ended is None and time.monotonic() - began - (waited(pid) or 0.0) < SECONDS:
        time.sleep(0.02)
        if time.monotonic() - looked > 0.3:
            (folder / ALIVE).touch()
            watch.look()
            looked = time.monotonic()
        if printed.exists() and printed.stat().st_size > PRINTED:
            break
        if os.waitpid(pid, os.WNOHANG)[0]:
            ended = time.monotonic() - began
    watch.look()
    left = marked(str(scratch), job["marker"], but=(pid,))
    found = {"ended": ended, "left": [" ".join(process.cmdline())[-200:] for process in left],
             "exceeded": watch.exceeded(),
             "printed": printed.stat().st_size if printed.exists() else 0}
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, 9)
    end(left)
    if ended is None:
        os.waitpid(pid, 0)
    try:
        shutil.rmtree(scratch)  # as graders clean up
    except (OSError, RecursionError) as error:
        found["exceeded"].append(f"what it left cannot be cleaned up: {type(error).__name__}")
    return found


def main(folder: Path) -> None:
    torch.set_num_threads(1)
    attention_lab.check = lambda *_, **__: 0.0
    attention_lab.progress = lambda *_: None
    sys.modules["worker.wire"] = wire
    hidden = draw(GUESSABLE)
    visible = [replace(exercise, cases=exercise.cases[::EVERY], mistakes=[])
               for exercise in recorded.load_all(files_of(LESSON) / recorded.FOLDER)]
    # the grader's own file, left open
    os.set_inheritable(os.open(os.environ["ADVERSARIAL_ANSWERS"], os.O_RDONLY), True)
    # what costs time on first use, before any fork
    grade([("from solutions.se.reference import *", False)], hidden, visible)
    results = folder / "results"
    for job in json.loads((folder / "jobs.json").read_text()):
        if (results / f"{job['name']}.json").exists():
            continue
        found = run(job, folder, hidden, visible)
        if found is None:
            return
        (results / f"{job['name']}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
