"""The device check where there is a GPU. Elsewhere these are left out, and the report says so: the meta device
stands in."""

import copy

import pytest
import torch

from autograder.intake.files import read
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.lessons.course import NOTEBOOKS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here: the CUDA pass was not run")
SOLVED = read(NOTEBOOKS / "01_se/01_se.ipynb")


@pytest.fixture(scope="module")
def judge():
    with Judge(Settings(device="cuda", seed="the seed of these tests")) as judge:
        yield judge


def test_the_solved_notebook_gets_everything_on_the_gpu(judge):
    result = judge.grade(SOLVED)
    assert not result.error, result.error
    assert result.device == "cuda" and result.points == result.max_points == 10
    again = judge.grade(SOLVED)
    assert [v.checks for v in again.verdicts.values()] == [v.checks for v in result.verdicts.values()]


def test_a_tensor_that_stays_on_the_cpu_costs_the_device_share(judge):
    submission = copy.deepcopy(SOLVED)
    for cell in submission.cells:
        if cell.source.startswith("def squeeze"):
            cell.source = ("def squeeze(x):\n    ones = torch.ones(x.shape[2] * x.shape[3], 1, dtype=x.dtype)\n"
                           "    return (x.flatten(2) @ ones).squeeze(-1) / len(ones)")
    verdict = judge.grade(submission).verdicts["squeeze"]
    assert [check.name for check in verdict.checks if check.outcome != "passed"] == ["device"]
    assert 0 < verdict.points < verdict.max_points
