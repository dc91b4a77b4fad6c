"""What passes between learners is data: checks, hand-outs and small files that somebody else wrote, or that were
damaged."""

import json
import resource
import shutil
import socket
import zlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from importlib.util import find_spec

import pytest
import torch

from attention_lab import review
from attention_lab.checking.form import packing
from attention_lab.checking.form.protocol import Call, Construct
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook.check import verdict_on
from attention_lab.notebook.progress import FILE, Kept, Progress, began, recall, remember
from attention_lab.notebook.review import SCHEDULE, _write, questions
from attention_lab.storage import LARGEST
from autograder.lessons.course import files_of
from autograder.worker import wire

TOO_DEEP = "[" * 100_000
ODD = [TOO_DEEP, '{"squeeze": ' * 50_000, "[]", "7", '"text"', '{"squeeze": []}', '{"squeeze": 1e999}',
       '{"squeeze": NaN}', '{"squeeze": 2}',
       '{"squeeze": {"points": 1e999, "tries": 1, "failed": [], "solved": ""}}', f'{{"squeeze": {"9" * 4000}}}',
       "\x00\udcff", "",
       '{"squeeze": {"points": 1, "tries": 1, "failed": [], "solved": "9999-99-99"}}',
       '{"squeeze": {"points": 1, "tries": [1], "failed": {}, "solved": 7}}', '{"squeeze": {"points": 1}}',
       " " * (LARGEST + 1)]


def squeeze(x):
    return x.mean((2, 3))


@pytest.fixture
def lesson(tmp_path):
    folder = tmp_path / "01_se"
    folder.mkdir()
    shutil.copytree(files_of("01_se") / "checks", folder / "checks")
    return folder


def rewritten(lesson, **changes):
    """The check of `squeeze` with other fields in its first question."""
    exercise = recorded.load(lesson / "checks", "squeeze")
    case = exercise.cases[0]
    exercise.cases[0] = replace(case, question=replace(case.question, **changes))
    (lesson / "checks/squeeze.check").write_bytes(recorded.to_bytes(exercise, "01_se", "SE", 0))


def own(function, **others):
    """The function as a notebook defines it, beside other names."""
    namespace = {"__name__": "__main__", **others}
    exec(f"def {function}(x):\n    return x.mean((2, 3))", namespace)
    return namespace[function]


def test_the_courses_own_checks_are_taken(lesson):
    verdict = verdict_on(own("squeeze"), lesson / "checks")
    assert verdict.points == verdict.max_points


@pytest.mark.parametrize("named", ["find_spec", "open", "mine"])
def test_a_check_calls_nothing_but_the_lessons_own_exercises(lesson, named):
    called = []
    node = {"exercise": named, "args": ["checks.evil.x"], "kwargs": {}}
    rewritten(lesson, args=[{"dict": {"x": [node]}}])
    with pytest.raises(ValueError, match="not an exercise that this notebook defines"):
        verdict_on(own("squeeze", find_spec=find_spec, open=called.append, mine=called.append), lesson / "checks")
    # nor does it by saying that it is one
    shutil.copy(lesson / "checks/squeeze.check", lesson / f"checks/{named}.check")
    exercise = recorded.load(lesson / "checks", "squeeze")
    (lesson / f"checks/{named}.check").write_bytes(recorded.to_bytes(replace(exercise, name=named), "01_se", "SE", 1))
    with pytest.raises(ValueError, match="not an exercise that this notebook defines"):
        verdict_on(own("squeeze", find_spec=find_spec, open=called.append, mine=called.append), lesson / "checks")
    assert not called


@pytest.mark.parametrize("call", ["earlier", "earliest", "construct"])
def test_nor_does_a_call_before_the_one_that_is_observed(lesson, call):
    called = []
    node = {"exercise": "mine", "args": ["checks.evil.x"], "kwargs": {}}
    rewritten(lesson, **{call: Construct([node], {}, False) if call == "construct" else Call([node], {})})
    with pytest.raises(ValueError, match="not an exercise that this notebook defines"):
        verdict_on(own("squeeze", mine=called.append), lesson / "checks")
    assert not called


