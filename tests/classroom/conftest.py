"""Classes that are graded once, for all tests of them."""

import os
import sysconfig
from functools import cache

import pytest
from nbgrader import api

from autograder.judge.cache import Verdicts
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from tests.suites import NIGHTLY

from . import classes
from .classes import grade, moved
from .course import Course
from .pupils import LESSON, PUPILS

# In `make test`, without those whose notebook differs from somebody else's in its form alone, and without the second
# endless loop.
LEFT_OUT = ("ben", "cleo", "gus", "ida", "leo", "mia", "quin", "rex", "wes", "zac")
CLASS = [pupil for pupil in PUPILS if NIGHTLY or pupil.student not in LEFT_OUT]


@cache
def alembic_version(asked=api.get_alembic_version) -> str:
    """What nbgrader asks a process of its own for each new gradebook, by a bare name. It is always the same."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PATH", os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))
        return asked()


api.get_alembic_version = alembic_version


@pytest.fixture(scope="package")
def autograding(tmp_path_factory):
    """The course of the whole class after `nbgrader autograde`, and how that command ended."""
    course = Course(tmp_path_factory.mktemp("class") / "course")
    course.release()
    course.collect(CLASS)
    return course, course.nbgrader("autograde", LESSON)


@pytest.fixture(scope="package")
def graded(autograding):
    """The same with feedback for everybody."""
    course, _ = autograding
    made = course.nbgrader("generate_feedback", LESSON)
    assert made.returncode == 0, made.stderr[-3000:]
    return course


@pytest.fixture(scope="package")
def released(tmp_path_factory):
    """A course whose lesson is out and that nobody has handed in yet. To be copied."""
    course = Course(tmp_path_factory.mktemp("released") / "course")
    course.release()
    return course


@pytest.fixture(scope="package")
def graded_class(released, tmp_path_factory):
    """A class after `autograder grade`, and that command. To be copied."""
    course = moved(released, tmp_path_factory.mktemp("graded") / "course")
    course.collect(classes.CLASS)
    return course, grade(course)


@pytest.fixture
def again(graded_class, tmp_path):
    """A copy of the graded class."""
    return moved(graded_class[0], tmp_path / "course")


@pytest.fixture
def ungraded(released, tmp_path):
    """A class in which nobody's code takes long, handed in."""
    course = moved(released, tmp_path / "course")
    course.collect(classes.QUICK)
    return course


@pytest.fixture(scope="module")
def judge():
    with Judge(Settings(seed="a seed of these tests")) as judge:
        yield judge


@pytest.fixture
def verdicts(judge, tmp_path):
    return Verdicts(tmp_path / "verdicts", judge)
