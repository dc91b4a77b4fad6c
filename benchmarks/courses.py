"""Scratch courses: one that is graded by nbgrader alone, one by us;
and the commands that an instructor types in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat

from attention_lab.checking.known import recorded
from autograder.judge.judge import Graders
from tests.classroom.course import OURS, Course
from tests.classroom.pupils import FULL, GRADE_IDS, LESSON, ROOT, Pupil, find

from .submissions import without_pictures

HIDDEN = "hidden"
# The same questions, comparisons and shares as the judge's, in the learner's kernel.
# The last value of a grade cell is its points.
TEST = """### BEGIN HIDDEN TESTS
from pathlib import Path
from attention_lab.notebook.check import asker
from attention_lab.checking.known.recorded import load
from attention_lab.checking.verdict.judging import judge
float(judge(load(Path({file!r}), {name!r}), asker({name}, globals()), secret=True).points)
### END HIDDEN TESTS"""


class Class(Course):
    """A course that can begin again: nobody has handed in anything and the gradebook knows nobody."""

    def release(self) -> None:
        super().release()
        shutil.copy(self.folder / "gradebook.db", self.folder / "released.db")

    def begin(self, pupils: list[Pupil]) -> None:
        """Start afresh, with these people's notebooks handed in."""
        for name in ("submitted", "autograded", "work"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        shutil.copy(self.folder / "released.db", self.folder / "gradebook.db")
        self.collect(pupils)

    def autograde(self, *options: str) -> list[str]:
        return [sys.executable, "-m", "nbgrader", "autograde", LESSON, *options]

    def run(self, command: list[str], statuses: tuple[int, ...] = (0,)) -> None:
        """Run a command in the course's folder. Raises RuntimeError for any other exit status."""
        done = subprocess.run(command, cwd=self.folder, env=self.environment, text=True, capture_output=True,
                              stdin=subprocess.DEVNULL)
        if done.returncode not in statuses:
            raise RuntimeError(f"{' '.join(command)} ended with "
                               f"{done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def right(self, pupils: list[Pupil]) -> int:
        """How many people have full marks in the gradebook."""
        grades = self.grades()
        return sum(grades[pupil.student] == FULL for pupil in pupils)


class Ours(Class):
    """Graded by us."""

    def __init__(self, folder: Path):
        super().__init__(folder, settings=OURS)
        self.release()

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "course")])}

    def grade(self, jobs: int) -> list[str]:
        return [sys.executable, "-m", "autograder", "grade", LESSON, f"--jobs={jobs}"]

    def check(self, pupils: list[Pupil]) -> list[str]:
        """The command that grades these people's notebooks without a gradebook.
        Its exit status is 1 where somebody lost points."""
        return [sys.executable, "-m", "autograder", "check",
                *(f"submitted/{pupil.student}/{LESSON}/{LESSON}.ipynb" for pupil in pupils)]


class Stock(Class):
    """Graded by nbgrader as it is: a kernel for each submission, and in the grade cells the hidden checks of `graders`.

    To its advantage there is nothing else in its notebooks: no picture, no experiment, no visible check; `experiments`
    keeps the first two, as they are in what learners really hand in.
    """

    def __init__(self, folder: Path, graders: Graders, experiments: bool = False):
        super().__init__(folder, settings="")
        self.experiments = experiments
        source = self.folder / "source" / LESSON / f"{LESSON}.ipynb"
        notebook = nbformat.read(source, as_version=4)
        if not experiments:
            without_pictures(notebook)
        for name, grade_id in GRADE_IDS.items():
            find(notebook, f"{grade_id}-check").source = TEST.format(file=HIDDEN, name=name)
        nbformat.write(notebook, source)
        source.with_name(HIDDEN).mkdir()
        for number, exercise in enumerate(graders.exercises):
            content = recorded.to_bytes(exercise, LESSON, LESSON, number)
            (source.with_name(HIDDEN) / f"{exercise.name}{recorded.SUFFIX}").write_bytes(content)
        self.release()

    def collect(self, pupils: list[Pupil]) -> None:
        super().collect(pupils if self.experiments else [replace(pupil, edit=without_pictures) for pupil in pupils])
