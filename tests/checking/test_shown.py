"""What a cell with a check shows and is worth, in a kernel: one runs all cells."""

import os

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.utils import determine_grade

from tests.conftest import ROOT

from .test_check import CASES, GATE
from .way import Way

WRONG = GATE.replace("torch.sigmoid", "-torch.sigmoid")
OTHER_DTYPE = GATE.replace("(x))", "(x)).float()")
GRADED = {"nbgrader": {"grade": True, "grade_id": "gate-check", "locked": True, "points": 10, "schema_version": 3,
                       "solution": False,
                       "task": False}}
# What stands in the cells, one after the other: answers, and checks that the tests ask for by these names.
CELLS = {
    "a right answer": GATE, "right": "check(Gate)",
    "another dtype": OTHER_DTYPE, "partly right": "check(Gate)",
    "a wrong answer": WRONG, "wrong": "check(Gate)",
    "after": "check(Gate)\nx = 1", "kept": "points = check(Gate)\npoints + 1",
    "two": "check(Gate)\nGate = 0 or Gate\ncheck(Gate)", "quiet": "check(Gate);", "stopped": "check(Gate)\n1 / 0",
    "again": "points", "a picture": "check(Gate, picture=True)",
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """Each cell as it is saved, by its name."""
    folder = tmp_path_factory.mktemp("shown")
    Way(folder, GATE, "Gate", *CASES)
    first = nbformat.v4.new_code_cell("import torch\nfrom torch import nn\nfrom attention_lab import check")
    cells = {name: nbformat.v4.new_code_cell(source, metadata=GRADED) for name, source in CELLS.items()}
    client = NotebookClient(nbformat.v4.new_notebook(cells=[first, *cells.values()]), allow_errors=True,
                            resources={"metadata": {"path": str(folder)}})
    client.execute(env={**os.environ, "PYTHONPATH": str(ROOT / "course")})
    return cells


def kinds(cell):
    return [output.output_type for output in cell.outputs]


def reports(cell):
    return [output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {})]


@pytest.mark.parametrize("name, points, words", [("right", 10.0, "10 of 10 points"), ("wrong", 0.0, "0 of 10 points"),
                                                 ("partly right", None, "Why ")])
def test_a_cell_shows_one_thing_and_is_worth_what_it_says(shown, name, points, words):
    cell = shown[name]
    assert kinds(cell) == ["execute_result"] and set(cell.outputs[0].data) == {"text/plain", "text/html"}
    assert words in cell.outputs[0].data["text/html"]
    given = float(cell.outputs[0].data["text/plain"])
    assert determine_grade(cell) == (given, 10) and (points is None and 0 < given < 10 or given == points)


def test_a_report_is_seen_wherever_the_check_stands_in_its_cell(shown):
    after, kept, two, quiet, stopped, again = (shown[name] for name in ("after", "kept", "two", "quiet", "stopped",
                                                                        "again"))
    assert kinds(after) == kinds(quiet) == ["display_data"] and kinds(kept) == ["execute_result", "display_data"]
    assert kinds(two) == ["display_data", "execute_result"] and kinds(stopped) == ["error", "display_data"]
    for cell, number in ((after, 1), (kept, 1), (two, 2), (quiet, 1), (stopped, 1), (again, 1)):
        assert len(reports(cell)) == number and all("0 of 10 points" in drawn for drawn in reports(cell))
    assert kept.outputs[0].data["text/plain"] == "1.0" and "its sign is flipped" in after.outputs[0].data["text/plain"]


def test_a_picture_stands_below_the_report(shown):
    cell = shown["a picture"]
    assert kinds(cell) == ["execute_result", "display_data"] and "image/png" in cell.outputs[1].data
