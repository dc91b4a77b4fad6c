"""One class, graded once, for all tests of it."""

import pytest

from .course import Course
from .pupils import LESSON, PUPILS


@pytest.fixture(scope="session")
def autograding(tmp_path_factory):
    """The course of the whole class after `nbgrader autograde`, and how that command ended."""
    course = Course(tmp_path_factory.mktemp("class") / "course")
    course.release()
    course.collect(PUPILS)
    return course, course.nbgrader("autograde", LESSON)


@pytest.fixture(scope="session")
def graded(autograding):
    """The same with feedback for everybody."""
    course, _ = autograding
    made = course.nbgrader("generate_feedback", LESSON)
    assert made.returncode == 0, made.stderr[-3000:]
    return course
