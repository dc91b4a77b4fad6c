"""`--new-seed`, in a copy of the repository: the seed lies beside the code."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.classroom.pupils import LESSON, PUPILS, ROOT, hand_in

from .classes import counts

pytestmark = pytest.mark.nightly

OPTIONS = ("--jobs=1",)


@pytest.fixture
def clone(tmp_path):
    folder = tmp_path / "clone"
    for name in ("autograder", "solutions", "course"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "work", ".*"))
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def run(clone, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(clone), str(clone / "course")]),
                   "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([sys.executable, "-m", *arguments], cwd=clone, env=environment, text=True,
                          capture_output=True,
                          stdin=subprocess.DEVNULL)


def test_a_new_seed_asks_other_questions(clone):
    path = clone / "work/seed"
    wrong = run(clone, "autograder", "grade", LESSON, *OPTIONS, "--new-seed")
    assert wrong.returncode == 2 and not path.exists()  # nothing to grade: nothing is changed
    assert run(clone, "nbgrader", "generate_assignment", LESSON).returncode == 0
    for pupil in PUPILS[:2]:
        hand_in(pupil, clone / "work/submitted" / pupil.student / LESSON)
    first = run(clone, "autograder", "grade", LESSON, *OPTIONS, "--student=ada")
    assert first.returncode == 0 and counts(first) == (1, 0), first.stdout + first.stderr
    old = path.read_text()
    assert counts(run(clone, "autograder", "grade", LESSON, *OPTIONS, "--student=ada", "--force")) == (0, 1)

    another = run(clone, "autograder", "grade", LESSON, *OPTIONS, "--force", "--new-seed")
    assert another.returncode == 0 and counts(another) == (2, 0), another.stdout + another.stderr
    assert path.read_text() != old
    kept, = (each for each in path.parent.iterdir() if each.name.startswith("seed."))
    assert kept.read_text() == old and kept.stat().st_mode & 0o077 == 0
    assert "Drew a new class seed" in another.stdout and kept.name in another.stdout.replace("\n", "")
