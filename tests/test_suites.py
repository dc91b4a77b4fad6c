"""Which tests are chosen: always the same ones, and a few of each group."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

from tests import suites
from tests.nightly import PARTS


def ids(found, marked):
    return [each.id for each in found if bool(each.marks) is marked]


def test_a_few_of_each_group():
    chosen = suites.few(["a1", "a2", "b1", "b2", "b3", "b4", "b5"], 2, lambda item: item[0], str)
    assert ids(chosen, False) == ["a1", "a2", "b1", "b3"] and ids(chosen, True) == ["b2", "b4", "b5"]


def test_every_file_of_the_quick_suite_is_there():
    assert [name for name in suites.QUICK if not (ROOT / "tests" / name).exists()] == []


def test_every_test_is_in_a_part_of_the_nightly_and_in_one_only():
    files = {path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")}
    claimed = [file for part in PARTS for file in part.files()]
    assert sorted(claimed) == sorted(files)


@pytest.mark.nightly
def test_what_is_nightly_is_left_out():
    def collected(suite):
        run = subprocess.run([sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "tests/test_my_net.py"],
                             cwd=ROOT, text=True, capture_output=True, env={**os.environ, "SUITE": suite})
        return run.stdout

    assert "1 deselected" in collected("") and "deselected" not in collected("nightly")
