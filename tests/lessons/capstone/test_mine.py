"""A learner's own modules, out of their own notebooks."""

import json
import os

import pytest
import torch

from attention_lab.lessons.capstone.own_modules import NotYet, mine

SOLVED = """
class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(channels))
        print("a learner's own print")

    def forward(self, x):
        return halved(x) * half
"""


def cell(source, exercise=False, kind="code"):
    metadata = {"nbgrader": {"solution": True, "grade_id": "x"}} if exercise else {}
    return {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}


@pytest.fixture
def lesson(tmp_path):
    """Write a notebook 01_se of these cells; returns where the capstone would be."""
    def write(*cells):
        folder = tmp_path / "01_se"
        folder.mkdir(exist_ok=True)
        (folder / "01_se.ipynb").write_text(json.dumps({"cells": list(cells), "nbformat": 4}), encoding="utf-8")
        return tmp_path / "10_capstone"

    return write


IMPORTS = cell("%matplotlib inline\nimport torch\nfrom torch import nn\nhalf = 0.5")


def test_a_solved_exercise_is_the_class_that_the_notebook_defines(lesson):
    here = lesson(cell("# A page", kind="markdown"), IMPORTS, cell("def halved(x):\n    return x / 2"),
                  cell(SOLVED, exercise=True))
    gate = mine("01_se", "Gate", here)
    with pytest.raises(NameError, match="half"):  # a number is no definition
        gate(2)(torch.ones(1))
    assert gate.__name__ == "Gate" and [p.shape for p in gate(3).parameters()] == [(3,)]


def test_what_the_page_gave_is_there_and_what_it_ran_is_not(lesson, capsys):
    dangerous = cell("raise SystemExit('a training')"), cell("print('seen')\nscores = [1 / 0]"), cell("check(squeeze)")
    here = lesson(IMPORTS, cell("def twice(x):\n    return 2 * x\n\ntwice(1 / 0)"), *dangerous,
                  cell("%%time\nbroken ("),
                  cell("print('loud')\ndef squeeze(x):\n    return twice(x)", exercise=True))
    assert mine("01_se", "squeeze", here)(4) == 8
    assert capsys.readouterr().out == ""


def test_exercises_see_each_other_and_the_last_answer_counts(lesson):
    here = lesson(cell("def a():\n    return 1", exercise=True), cell("def b():\n    return a() + 1", exercise=True),
                  cell("def a():\n    return 10", exercise=True))
    assert mine("01_se", "b", here)() == 11


@pytest.mark.parametrize("answer, reason", [
    ("class Gate(nn.Module):\n    def forward(self, x):\n        raise NotImplementedError()", "is not solved yet"),
    ("class Gate(nn.Module)\n    pass", "cannot be read"),
    ("class Gate(nn.Modul):\n    pass", "cannot be run: AttributeError"),
    ("class Other:\n    pass", "it has no exercise `Gate`"),
])
def test_what_is_not_there_yet_says_why(lesson, answer, reason):
    here = lesson(IMPORTS, cell("class Old:\n    pass", exercise=True), cell(answer, exercise=True))
    with pytest.raises(NotYet, match=f"not yet: lesson 01 .*{reason}"):
        mine("01_se", "Gate", here)
    assert mine("01_se", "Old", here)


def test_what_the_page_gives_is_there_once_the_exercises_in_it_are_solved(lesson):
    given = cell("def twice(x):\n    return 2 * once(x)"), cell("def fourfold(x):\n    return 2 * twice(x)")
    here = lesson(cell("def once(x):\n    raise NotImplementedError()", exercise=True), *given)
    with pytest.raises(NotYet, match="`once` is not solved yet"):
        mine("01_se", "fourfold", here)
    lesson(cell("def once(x):\n    return x + 1 - 1", exercise=True), *given)
    assert mine("01_se", "fourfold", here)(2) == 8


def test_a_function_that_refuses_something_is_solved(lesson):
    here = lesson(cell("def f(x):\n    if x < 0:\n        raise NotImplementedError('negative numbers')\n    return x",
                       exercise=True))
    assert mine("01_se", "f", here)(1) == 1


def test_a_notebook_that_is_absent_or_no_notebook(tmp_path, lesson):
    with pytest.raises(NotYet, match=r"lesson 04 \(there is no notebook ../04_bam/04_bam.ipynb\)"):
        mine("04_bam", "BAM", tmp_path / "10_capstone")
    here = lesson(IMPORTS)
    (tmp_path / "01_se/01_se.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(NotYet, match="has no exercise"):
        mine("01_se", "Gate", here)
    assert issubclass(NotYet, NotImplementedError)


@pytest.mark.parametrize("odd", [{"source": 7}, {"source": [7]}, {"metadata": []}, {"metadata": {"nbgrader": 7}}, 7,
                                 {"cell_type": 7}])
def test_a_cell_of_another_form_ends_nothing(tmp_path, lesson, odd):
    """What a program did to the notebook, or whoever gave the folder away."""
    here = lesson(cell("def f():\n    return 1", exercise=True))
    path = tmp_path / "01_se/01_se.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][0] = {**content["cells"][0], **odd} if isinstance(odd, dict) else odd
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(NotYet, match="has no exercise"):
        mine("01_se", "f", here)


def test_a_notebook_that_was_changed_is_read_again(lesson, tmp_path):
    here = lesson(cell("def f():\n    return 1", exercise=True))
    assert mine("01_se", "f", here)() == 1
    lesson(cell("def f():\n    return 22", exercise=True))
    path = tmp_path / "01_se/01_se.ipynb"
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))
    assert mine("01_se", "f", here)() == 22
