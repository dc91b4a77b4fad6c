"""`check` itself: what it refuses, what it prints, how long it takes."""

import os
import shutil
import time

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from attention_lab.checking.known import recorded
from attention_lab.notebook.check import check, verdict_on
from autograder.judge import recording
from autograder.lessons.course import files_of
from autograder.lessons.declare import Case, RandomTensor
from solutions.se import reference as se
from tests.conftest import ROOT

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
    for thing, telling in ((lambda x: x, "`<lambda>`"), (names["Gate"](), "an object of type Gate"), (len, "`len`"),
                           (None, "type NoneType"), (names["nn"].Linear, "`Linear`")):
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


WRONG = GATE.replace("torch.sigmoid", "-torch.sigmoid")
GRADED = {"nbgrader": {"grade": True, "grade_id": "gate-check", "locked": True, "points": 10, "schema_version": 3,
                       "solution": False,
                       "task": False}}


@pytest.fixture
def shown(lesson, tmp_path):
    """Runs cells in a kernel, after the answer's own, and gives each cell as it is saved."""
    def run(answer, *sources):
        first = "import torch\nfrom torch import nn\nfrom attention_lab import check\n\n\n" + answer
        cells = [nbformat.v4.new_code_cell(first), *(nbformat.v4.new_code_cell(s, metadata=GRADED) for s in sources)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        client = NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}})
        client.execute(env={**os.environ, "PYTHONPATH": str(ROOT / "course")})
        return notebook.cells[1:]
    return run


def kinds(cell):
    return [output.output_type for output in cell.outputs]


def reports(cell):
    return [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]


def test_a_cell_shows_one_thing_and_is_worth_what_it_says(shown):
    for answer, points, words in ((GATE, 10.0, "10 of 10 points"), (WRONG, 0.0, "0 of 10 points"),
                                  (GATE.replace("(x))", "(x)).float()"), None, "Why ")):
        cell, = shown(answer, "check(Gate)")
        assert kinds(cell) == ["execute_result"] and set(cell.outputs[0].data) == {"text/plain", "text/html"}
        assert words in cell.outputs[0].data["text/html"]
        given = float(cell.outputs[0].data["text/plain"])
        assert determine_grade(cell) == (given, 10) and (points is None and 0 < given < 10 or given == points)


def test_a_report_is_seen_wherever_the_check_stands_in_its_cell(shown):
    after, kept, two, quiet, stopped, again = shown(
        WRONG, "check(Gate)\nx = 1", "points = check(Gate)\npoints + 1", "check(Gate)\nGate = 0 or Gate\ncheck(Gate)",
        "check(Gate);",
        "check(Gate)\n1 / 0", "points")
    assert kinds(after) == kinds(quiet) == ["display_data"] and kinds(kept) == ["execute_result", "display_data"]
    assert kinds(two) == ["display_data", "execute_result"] and kinds(stopped) == ["error", "display_data"]
    for cell, number in ((after, 1), (kept, 1), (two, 2), (quiet, 1), (stopped, 1), (again, 1)):
        assert len(reports(cell)) == number and all("0 of 10 points" in drawn for drawn in reports(cell))
    assert kept.outputs[0].data["text/plain"] == "1.0" and "its sign is flipped" in after.outputs[0].data["text/plain"]


def test_a_picture_stands_below_the_report(shown):
    cell, = shown(WRONG, "check(Gate, picture=True)")
    assert kinds(cell) == ["execute_result", "display_data"] and "image/png" in cell.outputs[1].data


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
        return x + self.excitation(squeeze(x))[:, :, None, None]
"""


def test_an_earlier_exercise_that_is_not_right_is_named_first_whatever_is_wrong_besides():
    checks = files_of("01_se") / recorded.FOLDER
    alone, both = (verdict_on(recording.run_source(source, se, "answer")["SEBlock"], checks)
                   for source in (WRONG_BLOCK, NO_REFUSAL + WRONG_BLOCK))
    assert alone.mistake and alone.mistake == both.mistake
    assert both.headline.startswith("`Excitation`, an earlier exercise, does not pass its own check yet")
    assert alone.headline in both.evidence


def test_a_picture_is_offered_only_where_the_output_is_wrong(way):
    lesson = way("def twice(x):\n    return 2 * x", "twice", Case("a map", (RandomTensor((2, 3, 4, 4)),)))
    assert lesson.judge("def twice(x):\n    return 3 * x").shown
    assert lesson.judge("def twice(x):\n    return x + x.detach()").shown is None
