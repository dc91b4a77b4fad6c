"""The oldest versions that the library asks for, and each newer Python on the path: same verdicts, same marks, same
notebooks.

Nightly. Each environment takes gigabytes from the network, one after another, and is removed as soon as it has run.
"""

import shutil
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT
from tests.versions.__main__ import differences, notebooks, sampled

TOOLS = ["jupytext>=1.16", "latex2mathml>=3.77", "psutil>=5.9", "fastjsonschema>=2.19", "nbformat", "pytest>=8.2",
         "nbval>=0.11",
         "ipykernel", "pyseccomp>=0.1.2; sys_platform == 'linux'"]


def starts(name):
    """Is there a Python of that name, and not only pyenv's script, which then knows none?"""
    return bool(shutil.which(name)) and subprocess.run([name, "-c", ""], capture_output=True).returncode == 0


NEWER = [name for name in ("python3.12", "python3.13", "python3.14") if starts(name)]


def oldest(requirements):
    """Each requirement at its lower bound."""
    return [str(requirement).replace(">=", "==") for requirement in map(Requirement, requirements)]


@pytest.fixture(scope="module")
def own():
    return sampled(sys.executable)


@pytest.mark.nightly
@pytest.mark.parametrize("interpreter", ["oldest", *NEWER])
def test_verdicts_marks_and_notebooks_are_the_same(interpreter, own, tmp_path):
    asked = tomllib.loads((ROOT / "course/pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    if interpreter == "oldest":
        interpreter, asked = sys.executable, oldest(asked)
    subprocess.run([interpreter, "-m", "venv", tmp_path / "there"], check=True)
    python = tmp_path / "there/bin/python"
    try:
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-cache-dir", *asked, *TOOLS], check=True)
        other = sampled(python)
        assert differences(own, other) == []
        assert notebooks(python, tmp_path / "notebooks") == ""
    finally:
        shutil.rmtree(tmp_path / "there")


def test_a_verdict_that_differs_is_found():
    here = {"verdicts": {"a": [2.0, None, "right"], "b": [0.0, "sum", "a sum"]}, "marks": {"a": [2.0, 2.0]}}
    there = {"verdicts": {"a": [2.0, None, "right"], "b": [0.0, None, "a sum"]}, "marks": {}}
    assert differences(here, here) == []
    assert [line.partition(":")[0] for line in differences(here, there)] == ["b", "a"]


def test_what_python_itself_says_of_an_error_may_differ():
    stops = "Your code stops with an error: ZeroDivisionError while it was built: "
    one, other = ({"verdicts": {"a": [0.0, None, said]}, "marks": {}}
                  for said in (f"{stops}division by zero", f"{stops}integer division or modulo by zero"))
    assert differences(one, other) == []
    assert differences(one, {"verdicts": {"a": [0.0, None, stops.replace("Zero", "No") + "x"]}, "marks": {}})


def test_a_script_that_knows_no_such_python_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, status in ("python3.98", 127), ("python3.99", 0):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    assert [name for name in ("python3.97", "python3.98", "python3.99") if starts(name)] == ["python3.99"]


def test_the_lower_bounds_are_what_is_pinned():
    assert oldest(["torch>=2.6", "rich>=13.0"]) == ["torch==2.6", "rich==13.0"]
