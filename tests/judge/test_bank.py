"""Answers as learners write them, each the one cell that was answered; the other exercises come from the solved notebook.

Every fourth wrong one is tried here, all of them with HYPOTHESIS_PROFILE=nightly; tests/graders judges them all without a worker.
"""

import os
from pathlib import Path

import pytest
from conftest import MEASURED
from nbformat.v4 import new_code_cell, new_notebook

from attention_lab import report
from autograder.notebook import lessons
from autograder.reading import read
from solutions.course import NOTEBOOKS

BANK = Path(__file__).parents[1] / "submissions"
TRIED = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 4
LESSONS = {lesson.name: lesson for lesson in lessons()}


def answers(kind):
    return [pytest.param(path, id=f"{path.parts[-3]}/{path.stem}") for path in sorted(BANK.glob(f"*/{kind}/*.py"))]


def graded(judge, path):
    lesson, exercise = path.parts[-3], path.stem.split("--")[0]
    only = new_notebook(cells=[new_code_cell(path.read_text(encoding="utf-8"))])
    result = judge.grade(only, solved=read(NOTEBOOKS / lesson / f"{lesson}.ipynb"))
    assert result.error is None and result.lesson == lesson
    return result.verdicts.pop(exercise), result.verdicts.values()


@pytest.mark.parametrize("path", answers("right"))
def test_a_right_answer_gets_full_marks(judge, path):
    own, others = graded(judge, path)
    assert own.points == own.max_points, report.text(own)
    assert all(v.points == v.max_points for v in others)


@pytest.mark.parametrize("path", [p for i, p in enumerate(answers("wrong")) if i % TRIED == 0 or p.id in MEASURED])
def test_a_wrong_answer_does_not_and_costs_nothing_else(judge, path):
    own, others = graded(judge, path)
    assert own.points < own.max_points
    assert all(v.points == v.max_points for v in others), [report.text(v) for v in others]
