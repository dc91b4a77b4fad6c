"""On a machine that can't grade fairly or safely, nbgrader runs nothing, says so once, and leaves what was recorded
before."""

import subprocess
import sys
from contextlib import nullcontext

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin import exporter, graded, judge_cells
from autograder.sandbox.isolation import NoRoom

from .course import OURS, Course
from .pupils import LESSON, PUPILS

OPEN = OURS + "\nfrom autograder.sandbox import isolation\nisolation.probed = lambda: ('limits',)\n"


@pytest.mark.nightly
def test_nothing_is_run_where_strangers_could_not_be_kept_in(tmp_path):
    course = Course(tmp_path / "course", settings=OPEN)
    course.activated = False
    course.release()
    course.collect(PUPILS[:2])
    refused = course.nbgrader("autograde", LESSON)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr
    assert refused.stderr.count("keeps learners' code from your files and the network, so nothing was run") == 1
    assert set().union(*course.grades().values()) <= {None} and not course.autograded("ada").exists()
    trusted = course.nbgrader("autograde", LESSON, "--JudgeCells.isolation=none")
    assert trusted.returncode == 0 and course.grades()["ada"] == PUPILS[0].points


@pytest.mark.nightly
def test_nothing_is_graded_where_a_worker_has_too_little_memory(tmp_path):
    course = Course(tmp_path / "course")
    course.release()
    course.collect(PUPILS[:1])
    assert course.nbgrader("autograde", LESSON).returncode == 0
    before = course.autograded("ada").read_bytes()
    course.collect(PUPILS[1:3])
    asked = f"ulimit -v {1280 << 10}; exec {sys.executable} -m nbgrader autograde {LESSON} --force"
    refused = subprocess.run(["bash", "-c", asked], cwd=course.folder, env=course.environment, text=True,
                             capture_output=True)
    assert refused.returncode == 1 and "Traceback" not in refused.stderr, refused.stderr
    assert refused.stderr.count("can't have 1 GiB of memory on this machine") == 1
    assert course.grades() == {"ada": PUPILS[0].points} and course.autograded("ada").read_bytes() == before
    assert sorted(path.name for path in (course.folder / "autograded").iterdir()) == ["ada"]


@pytest.mark.parametrize("reasons, asks", [((None, graded.FIRST), True), ((None, None), False)])
def test_the_machine_is_tried_before_anything_is_graded_and_only_then(tmp_path, monkeypatch, reasons, asks):
    """Where nothing is to be graded, nothing is refused."""
    class Small:
        def prove(self):
            raise NoRoom("too small")

    nbgrader_plugin.configure(Config())
    root = tmp_path / "course"
    with Gradebook(f"sqlite:///{tmp_path / 'db'}") as gradebook:
        gradebook.add_assignment(LESSON)
        gradebook.add_notebook(LESSON, LESSON)
    for student in ("ada", "bob"):
        (root / f"submitted/{student}/{LESSON}").mkdir(parents=True)
    monkeypatch.setattr(judge_cells.JudgeCells, "judge", lambda self, root: Small())
    monkeypatch.setattr(graded, "why_again", lambda _, student: dict(zip(("ada", "bob"), reasons))[student])
    autograde = Autograde(coursedir=CourseDirectory(root=str(root), assignment_id=LESSON,
                                                    db_url=f"sqlite:///{tmp_path / 'db'}"))
    with pytest.raises(NbGraderException, match="too small") if asks else nullcontext():
        exporter.init_notebooks(autograde)
