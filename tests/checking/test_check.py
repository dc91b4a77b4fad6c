"""`check` itself: what it refuses, what it prints, how long it takes. What a cell shows: test_shown.py."""

import shutil
import time

import pytest

from attention_lab.checking.known import recorded
from attention_lab.notebook.check import check, verdict_on
from autograder import recording
from autograder.lessons.course import files_of
from autograder.lessons.declare import Case, RandomTensor
from solutions.se import reference as se

pytestmark = pytest.mark.quick

GATE = (
    "class Gate(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 3)\n\n"
    "    def forward(self, x):\n        return torch.sigmoid(self.fc(x))\n"
)
OPEN = GATE.replace("return torch.sigmoid(self.fc(x))", "raise NotImplementedError()")
CASES = tuple(Case(f"{n} vectors", (RandomTensor((n, 3)),)) for n in (1, 2, 5))


@pytest.fixture
def lesson(way, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return way(GATE, "Gate", *CASES)


def test_points_and_one_print(lesson, capsys):
    chatty = GATE.replace("return torch", "print('shape', tuple(x.shape), '.' * 1000)\n        return torch")
    assert check(lesson.namespace(chatty)["Gate"]) == 10.0
    out = capsys.readouterr().out
    assert out.count("shape") == 1 and "10 of 10 points" in out
    assert check(lesson.namespace(GATE.replace("torch.sigmoid", "-torch.sigmoid"))["Gate"]) == 0.0
    assert "its sign is flipped everywhere" in capsys.readouterr().out


def test_what_is_no_exercise(lesson):
    names = lesson.namespace(GATE)
    with pytest.raises(ValueError, match=r"an object that `Gate` made.*without the parentheses: check\(Gate\)"):
        check(names["Gate"]())
    for thing, telling in ((lambda x: x, "`<lambda>`"), (len, "`len`"), (None, "type NoneType"),
                           (names["nn"].Linear, "`Linear`")):
        with pytest.raises(ValueError, match="wrote with def or class under its own name: Gate") as refused:
            check(thing)
        assert telling in str(refused.value)
    assert verdict_on(names["Gate"], lesson.path).points == 10.0


@pytest.mark.parametrize("cells, told", [([GATE, OPEN], True), ([OPEN], False), ([""], False), (None, False)])
def test_a_gap_that_took_the_place_of_an_answer_is_told(lesson, cells, told):
    names = lesson.namespace(OPEN)
    names["In"] = cells
    said = verdict_on(names["Gate"], lesson.path).headline
    assert said.startswith("Not implemented yet") and ("the one with the gap took its place" in said) is told


@pytest.mark.parametrize("content", [b"", b"no checks", None, b"\x10\x00\x00\x00\x00\x00\x00\x00{}              "])
def test_a_broken_file(lesson, content):
    path, = lesson.path.iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(ValueError, match="is not a file of recorded checks"):
        check(lesson.namespace(GATE)["Gate"])


def test_a_missing_file(lesson):
    shutil.rmtree(lesson.path)
    with pytest.raises(FileNotFoundError, match="run the first cell"):
        check(lesson.namespace(GATE)["Gate"])


def test_saving_twice_gives_the_same_bytes(lesson):
    path, = lesson.path.iterdir()
    assert recorded.to_bytes(recorded.load(lesson.path, path.stem), "seams", "Seams") == path.read_bytes()


def test_a_check_is_quick(lesson):
    thing, took = lesson.namespace(GATE)["Gate"], []
    for _ in range(4):
        start = time.process_time()
        verdict_on(thing, lesson.path)
        took.append(time.process_time() - start)
    assert min(took) < 0.5  # a busy machine may delay some of them


NO_REFUSAL = """class Excitation(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.fc1 = nn.Linear(channels, max(1, channels // reduction), bias=False)
        self.fc2 = nn.Linear(max(1, channels // reduction), channels, bias=False)

    def forward(self, s):
        return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
"""
WRONG_BLOCK = """class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16):
        super().__init__()
        self.excitation = Excitation(channels, reduction)

    def forward(self, x):
        return x + x * self.excitation(squeeze(x))[:, :, None, None]
"""


def test_an_earlier_exercise_that_is_not_right_is_named_first_whatever_is_wrong_besides():
    checks = files_of("01_se") / recorded.FOLDER
    alone, both = (verdict_on(recording.run_source(source, se, "answer")["SEBlock"], checks)
                   for source in (WRONG_BLOCK, NO_REFUSAL + WRONG_BLOCK))
    assert alone.mistake and alone.mistake == both.mistake
    assert both.headline.startswith("`Excitation`, an earlier exercise, does not pass its own check yet")
    assert alone.headline in both.evidence[0]


def test_a_picture_is_offered_only_where_the_output_is_wrong(way):
    lesson = way("def twice(x):\n    return 2 * x", "twice", Case("a map", (RandomTensor((2, 3, 4, 4)),)))
    assert lesson.judge("def twice(x):\n    return 3 * x").shown
    assert lesson.judge("def twice(x):\n    return x + x.detach()").shown is None
