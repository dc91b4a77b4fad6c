"""The two wheels in an environment of their own, and nbgrader courses in which an instructor uses them."""

import os
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.classroom.pupils import LESSON, PUPILS, hand_in
from tests.conftest import ROOT

OWN = "ps1"
CONFIG = """c = get_config()
c.CourseDirectory.course_id = "vision101"
c.Exchange.root = "exchange"
c.ClearSolutions.code_stub = {"python": "# write here"}
c.LateSubmissionPlugin.penalty_method = "zero"
"""
DOUBLE = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
TEST = "assert double(2) == 4\n### BEGIN HIDDEN TESTS\nassert double(5) == 10\n### END HIDDEN TESTS"


@dataclass
class Installed:
    """An environment with the wheels, and a course in `folder`."""

    python: Path
    folder: Path

    def run(self, command: str, *arguments: str) -> str:
        """Runs a command of the environment in the course's folder, and returns what it prints."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("PYTHONPATH", "OWN_LESSONS", "ATTENTION_CLASS")}
        environment |= {"PATH": os.pathsep.join([str(self.python.parent), os.environ["PATH"]]), "OMP_NUM_THREADS": "1",
                        "NO_COLOR": "1", "JUPYTER_PATH": f"{sys.prefix}/share/jupyter"}  # nbconvert's templates
        ran = subprocess.run([self.python.parent / command, *arguments], cwd=self.folder, env=environment, text=True,
                             capture_output=True, stdin=subprocess.DEVNULL)
        self.status = ran.returncode
        return ran.stdout + ran.stderr

    def done(self, *words: str) -> str:
        said = self.run(*words)
        assert self.status == 0, (words, said[-3000:])
        return said


@pytest.fixture(scope="package")
def environment(tmp_path_factory) -> Path:
    """The environment's Python: the one that $INSTALLED names, in which a CI job has installed all, or one that takes
    what the wheels need from the environment of the tests."""
    if there := os.environ.get("INSTALLED"):
        return ROOT / there
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder / "wheels", ROOT / "course",
                    ROOT / "installed"], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index",
                    *sorted((folder / "wheels").glob("*.whl"))], check=True)
    (packages / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    for tool in ("nbgrader", "dask", "alembic"):
        (python.parent / tool).write_text(f"#!{python}\nimport runpy\nrunpy.run_module({tool!r}, None, '__main__')\n")
        (python.parent / tool).chmod(0o755)
    return python


def own_assignment(folder: Path) -> None:
    """An assignment of the instructor's own, which two have handed in, one of them late."""
    def marks(name: str, **more: object) -> dict:
        return {"nbgrader": {"grade_id": name, "schema_version": 3, "locked": False, "solution": False, "grade": False,
                             "task": False, **more}}

    cells = [new_code_cell(DOUBLE, id="double", metadata=marks("double", solution=True)),
             new_code_cell(TEST, id="test", metadata=marks("test_double", grade=True, locked=True, points=3))]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3",
                                                                  "language": "python"}})
    (folder / "source" / OWN).mkdir(parents=True)
    nbformat.write(notebook, folder / f"source/{OWN}/{OWN}.ipynb")


def hand_in_own(folder: Path) -> None:
    for student, answer in (("ada", "def double(x):\n    return x + x"), ("tom", "def double(x):\n    return 4")):
        notebook = nbformat.read(folder / f"release/{OWN}/{OWN}.ipynb", as_version=4)
        notebook.cells[0].source = answer
        (handed_in := folder / "submitted" / student / OWN).mkdir(parents=True)
        nbformat.write(notebook, handed_in / f"{OWN}.ipynb")
        (handed_in / "timestamp.txt").write_text("2026-11-20 10:00:00 UTC")


def graded(course: Installed, mixed: bool) -> Installed:
    """Goes through a course as docs/instructors.md says. mixed: with a lesson of ours, which begins when the own
    assignment is graded."""
    (course.folder / "nbgrader_config.py").write_text(CONFIG)
    own_assignment(course.folder)
    course.done("nbgrader", "generate_assignment", OWN)
    hand_in_own(course.folder)
    course.done("nbgrader", "autograde", OWN)
    if mixed:
        course.said = course.done("autograder", "start", ".", LESSON)
        course.done("nbgrader", "generate_assignment", LESSON)
        for pupil in PUPILS:
            if pupil.student in ("ada", "tom", "zoe"):
                hand_in(pupil, course.folder / "submitted" / pupil.student / LESSON)
        course.graded = course.done("autograder", "grade", LESSON, "--jobs=2")
        course.done("autograder", "feedback", LESSON)
    course.done("nbgrader", "autograde", OWN, "--force")
    course.done("nbgrader", "generate_feedback", OWN)
    course.done("nbgrader", "export", "--to", "grades.csv")
    return course


@pytest.fixture(scope="package")
def mixed(environment, tmp_path_factory) -> Installed:
    return graded(Installed(environment, tmp_path_factory.mktemp("mixed")), True)


@pytest.fixture(scope="package")
def stock(environment, tmp_path_factory) -> Installed:
    """The same course without a lesson of ours."""
    return graded(Installed(environment, tmp_path_factory.mktemp("stock")), False)
