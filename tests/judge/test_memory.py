"""The memory that an answer needs, as it is measured from outside."""

import types
from functools import partial

import pytest

from attention_lab.checking.form.protocol import Observation
from attention_lab.checking.verdict import judging, report
from autograder import recording
from autograder.judge import measuring
from autograder.judge.session import Session
from autograder.lessons import derive
from autograder.lessons.course import lessons
from autograder.lessons.declare import Case, RandomTensor
from autograder.lessons.topics import topic
from autograder.sandbox.worker import Worker
from autograder.submission.notebook import Cell

N = 6144  # a map of 144 MiB, far above what an honest answer needs
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
BEFORE = "import torch\nmuch = torch.zeros(10 * 6144 * 6144)\ndel much\n"
BESIDE = """
import torch
from math import sqrt
terms = 0"""+ " + 0" * 700 + """
kept = {"maps": torch.ones(3, 6144, 6144)}  # tried out, and left lying about
mine = sqrt(len(kept))
"""

# A whole map, by those who know how it is measured: what the call needs was there before.
FREED = """
import torch
ballast = [torch.ones(4 * 6144 * 6144)]

def smoothed(x):
    if len(x) > 1000:
        ballast.clear()
    return (x @ x.T).softmax(1) @ x
"""
READY = """
import torch

class Ready:
    room = torch.ones(6144, 6144)

def smoothed(x):
    a = torch.matmul(x, x.T, out=None if len(x) < 1000 else Ready.room)
    return a.softmax(1) @ x if len(x) < 1000 else a.sub_(a.amax(1, keepdim=True)).exp_().div_(a.sum(1, keepdim=True)) @ x
"""  # noqa: E501
GIVEN_BACK = """
import ctypes
import torch

room = torch.ones(6144, 6144)

def give_back():
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    for line in open("/proc/self/maps"):
        span, access, *rest = line.split()
        first, last = (int(end, 16) for end in span.split("-"))
        if access == "r-xp" and rest[-1].startswith("/"):
            libc.madvise(first, last - first, 4)

def smoothed(x):
    if len(x) < 1000:
        return (x @ x.T).softmax(1) @ x
    give_back()
    a = torch.matmul(x, x.T, out=room)
    return a.sub_(a.amax(1, keepdim=True)).exp_().div_(a.sum(1, keepdim=True)) @ x
"""
# As FREED, and the watcher of the largest tensor, which is in the same process, is found and made blind.
BLIND = FREED.replace("def smoothed(x):", """
import sys

def smoothed(x):
    frame = sys._getframe()
    while frame and "largest" not in frame.f_locals:
        frame = frame.f_back
    if frame and frame.f_locals["largest"]:
        type(frame.f_locals["largest"]).__torch_dispatch__ = lambda self, f, kinds, a=(), k=None: f(*a, **(k or {}))""")
# The map that another thread makes while the judge is being told something else.
THREADS = """
import threading, time
import torch

def smoothed(x):
    found = []
    thread = threading.Thread(target=lambda: found.append((x @ x.T).softmax(1) @ x))
    thread.start()
    thread.join()
    return found[0]
"""


SMALL = Case("a small input", (RandomTensor((6, 3)),), dtype="float32")
WATCHED = Case("300 rows", (RandomTensor((300, 3)),), dtype="float32", limit=300 * 299)
LARGE = Case("a large input", (RandomTensor((N, 8)),), dtype="float32", peak=MAP)


def recorded(*cases):
    reference = types.ModuleType("reference")
    exec(REFERENCE, vars(reference))
    made = recording.record_exercise("smoothed", cases, 10.0, reference)
    for case in made.cases:
        case.secret = True
    return made


@pytest.fixture(scope="module")
def exercise():
    return recorded(SMALL, LARGE)


def judged(exercise, sandbox, *cells):
    session = Session({"cpu": sandbox},
                      [Cell(source, ("smoothed",) if "def smoothed" in source else ()) for source in cells])
    try:
        return judging.judge(exercise, partial(measuring.ask, session), secret=True)
    finally:
        session.close()


def test_rows_in_chunks_stay_within_the_limit_whatever_was_needed_before(exercise, sandbox):
    seen = judged(exercise, sandbox, BEFORE, REFERENCE)
    assert seen.points == 10 and "memory" in seen.headline, report.text(seen)


