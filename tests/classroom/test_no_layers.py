"""Where nothing keeps learners' code in, nbgrader runs none of it, says so once, and records nothing."""

import pytest

from .course import OURS, Course
from .pupils import LESSON, PUPILS

pytestmark = pytest.mark.nightly

OPEN = OURS + "\nfrom autograder.sandbox import isolation\nisolation.probed = lambda: ('limits',)\n"


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
