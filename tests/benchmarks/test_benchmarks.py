"""The commands of benchmarks/README.md run to their end: they put clocks around functions by name, and names change."""

import json
import subprocess
import sys

import pytest

from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from benchmarks.courses import Ours
from benchmarks.lessons import right
from benchmarks.submissions import submissions
from tests.classroom.pupils import LESSON
from tests.conftest import ROOT
from tests.hidden import LESSONS, SEED, graders

pytestmark = pytest.mark.nightly


def test_the_process_that_records_is_measured_step_by_step(tmp_path):
    course, file = Ours(tmp_path / "course"), tmp_path / "steps.json"
    course.begin(submissions(1))
    course.run([sys.executable, "-m", "benchmarks.recording", str(file), LESSON, "--jobs=1"])
    seconds = json.loads(file.read_text())
    for step in ("wait for verdicts", "gradebook: submission", "SaveAutoGrades", "find the cells", "JudgeCells",
                 "end the judges"):
        assert seconds[step] > 0, step


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