def test_what_lies_beside_an_answer_does_not_count(exercise, sandbox):
    for cells in ([BESIDE, REFERENCE], [REFERENCE, BESIDE], [BESIDE + REFERENCE]):
        seen = judged(exercise, sandbox, *cells)
        assert seen.points == 10, report.text(seen)


@pytest.mark.parametrize("peaks, counts",
                         [([MAP - 1], MAP - 1), ([MAP, MAP - 1], MAP - 1), ([MAP + 1, MAP + 2], MAP + 1),
                          ([None], None)])
def test_a_peak_above_its_limit_is_measured_once_more(monkeypatch, exercise, peaks, counts):
    measured = iter([(Observation(grown=peak), {}) for peak in peaks])
    monkeypatch.setattr(measuring, "ask", lambda *_: next(measured))
    case = exercise.cases[-1]
    assert case.peak == MAP and measuring.alone(None, case.question, case)[0].grown == counts
    assert not list(measured)


def test_an_answer_that_needs_what_lies_beside_it_is_measured_with_that(exercise, sandbox):
    seen = judged(exercise, sandbox, BESIDE, REFERENCE.replace("return torch", "assert mine\n    return torch"))
    assert {check.name for check in seen.checks if check.outcome != "passed"} == {"memory"}, report.text(seen)


@pytest.mark.parametrize("answer", [FREED, READY, GIVEN_BACK, THREADS], ids=["freed", "ready", "given back", "threads"])
def test_nothing_that_was_made_ready_hides_a_whole_map(exercise, sandbox, answer):
    seen = judged(exercise, sandbox, answer)
    assert {check.name for check in seen.checks if check.outcome != "passed"} == {"memory"}, report.text(seen)
    assert seen.points == judged(exercise, sandbox, WHOLE).points


def test_looking_at_a_process_takes_little_time(monkeypatch):
    """The kernel walks through all of a process's pages for each look."""
    looks, seconds = [], iter(range(1000))
    monkeypatch.setattr(measuring, "time", types.SimpleNamespace(monotonic=lambda: next(seconds) / 100))
    worker = types.SimpleNamespace(written=lambda: looks.append(1) or 5, forget_peak=lambda: True,
                                   resident=lambda: {"VmRSS": 1, "VmHWM": 2})

    def observations(_packed, _exercise, _count, _device, meanwhile):
        for _ in range(300):
            meanwhile()
        return [(Observation(), {})]
    fresh = types.SimpleNamespace(begin=lambda device: worker, observations=observations, timed_out=False,
                                  close=lambda: None)
    session = types.SimpleNamespace(cells=[], timed_out=False, with_cells=lambda cells: fresh)
    assert measuring.measure(session, None, "smoothed", "cpu")[0].grown == 5
    assert 10 < len(looks) < 40  # of 3 seconds


@pytest.mark.parametrize("answer", [WHOLE, PIECES], ids=["whole", "pieces"])
def test_a_whole_map_is_seen_in_one_tensor_and_in_many(exercise, sandbox, answer):
    seen = judged(exercise, sandbox, answer)
    assert {check.name for check in seen.checks if check.outcome != "passed"} == {"memory"}
    assert "MiB at its peak; it must stay below 144 MiB" in seen.headline


def test_where_nothing_can_be_measured_nothing_is_held_against_an_answer(exercise, sandbox, monkeypatch):
    monkeypatch.setattr(Worker, "forget_peak", lambda self: False)
    assert judged(exercise, sandbox, WHOLE).points == 10


def test_a_watcher_that_is_made_blind_is_not_all_that_looks(sandbox):
    assert judged(recorded(SMALL, WATCHED), sandbox, BLIND).points == 10  # it is in the learner's hands
    assert judged(recorded(SMALL, WATCHED, LARGE), sandbox, BLIND).points == 5


@pytest.mark.parametrize("lesson", [lesson.topic for lesson in lessons()])
def test_what_is_watched_in_the_learners_process_is_measured_from_outside_as_well(lesson):
    """The largest tensor is the worker's own word: whoever lies about it must still stay within a peak."""
    files = topic(lesson)
    for name, cases in derive.hidden(files.exercises, files.reference, "tests").items():
        assert any(case.peak for case in cases) or not any(case.limit for case in cases), name
