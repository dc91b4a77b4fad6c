"""A scratch course: a folder with nbgrader's configuration, the lesson's source and a gradebook of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from nbgrader.api import Gradebook

from .pupils import DUE, LESSON, ROOT, Pupil, hand_in

CONFIG = """
import sys
c = get_config()
sys.path[:0] = [{root!r}, {library!r}]
from autograder.classroom import nbgrader_plugin
c.CourseDirectory.root = {folder!r}
c.CourseDirectory.course_id = "attention"
c.CourseDirectory.db_url = {db_url!r}
c.Exchange.root = {folder!r} + "/exchange"
c.AssignLatePenalties.plugin_class = "tests.classroom.late.OnePointADay"
{settings}
"""
OURS = "nbgrader_plugin.configure(c)"
WATCH = ROOT / "tests/intake/watch"  # on the path of each command
ROOM = ROOT / "autograder/intake"  # what is in there alone opens what was handed in
SEED = "0123456789abcdef" * 2  # of every such course, so that its questions are drawn once


class Course:
    """A course in `folder`, which must not exist yet. settings: what its configuration adds; ours is `OURS`."""

    def __init__(self, folder: Path, db_url: str = "", settings: str = OURS):
        self.folder, self.activated = folder, settings != OURS
        self.db_url = db_url or f"sqlite:///{folder / 'gradebook.db'}"
        shutil.copytree(ROOT / "solutions/notebooks" / LESSON, folder / "source" / LESSON)
        (folder / "exchange").mkdir()
        (folder / "work").mkdir()
        (folder / "work/seed").write_text(SEED)
        (folder / "nbgrader_config.py").write_text(CONFIG.format(
            root=str(ROOT), library=str(ROOT / "course"), folder=str(folder), db_url=self.db_url, settings=settings))

    @property
    def environment(self) -> dict[str, str]:
        """As a shell would have it. nbgrader itself needs an activated virtual environment;
        with our settings it does not."""
        scripts = str(Path(sys.executable).parent)
        path = [part for part in os.environ["PATH"].split(os.pathsep) if part != scripts]
        return {**os.environ, "PATH": os.pathsep.join([scripts] * self.activated + path), "OMP_NUM_THREADS": "1",
                "JUPYTER_CONFIG_DIR": str(self.folder / "jupyter"), "PYTHONPATH": str(WATCH),
                "OPENED": str(self.folder / "opened.log")}

    def rooms(self) -> set[Path]:
        """The folders of the code that has opened anything that was handed in, by all commands so far."""
        log = self.folder / "opened.log"
        return {Path(line.split("\t")[0]).parent for line in log.read_text().splitlines()} if log.exists() else set()

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run a command of nbgrader in the course's folder."""
        return subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=self.folder, env=self.environment,
                              text=True,
                              capture_output=True)

    def release(self) -> None:
        """generate_assignment, with a due date."""
        made = self.nbgrader("generate_assignment", LESSON)
        if made.returncode:
            raise RuntimeError(made.stderr)
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(LESSON, duedate=DUE)

    def collect(self, pupils: Iterable[Pupil]) -> None:
        """Put everybody's files where nbgrader's collect puts them, and their names into the gradebook."""
        with self.gradebook() as gradebook:
            for pupil in pupils:
                hand_in(pupil, self.folder / "submitted" / pupil.student / LESSON)
                gradebook.update_or_create_student(pupil.student, first_name=pupil.first_name or None,
                                                   last_name=pupil.last_name or None)

    def gradebook(self) -> Gradebook:
        return Gradebook(self.db_url, "attention")

    def grades(self) -> dict[str, tuple[float | None, ...]]:
        """Each student's points by exercise as the gradebook holds them, in the order of the lesson."""
        order = ("squeeze-check", "excitation-check", "seblock-check", "se_parameter_cost-check", "exhibita-check")
        with self.gradebook() as gradebook:
            found = {}
            for submission in gradebook.assignment_submissions(LESSON):
                notebook = gradebook.find_submission_notebook(LESSON, LESSON, submission.student.id)
                points = {grade.name: grade.auto_score if grade.manual_score is None else grade.manual_score
                          for grade in notebook.grades}
                assert set(points) == set(order), points
                found[submission.student.id] = tuple(points[name] for name in order)
        return found

    def autograded(self, student: str) -> Path:
        return self.folder / "autograded" / student / LESSON / f"{LESSON}.ipynb"

    def feedback(self, student: str) -> Path:
        return self.folder / "feedback" / student / LESSON / f"{LESSON}.html"
