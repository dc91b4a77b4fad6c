import pytest

from tests.classroom.course import Course

from .classes import CLASS, QUICK, grade, moved


@pytest.fixture(scope="session")
def released(tmp_path_factory):
    """A course whose lesson is out and that nobody has handed in yet. To be copied."""
    course = Course(tmp_path_factory.mktemp("released") / "course")
    course.release()
    return course


@pytest.fixture(scope="session")
def graded_class(released, tmp_path_factory):
    """A class after `autograder grade`, and that command. To be copied."""
    course = moved(released, tmp_path_factory.mktemp("graded") / "course")
    course.collect(CLASS)
    return course, grade(course)


@pytest.fixture
def again(graded_class, tmp_path):
    """A copy of the graded class."""
    return moved(graded_class[0], tmp_path / "course")


@pytest.fixture
def ungraded(released, tmp_path):
    """A class in which nobody's code takes long, handed in."""
    course = moved(released, tmp_path / "course")
    course.collect(QUICK)
    return course
