"""The memory that an answer needs, as it is measured from outside."""

import types

import pytest

from attention_lab.checking import judging, report
from autograder.judge import recording
from autograder.judge.session import Session
from autograder.sandbox.sandbox import Worker
from autograder.submission.notebook import Cell
from solutions.shared.declare import Case, RandomTensor

N = 4096
MAP = 4 * N * N  # bytes

REFERENCE = """
import torch

def smoothed(x):
    return torch.cat([(rows @ x.T).softmax(1) @ x for rows in x.split(256)])
"""
WHOLE = "import torch\ndef smoothed(x):\n    return (x @ x.T).softmax(1) @ x\n"
PIECES = """
import torch

def smoothed(x):
    maps = [(rows @ x.T).softmax(1) for rows in x.split(256)]  # no tensor is large, all of them are
    return torch.cat([rows @ x for rows in maps])
"""
BEFORE = "import torch\nmuch = torch.zeros(10 * 4096 * 4096)\ndel much\n"


@pytest.fixture(scope="module")
def exercise():
    reference = types.ModuleType("reference")
    exec(REFERENCE, vars(reference))
    small = Case("a small input", (RandomTensor((6, 3)),), dtype="float32")
    large = Case("a large input", (RandomTensor((N, 8)),), dtype="float32", peak=MAP)
    made = recording.record_exercise("smoothed", [small, large], 10.0, reference)
    for case in made.cases:
        case.secret = True
    return made


def judged(exercise, sandbox, *cells):
    session = Session({"cpu": sandbox}, [Cell(source, ("smoothed",) if "def smoothed" in source else ()) for source in cells])
    try:
        return judging.judge(exercise, session.ask, secret=True)
    finally:
        session.close()


def test_rows_in_chunks_stay_within_the_limit_whatever_was_needed_before(exercise, sandbox):
    seen = judged(exercise, sandbox, BEFORE, REFERENCE)
    assert seen.points == 10 and "memory" in seen.headline, report.text(seen)


@pytest.mark.parametrize("answer", [WHOLE, PIECES], ids=["whole", "pieces"])
def test_a_whole_map_is_seen_in_one_tensor_and_in_many(exercise, sandbox, answer):
    seen = judged(exercise, sandbox, answer)
    assert {check.name for check in seen.checks if check.outcome != "passed"} == {"memory"}
    assert "MiB at its peak; less than 64 MiB are allowed" in seen.headline


def test_where_nothing_can_be_measured_nothing_is_held_against_an_answer(exercise, sandbox, monkeypatch):
    monkeypatch.setattr(Worker, "forget_peak", lambda self: False)
    assert judged(exercise, sandbox, WHOLE).points == 10
