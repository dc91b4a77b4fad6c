"""The commands of benchmarks/README.md run to their end, and a right submission is cheap."""

import subprocess
import sys

import pytest

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from benchmarks.lessons import right
from tests.conftest import ROOT
from tests.hidden import LESSONS, SEED, graders

pytestmark = pytest.mark.nightly


@pytest.mark.parametrize("command, last", [(["speed", "--submissions", "4", "--stock", "2"],
                                            "all numbers in work/benchmarks/speed.json"),
                                           (["cluster", "--count", "2", "--workers", "2"], "CPU s a submission")],
                         ids=["speed", "cluster"])
def test_the_benchmarks_run_to_their_end(command, last):
    name, *options = command
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], cwd=ROOT, capture_output=True,
                          text=True, timeout=1200)
    assert done.returncode == 0 and last in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def judge():
    with Judge(Settings(device="cpu", seed=SEED)) as judge:
        yield judge


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_right_submission_is_cheap(judge, lesson):
    """At most 2 seconds of processor time where nothing else runs. Other tests run beside this one."""
    judge.prepared[lesson] = graders(lesson)
    cost = right(judge, lesson, rounds=2)
    assert cost.both < 4, cost
