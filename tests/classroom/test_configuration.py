"""nbgrader_config.py in a fresh clone: commands as an instructor types them, and nothing outside work/ is written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from .pupils import LESSON, PUPILS, ROOT, hand_in

DOCS = (ROOT / "docs/instructors/course.md").read_text(encoding="utf-8")
LATE = re.search(r"```python\n(from nbgrader.+?)```", DOCS, re.DOTALL)[1]  # as an instructor would copy it


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone") / "course"
    ignored = shutil.ignore_patterns("__pycache__", "work", ".*")
    for name in ("autograder", "solutions", "course"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def nbgrader(folder, *arguments, options=()):
    scripts = str(Path(sys.executable).parent)  # not on PATH: the environment is not activated
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if part != scripts)
    environment = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run([sys.executable, *options, f"{scripts}/nbgrader", *arguments], cwd=folder, env=environment,
                          text=True,
                          capture_output=True)


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")
            if path.is_file() and path.relative_to(folder).parts[0] != "work" and path.suffix != ".pyc"}


@pytest.mark.nightly
def test_the_commands_work_in_a_fresh_clone(clone):
    before = files(clone)
    made = nbgrader(clone, "generate_assignment", LESSON)
    assert made.returncode == 0, made.stderr[-3000:]
    assert (clone / f"work/release/{LESSON}/{LESSON}.ipynb").exists()
    (clone / "work/nbgrader_config.py").write_text(LATE)
    some = [pupil for pupil in PUPILS if pupil.student in ("ada", "tom")]
    for pupil in some:
        hand_in(pupil, clone / "work/submitted" / pupil.student / LESSON)
    db = f"sqlite:///{clone / 'work/gradebook.db'}"
    (clone / "work/course.toml").write_text("[due]\n01_se = 2026-11-20T12:00:00Z\n")
    for command in (("autograde", LESSON), ("generate_feedback", LESSON), ("release_assignment", LESSON), ("list",)):
        ran = nbgrader(clone, *command)
        assert ran.returncode == 0, (command, ran.stderr[-3000:])
        assert "Unwritable" not in ran.stderr
    with Gradebook(db, "attention") as gradebook:
        found = {s.student.id: (s.score, s.late_submission_penalty) for s in gradebook.assignment_submissions(LESSON)}
    assert found == {"ada": (11, 0), "tom": (11, 5.5)}
    assert (clone / f"work/feedback/tom/{LESSON}/{LESSON}.html").exists()
    assert (clone / f"work/exchange/attention/outbound/{LESSON}").is_dir()
    assert files(clone) == before


def test_a_command_that_grades_nothing_does_not_import_torch(clone):
    ran = nbgrader(clone, "db", "student", "list", options=("-X", "importtime"))
    assert ran.returncode == 0, ran.stderr[-3000:]
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.split("\n") if line.startswith("import time:")}
    assert "autograder.classroom.nbgrader_plugin" in imported and not imported & {
        "torch",
        "autograder.judge.judge",
        "numpy",
    }


def test_a_command_without_submissions_says_so(clone):
    ran = nbgrader(clone, "autograde", LESSON, "--student=nobody")
    assert ran.returncode == 1 and "No notebooks were matched" in ran.stderr
