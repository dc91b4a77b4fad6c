"""The map of the course: every lesson in order, the one at hand marked, what is solved."""

import shutil

import pytest

from attention_lab.checking.verdict.verdict import Verdict
from attention_lab.notebook.course_map import CHOSEN, CourseMap, course_map, duration
from attention_lab.notebook.progress import remember
from autograder.lessons.course import lessons, ways

pytestmark = pytest.mark.quick


@pytest.fixture
def lesson(tmp_path):
    """The warm-up with nothing beside it."""
    folder = tmp_path / "00_warmup"
    folder.mkdir()
    return folder


def row(folder, name):
    return next(line for line in repr(CourseMap(folder)).splitlines() if line[3:].startswith(name))


def test_every_lesson_is_on_it_and_the_one_at_hand_is_marked(lesson):
    head, *lines = repr(CourseMap(lesson)).splitlines()
    assert [line[3:5] for line in lines] == [entry.name[:2] for entry in lessons()] and "builds on" in head
    assert lines[0].startswith("▶") and not any(line.startswith("▶") for line in lines[1:])
    drawn = CourseMap(lesson)._repr_html_()
    assert drawn.count("<rect") == len(lessons()) and drawn.count('aria-current="page"') == 1


def test_what_is_solved_is_seen_across_lessons(course, lesson):
    assert row(lesson, "00").endswith("0 of 11") and row(lesson, "01").endswith("not in this folder")
    shutil.copytree(course / "01_se", lesson.parent / "01_se")
    for name, points in (("squeeze", 2.0), ("Excitation", 3.0), ("SEBlock", 4.0), ("se_parameter_cost", 1.0),
                         ("ExhibitA", 1.0)):
        assert "✓" not in row(lesson, "01")
        remember(lesson.parent / "01_se", Verdict(name, points, points, [], ""))
    drawn = CourseMap(lesson)._repr_html_()
    assert row(lesson, "01").endswith("✓ 11 of 11") and "✓ 11 of 11" in drawn and drawn.count('stroke-width="3"') == 2


def test_boxes_lead_to_the_lessons_that_are_there(lesson):
    notebook = lesson.parent / "01_se/01_se.ipynb"  # two lessons, and no third
    notebook.parent.mkdir()
    notebook.touch()
    drawn = CourseMap(lesson)._repr_html_()
    assert '<a href="../01_se/01_se.ipynb"><rect' in drawn and "1 h 20 min" in drawn
    assert ">Efficient Channel<" in drawn and "../02_eca" not in drawn  # not in this folder: nothing to open
    assert "../00_warmup" not in drawn  # the lesson at hand is open already


def test_outside_of_a_lesson_it_is_still_a_map(tmp_path):
    assert "▶" not in repr(CourseMap(tmp_path)) and "not in this folder" in row(tmp_path, "00")


def test_a_lesson_builds_on_earlier_ones():
    before = []
    for entry in lessons():
        assert set(entry.builds_on) <= set(before), entry.name
        before.append(entry.name)


def test_a_path_shows_its_lessons_in_every_notebook_until_everything_is_wanted(lesson, monkeypatch):
    monkeypatch.chdir(lesson)
    _, *lines, note = repr(course_map("evening")).splitlines()
    assert [line[3:5] for line in lines] == ["00", "01"] and "2 h 40 min" in note
    assert f"{len(lessons()) - 2} lessons are not on it" in note
    other = lesson.parent / "01_se"
    other.mkdir()
    monkeypatch.chdir(other)
    assert course_map()._repr_html_().count("<rect") == 2
    assert f"{len(lessons()) - 2} lessons" in course_map()._repr_html_()
    assert (
        len(repr(course_map("everything")).splitlines()) == 1 + len(lessons()) == len(repr(course_map()).splitlines())
    )


def test_a_path_that_is_not_there_is_one_line_and_an_odd_file_is_everything(lesson, monkeypatch):
    monkeypatch.chdir(lesson)
    with pytest.raises(ValueError, match="no path 'week': choose one of 'evening', 'weekend', 'everything'"):
        course_map("week")
    for odd in ("{", "[]", '{"path": 3}', '{"path": "week"}'):
        (lesson.parent / CHOSEN).write_text(odd)
        assert len(repr(course_map()).splitlines()) == 1 + len(lessons())


def test_the_lessons_of_a_path_are_in_order_and_each_is_there():
    names = [lesson.name for lesson in lessons()]
    for way in ways():
        assert way.lessons == [name for name in names if name in way.lessons] and 0 < way.minutes


@pytest.mark.parametrize("minutes, said", [(30, "30 min"), (105, "1 h 45 min"), (120, "2 h")])
def test_durations(minutes, said):
    assert duration(minutes) == said
