"""A class whose notebooks were all corrupted, through nbgrader's own commands: everybody has the scores that the
judge gives."""

import random

import pytest
from bs4 import BeautifulSoup

from autograder.submission.parse import Unreadable, parse
from tests.classroom.course import Course
from tests.classroom.pupils import LESSON, NAMES
from tests.suites import count

from .corruptions import CORRUPTIONS, MIXED, corrupted

pytestmark = pytest.mark.nightly


def drawn(size):
    """Students and their files: every kind of corruption in turn, with up to three others.
    A large class has them all."""
    r = random.Random(size)
    kinds, files = list(CORRUPTIONS), {}
    for number in range(size):
        whats = [kinds[number * 8 % len(kinds)], *r.choices(kinds, k=r.randint(0, 3))]
        base, steps = r.choice(list(MIXED)), [(what, r.randrange(10_000), r.randrange(10_000)) for what in whats]
        files[f"s{number:03d}"] = (base, steps, corrupted(base, steps)[0])
    return files


FILES = drawn(count("corrupted notebooks in a class"))


@pytest.fixture(scope="module")
def autograding(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("corrupted") / "course")
    course.release()
    with course.gradebook() as gradebook:
        for student, (_, _, data) in FILES.items():
            folder = course.folder / "submitted" / student / LESSON
            folder.mkdir(parents=True)
            (folder / f"{LESSON}.ipynb").write_bytes(data)
            gradebook.update_or_create_student(student)
    return course, course.nbgrader("autograde", LESSON)


def test_everybody_is_graded_as_by_the_judge_alone(autograding, judge):
    course, command = autograding
    assert command.returncode == 0, command.stderr[-3000:]
    grades = course.grades()
    assert set(grades) == set(FILES)
    for student, (base, steps, data) in FILES.items():
        try:
            verdicts = judge.grade(parse(data), LESSON).verdicts
            expected = tuple(verdicts[name].points for name in NAMES)
        except Unreadable:
            expected = (0,) * len(NAMES)
        assert grades[student] == expected, (base, steps)


def test_everybody_has_a_page(autograding):
    course, _ = autograding
    made = course.nbgrader("generate_feedback", LESSON)
    assert made.returncode == 0, made.stderr[-3000:]
    for student, (base, steps, _) in FILES.items():
        text = BeautifulSoup(course.feedback(student).read_text(encoding="utf-8"), "html.parser").get_text()
        assert "So there was nothing to grade" in text or all(f"{name}: " in text for name in NAMES), (base, steps)
