"""The card below a lesson's first cell: where one is, what is left, and what is due."""

import json

import pytest

from attention_lab.notebook.welcome import Welcome
from autograder.lessons.course import lessons

pytestmark = pytest.mark.quick


@pytest.fixture
def here(tmp_path):
    for lesson in ("01_se", "03_cbam"):
        (tmp_path / lesson).mkdir()
        (tmp_path / lesson / f"{lesson}.ipynb").write_text("{}")
    return tmp_path / "03_cbam"


def solved(folder, **points):
    kept = {name: {"points": most, "tries": 1, "failed": [], "solved": "2026-01-05"} for name, most in points.items()}
    (folder / ".progress.json").write_text(json.dumps(kept))


def test_before_anything_is_solved_it_says_the_lesson_and_its_minutes(here):
    assert repr(Welcome("03_cbam", here)) == "Lesson 03 · about 1 h 55 min"
    assert "<circle" not in Welcome("03_cbam", here)._repr_html_()  # no ring has anything to show


def test_what_is_solved_shortens_what_is_left_and_brings_questions(here):
    solved(here, ChannelGate=4.0, SpatialGate=3.0)
    said = repr(Welcome("03_cbam", here))
    assert said.startswith("Lesson 03 · 7 of 11 points · about 40 min left\n") and "write `review()`" in said
    shown = Welcome("03_cbam", here)._repr_html_()
    assert shown.count('stroke-width="3"') == 1 and "<code>review()</code>" in shown


def test_a_solved_lesson_fills_its_ring(here):
    solved(here, ChannelGate=4.0, SpatialGate=3.0, CBAM=2.0, flexible_attention=1.0, ExhibitA=1.0)
    assert f"11 of 11 points · solved · 1 of {len(lessons())} lessons solved" in repr(Welcome("03_cbam", here))


def test_a_lesson_that_the_course_does_not_have_brings_only_the_look(tmp_path):
    assert repr(Welcome("my_own", tmp_path)) == ""
    shown = Welcome("my_own", tmp_path)._repr_html_()
    assert "<style" in shown and "attention-lab-card" not in shown
