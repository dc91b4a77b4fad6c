"""One class, graded once, for all tests of it."""

import pytest

from tests.suites import NIGHTLY

from .course import Course
from .pupils import LESSON, PUPILS

# In `make test`, without those whose notebook differs from somebody else's in its form alone, and without the second
# endless loop.
LEFT_OUT = ("ben", "cleo", "gus", "ida", "leo", "mia", "quin", "rex", "wes", "zac")
CLASS = [pupil for pupil in PUPILS if NIGHTLY or pupil.student not in LEFT_OUT]


@pytest.fixture(scope="session")
def autograding(tmp_path_factory):
    """The course of the whole class after `nbgrader autograde`, and how that command ended."""
    course = Course(tmp_path_factory.mktemp("class") / "course")
    course.release()
    course.collect(CLASS)
    return course, course.nbgrader("autograde", LESSON)


@pytest.fixture(scope="session")
def graded(autograding):
    """The same with feedback for everybody."""
    course, _ = autograding
    made = course.nbgrader("generate_feedback", LESSON)
    assert made.returncode == 0, made.stderr[-3000:]
    return course
