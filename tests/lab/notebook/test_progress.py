"""What progress() remembers, and what a broken file does to it."""

import shutil

import pytest

from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook.progress import FILE, Progress, remember

pytestmark = pytest.mark.quick


@pytest.fixture
def lesson(tmp_path):
    folder = tmp_path / "01_se"
    folder.mkdir()
    return folder


def verdict(name, points, most):
    return Verdict(name, points, most, [], "")


def test_points_of_the_best_check_count(lesson):
    for points in (0.0, 1.5, 1.0):
        remember(lesson, verdict("squeeze", points, 2.0))
    remember(lesson, verdict("SEBlock", 4.0, 4.0))
    text = repr(Progress(lesson))
    assert "5.5 of 11" in text and "1.5 of 2" in text and "4 of 4" in text and "Excitation (not checked yet)" in text


def test_what_is_solved_stays_solved_while_you_experiment(lesson):
    for points in (2.0, 0.0):
        remember(lesson, verdict("squeeze", points, 2.0))
    assert "2 of 11" in repr(Progress(lesson)) and "2 of 2" in repr(Progress(lesson))


def test_points_are_at_most_todays_maximum(lesson):
    remember(lesson, verdict("squeeze", 3.0, 3.0))  # worth 3 points then, 2 now
    assert "2 of 11" in repr(Progress(lesson)) and "2 of 2" in repr(Progress(lesson))


def test_each_exercise_of_this_lesson_is_shown_with_what_is_missing_and_no_other_lesson(lesson):
    shutil.copytree(lesson, lesson.parent / "02_other")
    remember(lesson.parent / "02_other", verdict("squeeze", 2.0, 2.0))
    remember(lesson, verdict("squeeze", 1.5, 2.0))
    head, squeeze, excitation, *rest = repr(Progress(lesson)).splitlines()
    assert len(rest) == 3 and head.endswith("1.5 of 11")
    assert "squeeze (0.5 missing)" in squeeze and "Excitation (not checked yet)" in excitation
    assert Progress(lesson)._repr_html_().count("<tr>") == 6


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"squeeze": "many"}', "\x00"])
def test_a_broken_memory_is_no_reason_to_fail(lesson, broken):
    (lesson / FILE).write_text(broken)
    assert "0 of 11" in repr(Progress(lesson))
    remember(lesson, verdict("squeeze", 2.0, 2.0))
    assert "2 of 11" in repr(Progress(lesson))


def test_a_folder_without_a_lesson_says_so(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "No lesson here" in repr(Progress(tmp_path / "empty"))
    assert "No lesson here" in Progress(tmp_path / "empty")._repr_html_()
