"""Scratch classes for these tests, and the command as an instructor types it."""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.classroom.course import WATCH, Course
from tests.classroom.pupils import LESSON, PUPILS, ROOT
from tests.suites import NIGHTLY

# In `make test`, those who are graded otherwise than everybody else.
NAMES = ["ada", "dora", "emil", "hal", "jon", "kim", "sue", "tom", "uma", "vic", "yan", "zoe"]
NAMES += ["cai", "cleo", "ned", "ola", "pam", "pia", "val", "zac"] if NIGHTLY else []
CLASS = [pupil for pupil in PUPILS if pupil.student[:4].split()[0] in NAMES]
QUICK = [pupil for pupil in CLASS if pupil.student != "hal"]  # nobody with an endless loop
POINTS = {pupil.student: pupil.points for pupil in CLASS}


def moved(course: Course, folder: Path) -> Course:
    """A copy of a course."""
    other = copy.copy(course)
    other.folder, other.db_url = folder, course.db_url.replace(str(course.folder), str(folder))
    shutil.copytree(course.folder, folder)
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(str(course.folder), str(folder)))
    return other


def environment(course: Course) -> dict[str, str]:
    return {**course.environment, "PYTHONPATH": os.pathsep.join([str(WATCH), str(ROOT), str(ROOT / "course")]),
            "PYTHONUNBUFFERED": "1"}


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "autograder", "grade", LESSON, *options]


def grade(course: Course, *options: str) -> subprocess.CompletedProcess:
    return subprocess.run(command("--jobs=2", *options), cwd=course.folder, env=environment(course), text=True,
                          capture_output=True,
                          stdin=subprocess.DEVNULL)


def counts(run: subprocess.CompletedProcess) -> tuple[int, int]:
    """How many verdicts were judged and how many were known."""
    found = re.search(r"recorded \((\d+) judged, (\d+) from the cache\)", run.stdout)
    assert found, run.stdout + run.stderr
    return int(found[1]), int(found[2])


def penalties(course: Course) -> dict[str, float]:
    with course.gradebook() as gradebook:
        return {s.student.id: s.late_submission_penalty for s in gradebook.assignment_submissions(LESSON)}
