"""Answers as learners write them, each the one cell that was answered; the other exercises come from the solved notebook.

A part of the wrong ones is tried here (tests/sampling.py); tests/graders judges them all without a worker.
"""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from attention_lab.checking import report
from autograder.submission.parse import read
from solutions.shared.course import NOTEBOOKS
from tests.bank import answers, parameters
from tests.hidden import graders
from tests.sampling import part

WRONG = answers("wrong")
TRIED = part("wrong answers in the judge", WRONG)


def graded(judge, answer):
    judge.prepared.setdefault(answer.lesson, graders(answer.lesson))
    only = new_notebook(cells=[new_code_cell(answer.source)])
    result = judge.grade(only, solved=read(NOTEBOOKS / answer.lesson / f"{answer.lesson}.ipynb"))
    assert result.error is None and result.lesson == answer.lesson
    return result.verdicts.pop(answer.exercise), result.verdicts.values()


@pytest.mark.parametrize("answer", parameters(answers("right")))
def test_a_right_answer_gets_full_marks(judge, answer):
    own, others = graded(judge, answer)
    assert own.points == own.max_points, report.text(own)
    assert all(v.points == v.max_points for v in others)


@pytest.mark.parametrize("answer", parameters([a for a in WRONG if a in TRIED or a.measured]))
def test_a_wrong_answer_does_not_and_costs_nothing_else(judge, answer):
    own, others = graded(judge, answer)
    assert own.points < own.max_points
    assert all(v.points == v.max_points for v in others), [report.text(v) for v in others]
