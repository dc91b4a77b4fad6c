"""Marks under one seed, and then another one lies there, or none."""

import os

import pytest

from autograder.judge import seed
from tests.classroom.course import SEED
from tests.classroom.demonstration import FOLDER
from tests.classroom.pupils import LESSON, PUPILS

from .classes import counts, grade, moved

pytestmark = pytest.mark.nightly

ANOTHER = "f" * 32


@pytest.fixture(scope="module")
def one(released, tmp_path_factory):
    course = moved(released, tmp_path_factory.mktemp("one") / "course")
    course.collect(PUPILS[:1])
    run = grade(course)
    assert run.returncode == 0, run.stdout + run.stderr
    return course


@pytest.fixture
def course(one, tmp_path):
    return moved(one, tmp_path / "course")


def spoil(course, text):
    path = course.folder / "work/seed"
    path.write_text(text) if text else path.unlink()


@pytest.mark.parametrize("text, said", [
    ("", "the class's seed is gone"), ("garbage text \xfc", "holds no seed"), (ANOTHER, "is not the class's seed")])
def test_another_seed_stops_both_commands(course, text, said):
    marks = course.autograded("ada").read_bytes()
    spoil(course, text)
    run = grade(course, "--force")
    assert run.returncode == 2 and said in run.stderr and "Traceback" not in run.stderr, run.stderr
    stock = course.nbgrader("autograde", LESSON, "--force")
    assert stock.returncode == 1 and said in stock.stderr, stock.stderr[-2000:]
    # none was drawn
    assert course.autograded("ada").read_bytes() == marks and (course.folder / "work/seed").exists() == bool(text)
    for kept in ("gradebook.db", "work/verdicts/seed.fingerprint", "work/grade.log"):
        assert SEED.encode() not in (course.folder / kept).read_bytes()
    assert SEED not in run.stderr + stock.stderr


def test_a_new_seed_is_drawn_where_it_is_asked_for_and_the_old_one_is_found_again(course):
    assert grade(course, "--new-seed", "--student=bob").returncode == 2  # nothing to grade: nothing is changed
    assert (course.folder / "work/seed").read_text() == SEED
    run = grade(course, "--new-seed", "--force")
    assert run.returncode == 0 and counts(run) == (1, 0), run.stdout + run.stderr
    assert grade(course).returncode == 0
    drawn = course.folder / "work/seed"
    copy, = drawn.parent.glob("seed.until-*")
    new = drawn.read_text()
    beside = drawn.with_name("seed.from-a-backup")
    beside.write_text(new)
    copy.replace(drawn)
    run = grade(course)
    assert run.returncode == 2 and f"Put it back from {beside}. Or" in run.stderr and new.strip() not in run.stderr
    drawn.write_text(new)
    assert grade(course).returncode == 0


def test_where_the_gradebook_is_lost_too_the_verdicts_know(course):
    (course.folder / "gradebook.db").unlink()
    assert course.nbgrader("generate_assignment", LESSON, "--force").returncode == 0
    spoil(course, ANOTHER)
    run = grade(course)
    assert run.returncode == 2 and "there are verdicts graded with the seed" in run.stderr


def test_the_demonstration_has_a_seed_of_its_own(course):
    """`make class` makes such a course, below work/class."""
    assert (course.folder / "work/seed").read_text() == SEED and FOLDER / seed.NAME != seed.FILE
    assert not seed.FILE.exists() or seed.fingerprint(SEED) != seed.fingerprint(seed.class_seed())
    assert os.stat(course.folder / "work/verdicts/seed.fingerprint").st_mode & 0o077 == 0
