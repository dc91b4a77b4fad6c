"""The gradebook on a PostgreSQL server."""

import pytest

from tests.classroom.course import Course
from tests.classroom.pupils import LESSON
from tests.classroom.test_postgresql import SOME, db_url  # noqa: F401  a fixture

from .classes import counts, grade, penalties

pytestmark = pytest.mark.nightly


def test_a_server_holds_the_same(db_url, tmp_path):  # noqa: F811
    course = Course(tmp_path / "course", db_url)
    course.release()
    course.collect(SOME)
    run = grade(course)
    assert run.returncode == 0, run.stdout + run.stderr
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}
    assert penalties(course) == {pupil.student: 2 * pupil.late for pupil in SOME}
    assert not list(course.folder.glob("*.db"))
    again = grade(course, "--force")
    assert again.returncode == 0 and counts(again) == (0, len(SOME))
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}
    assert course.nbgrader("generate_feedback", LESSON).returncode == 0
    assert course.nbgrader("export", "--to", str(tmp_path / "grades.csv")).returncode == 0
    assert len((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(SOME)