@pytest.mark.parametrize("changes, said", [
    ({"method": "__del__"}, "calls '__del__'"), ({"method": "load_state_dict"}, "calls 'load_state_dict'"),
    ({"dtype": "load"}, "dtype"),
    ({"device": "xpu"}, "device"), ({"args": [{"dtype": "load"}]}, "another kind"), ({"method": 7}, "another kind"),
    ({"args": [[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]}, "another kind"),
    ({"args": [float("inf"), "x" * 5000]}, "another kind")])
def test_a_check_that_is_more_than_data_is_refused_in_a_sentence(lesson, changes, said):
    rewritten(lesson, **changes)
    with pytest.raises(ValueError, match=said) as refused:
        verdict_on(own("squeeze"), lesson / "checks")
    assert "take the folder `checks` from the course again" in str(refused.value)


@contextmanager
def little_memory():
    """Fails what takes more than 100 MB, even for a moment."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def layer(name, *args, **kwargs):
    return {"module": name, "args": list(args), "kwargs": kwargs}


@pytest.mark.parametrize("node, said", [
    (layer("Linear", 10**6, 10**6), "the number 1,000,000"), (layer("Linear", 16_000, 16_000),
                                                              "layers of 256,016,000 numbers"),
    (layer("Linear", 16_000, 16_000, device="cpu"), "layers of"), (layer("Linear", 16_000, 16_000, True, "cpu"),
                                                                   "can't build 'Linear'"),
    (layer("Sequential", *[layer("MultiheadAttention", 1024, 8)] * 4), "layers of"),
    ({"factory": layer("Conv2d", {"given": True}, 16_000, 3)}, "layers of"),
    (layer("Conv2d", 1, 1, 1, padding=[9000, 9000]), "its padding is"), (layer("ConvTranspose2d", 1, 1, 1, 9000),
                                                                         "its stride is"),
    (layer("AdaptiveAvgPool2d", 16_000), "its output_size is"), (layer("Upsample", scale_factor=1e6),
                                                                 "can't build 'Upsample'"),
    (layer("Transformer", 8, 2, 9000), "can't build 'Transformer'"), (layer("LazyLinear", 10),
                                                                      "can't build 'LazyLinear'"),
    (layer("Linear", {"tensor": "x"}, 3), "can't build 'Linear'"), (layer("Sequential", layer("Linear", -3, "x")),
                                                                    "can't build 'Linear'"),
    ({"exercise": "squeeze", "args": [10**9], "kwargs": {}}, "the number 1,000,000,000"),
    ({"size": [1 << 40]}, "the number")])
def test_what_would_take_much_memory_is_refused_before_it_is_built(lesson, node, said):
    rewritten(lesson, args=[node])
    with little_memory(), pytest.raises(ValueError, match=said) as refused:
        verdict_on(own("squeeze"), lesson / "checks")
    assert "take the folder `checks` from the course again" in str(refused.value)


def test_a_stored_tensor_becomes_no_thousand_large_ones(lesson):
    exercise, large = recorded.load(lesson / "checks", "squeeze"), torch.ones(500_000, dtype=torch.float64)
    exercise.cases[0].tensors.update({f"more{number}": large for number in range(100)})
    path = lesson / "checks/squeeze.check"
    path.write_bytes(recorded.to_bytes(exercise, "01_se", "SE", 0))
    with little_memory(), pytest.raises(ValueError, match="name tensors of 50,0.* numbers; at most 8,388,608"):
        verdict_on(own("squeeze"), lesson / "checks")


@pytest.mark.parametrize("shape", [[10**6, 10**6], [1 << 28] * 4, [0, 10**12], [10**12]])
def test_a_tensor_has_no_more_numbers_than_were_handed_over(shape):
    """In a file of checks, and from a worker."""
    specs, body = packing.pack({"x": torch.ones(6)})
    specs[0][2] = shape
    frame = json.dumps([{}, specs]).encode()
    mine, theirs = socket.socketpair()
    with mine, theirs, little_memory():
        with pytest.raises(ValueError, match="numbers of type|has the shape"):
            packing.unpack(specs, body)
        theirs.sendall(wire.LENGTHS.pack(len(frame), len(body)) + frame + body)
        with pytest.raises(ValueError):
            wire.receive(mine)


@pytest.mark.parametrize("first, rest", [
    (TOO_DEEP, b""), ('{"lesson": "a", "title": "b", "number": [], "exercise": "squeeze", "points": 2}', b""),
    ('{"lesson": "a", "title": "b", "number": 0, "exercise": "squeeze", "points": 1e999}', b""),
    ("x" * 10_000_000, b""),
    (None, zlib.compress(b"0" * (100 << 20))), (None, b"x" * (17 << 20)),
    (None, zlib.compress(b"\x10\x00\x00\x00" + b"[" * 200_000))])
def test_a_check_is_read_within_bounds(lesson, first, rest):
    path = lesson / "checks/squeeze.check"
    line, _, _ = path.read_bytes().partition(b"\n")
    path.write_bytes((line if first is None else first.encode()) + b"\n" + rest)
    with pytest.raises(ValueError, match="is not a file of recorded checks"):
        verdict_on(own("squeeze"), lesson / "checks")


@pytest.mark.parametrize("content", ODD)
def test_progress_that_is_odd_is_kept_beside_a_new_one(lesson, content):
    (lesson / FILE).write_text(content, errors="surrogateescape")
    assert began(lesson) is None and "not checked yet" in repr(Progress(lesson)) and questions(lesson) == []
    verdict = Verdict("squeeze", 2.0, 2.0, [], "")
    remember(lesson, verdict, "digest")
    assert verdict.notes == [f"{FILE} could not be read. It is kept as {FILE}.odd1, and a new one was begun."]
    assert (lesson / f"{FILE}.odd1").read_text(errors="surrogateescape") == content
    assert "2 of 2" in repr(Progress(lesson)) and began(lesson) == date.today() and len(questions(lesson)) > 3
    verdict = Verdict("squeeze", 2.0, 2.0, [], "")
    remember(lesson, verdict, "digest")
    assert verdict.notes == [] and not (lesson / f"{FILE}.odd2").exists()


def test_progress_in_a_file_of_another_learner_stays_readable_and_is_not_lost(lesson):
    """Many names and long digests, which grow when they are written anew."""
    def entry(points, failed=()):
        return {"points": points, "tries": 3, "failed": list(failed), "solved": "2026-01-02" if points else ""}

    theirs = {f"x{number}": entry(9) for number in range(40_000)}
    (lesson / FILE).write_text(json.dumps(theirs | {"squeeze": entry(2.0), "Excitation": entry(0.0, ["a" * 12]),
                                                    "é" * 100_000: entry(9), "y": entry(9, ["é" * 5000] * 20)},
                                          ensure_ascii=False), encoding="utf-8")
    for points in (1.0, 4.0):
        verdict = Verdict("SEBlock", points, 4.0, [], "")
        remember(lesson, verdict, f"answer {points}")
        assert verdict.notes == [] and (lesson / FILE).stat().st_size < LARGEST
    assert "6 of 11" in repr(Progress(lesson))
    assert recall(lesson, "Excitation") == Kept(0.0, 3, ["a" * 12], "")
    assert recall(lesson, "SEBlock").tries == 2


def test_progress_of_another_lesson_in_the_same_folder_is_kept(lesson):
    theirs = {"points": 2.0, "tries": 1, "failed": [], "solved": "2026-01-02"}
    (lesson / FILE).write_text(json.dumps({"ECABlock": theirs}))
    remember(lesson, Verdict("squeeze", 2.0, 2.0, [], ""), "digest")
    assert recall(lesson, "ECABlock") == Kept(**theirs)


def test_a_schedule_of_another_learner_stays_readable_and_is_not_lost(lesson, monkeypatch):
    (lesson / FILE).write_text(json.dumps({"squeeze": {"points": 2.0, "tries": 1, "failed": [],
                                                       "solved": "2020-01-01"}}))
    first, *rest = questions(lesson)
    others = [question.item["id"] for question in rest]
    theirs = {f"x{number}": [3, "2026-01-01"] for number in range(120_000)}
    (lesson / SCHEDULE).write_text(json.dumps(theirs | {each: [2, "2026-01-02"] for each in others}))
    monkeypatch.chdir(lesson)
    for _ in range(2):
        _write(first, 1, date(2026, 1, 3))
    due = {question.item["id"]: (question.step, question.due) for question in questions(lesson)}
    assert due == {first.item["id"]: (1, date(2026, 1, 3)), **{each: (2, date(2026, 1, 2)) for each in others}}


def test_days_that_will_not_come_end_no_review(lesson):
    (lesson / FILE).write_text(json.dumps({"squeeze": {"points": 2.0, "tries": 1, "failed": [],
                                                       "solved": "9999-12-31"}}))
    first = questions(lesson)[0].item["id"]
    (lesson / SCHEDULE).write_text(json.dumps({first: [3, "9999-12-31"]}))
    assert began(lesson) == date.today()
    assert max(question.due for question in questions(lesson)) <= date.today() + timedelta(21)


@pytest.mark.parametrize("content", [TOO_DEEP, "[]", '{"x": 1}', '{"x": [1]}', '{"x": [1, "9999-99-99"]}',
                                     '{"x": [1e999, "2026-01-01"]}'])
def test_a_schedule_that_is_odd_is_kept_beside_a_new_one(lesson, monkeypatch, content):
    (lesson / FILE).write_text(json.dumps({"squeeze": {"points": 2.0, "tries": 1, "failed": [],
                                                       "solved": "2020-01-01"}}))
    (lesson / SCHEDULE).write_text(content)
    monkeypatch.chdir(lesson)
    asked = review()
    said = repr(review(*[0 if "number" in line else (1, 1) if "(a shape)" in line else "a"
                         for line in repr(asked).split("\n")
                         if line[:2] in ("1.", "2.", "3.", "4.", "5.")]))
    assert f"{SCHEDULE} could not be read. It is kept as {SCHEDULE}.odd1" in said
    assert (lesson / f"{SCHEDULE}.odd1").read_text() == content


@pytest.mark.parametrize("content", [TOO_DEEP, "{}", "[7]", '[{"id": "x"}]', "[[]]",
                                     '[{"id": "x", "asks": "?", "code": "", "why": "", "choices": ["a"], '
                                     '"answer": "h"}]'])
def test_a_lesson_whose_questions_are_odd_keeps_no_other_from_asking(lesson, content):
    solved = json.dumps({"squeeze": {"points": 2.0, "tries": 1, "failed": [], "solved": "2020-01-01"}})
    other = lesson.parent / "own_block"
    (other / "checks").mkdir(parents=True)
    exercise = recorded.load(lesson / "checks", "squeeze")
    (other / "checks/squeeze.check").write_bytes(recorded.to_bytes(exercise, "own_block", "A block", 0))
    (other / "review.json").write_text(content)
    for folder in (lesson, other):
        (folder / FILE).write_text(solved)
    assert {question.folder for question in questions(lesson)} == {lesson}
