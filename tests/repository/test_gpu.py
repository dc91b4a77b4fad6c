"""`make gpu` where there is no GPU: it says so. What it expects of a verdict is tried on the device check's
stand-in."""

import copy
import os
import subprocess
import sys
import time

import pytest

from tests import gpu


def test_without_a_device_it_says_so_and_runs_nothing(tmp_path):
    said = subprocess.run([sys.executable, "-m", "tests.gpu"], cwd=gpu.ROOT, capture_output=True, text=True,
                          env={**os.environ, "CUDA_VISIBLE_DEVICES": ""})
    assert said.returncode == 2 and said.stdout == ""
    assert said.stderr.count("\n") == 1 and "sees no CUDA device" in said.stderr


@pytest.fixture(scope="module")
def line():
    return gpu.staying_line("01_se", "squeeze", "cpu", time.monotonic() + 300)


@pytest.mark.nightly
def test_a_tensor_that_stays_is_expected_to_cost_the_device_check_alone(line):
    assert gpu.not_caught(line, "squeeze", "cpu") == []
    assert "judged on cpu" in gpu.not_caught(line, "squeeze", "cuda")[0]
    caught = copy.deepcopy(line)
    for check in caught["exercises"][0]["checks"]:
        check["outcome"] = "passed"
    assert "lost: nothing" in gpu.not_caught(caught, "squeeze", "cpu")[0]


def test_a_solved_notebook_below_full_marks_is_named(line):
    assert any("squeeze: device" in found for found in gpu.below_full(line, "cpu"))
    assert "judged on cpu" in gpu.below_full(line, "cuda")[0]


def test_a_part_that_runs_out_of_time_has_failed():
    ended = gpu.timed(lambda until: gpu.run(["-c", "import time; time.sleep(60)"], until), time.monotonic())
    assert ended["outcome"] == "failed" and "600 s" in ended["failed"]
