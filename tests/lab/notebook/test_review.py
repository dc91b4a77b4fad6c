"""`review()`: which questions are due, which answers are right, and when each comes again."""

import json
import re
import sys
from datetime import date, timedelta

import pytest
import torch

from attention_lab import lesson_files, review
from attention_lab.notebook.progress import FILE
from attention_lab.notebook.review import QUESTIONS, SCHEDULE
from autograder.lessons.topics import topic
from builder import build

pytestmark = pytest.mark.quick

asking = sys.modules["attention_lab.notebook.review"]
TODAY = date(2026, 3, 10)
ITEMS = [{"id": "shape", "asks": "Which shape?", "answer": [2, 8, 1, 1], "why": "Axes of size 1 are stretched.",
          "code": "", "choices": []},
         {"id": "line", "asks": "Which line has to change?", "answer": 2, "why": "It adds.", "code": "a = 1\na + b",
          "choices": []},
         {"id": "taken", "asks": "Which module?", "answer": "b", "why": "It sees the whole image.", "code": "",
          "choices": ["ECA", "SE"]},
         {"id": "half", "asks": "How much?", "answer": 0.5, "why": "A sigmoid of 0.", "code": "", "choices": []}]


def right():
    """Asks, and answers all four rightly: the choices have another order each day."""
    return (2, 8, 1, 1), 2, letter_of("SE", repr(review())), 0.501


def letter_of(choice, shown):
    return re.search(rf"([a-e])\) {choice}\b", shown)[1]



@pytest.fixture
def calendar(monkeypatch):
    class Calendar(date):
        day = TODAY

        @classmethod
        def today(cls):
            return cls.day

    monkeypatch.setattr(asking, "date", Calendar)
    asking._shown.clear()
    return Calendar


@pytest.fixture
def lessons(tmp_path, monkeypatch, calendar):
    """Two lessons, the first one begun yesterday."""
    for name in ("01_se", "02_eca"):
        (tmp_path / name).mkdir()
        kit = tmp_path / "library" / name[3:]
        kit.mkdir(parents=True)
        (kit / QUESTIONS).write_text(json.dumps(ITEMS))
    monkeypatch.setattr(lesson_files, "LESSONS", tmp_path / "library")
    solve(tmp_path / "01_se", TODAY - timedelta(1))
    monkeypatch.chdir(tmp_path / "02_eca")
    return tmp_path


def solve(folder, day):
    (folder / FILE).write_text(json.dumps({"squeeze": {"points": 2, "tries": 1, "failed": [],
                                                       "solved": day.isoformat()}}))


def plan(folder):
    return {name: tuple(entry) for name, entry in json.loads((folder / SCHEDULE).read_text()).items()}


def test_a_lesson_that_was_not_begun_asks_nothing(lessons):
    (lessons / "01_se" / FILE).unlink()
    assert "Nothing to review yet" in repr(review())


def test_a_lesson_asks_the_day_after_it_was_begun(lessons, calendar):
    solve(lessons / "01_se", TODAY)
    assert "Nothing to review today; the next questions come on Wednesday, 11 March." in repr(review())
    calendar.day += timedelta(1)
    assert "4 questions" in repr(review())


def test_right_answers_come_again_after_3_7_and_21_days(lessons, calendar):
    for days in (3, 7, 21, 21):
        assert "[01] Which shape? (a shape)" in repr(review())
        assert "4 of 4 right." in repr(review(*right()))
        assert {due for _, due in plan(lessons / "01_se").values()} == {(calendar.day + timedelta(days)).isoformat()}
        assert "Nothing to review today" in repr(review())
        calendar.day += timedelta(days)


def test_a_wrong_answer_is_explained_and_comes_again_tomorrow(lessons, calendar):
    shown = repr(review())
    assert "1  a = 1" in shown and 'review((...), ?, "?", ?)' in shown and "change? (a line number)" in shown
    wrong, good = (f"{letter_of(choice, shown)}) {choice}" for choice in ("ECA", "SE"))
    said = repr(review((8, 2, 1, 1), 3, wrong[0], 0.6))
    assert f'✗ You answered "{wrong}"; it is "{good}".' in said and "You answered 0.6; it is 0.5." in said
    assert (
        "0 of 4 right." in said
        and "✗ You answered (8, 2, 1, 1); it is (2, 8, 1, 1). Axes of size 1 are stretched." in said
    )
    assert "It comes again tomorrow." in said and {entry[0] for entry in plan(lessons / "01_se").values()} == {0}
    calendar.day += timedelta(1)
    review()
    review(*right())
    assert {due for _, due in plan(lessons / "01_se").values()} == {(calendar.day + timedelta(3)).isoformat()}


def test_choices_come_in_another_order_and_the_letter_that_was_shown_counts(lessons, calendar):
    orders = set()
    for _ in range(12):
        shown = repr(review())
        orders.add(letter_of("SE", shown))
        calendar.day += timedelta(1)  # midnight between question and answer: the letters are those that were shown
        assert "1 of 1 right, 3 skipped." in repr(review(None, None, letter_of("SE", shown), None))
        (lessons / "01_se" / SCHEDULE).unlink()
    assert orders == {"a", "b"}


def test_what_is_skipped_is_asked_again_at_once(lessons):
    review()
    said = repr(review(None, *right()[1:]))
    assert "○ Skipped" in said and "3 of 3 right, 1 skipped." in said
    asked = repr(review())
    assert "1 question from" in asked and "1. [01] Which shape?" in asked and "2. " not in asked


def test_answers_left_in_a_cell_are_not_taken_for_other_questions(lessons):
    assert "The answers in the brackets belong to other questions." in repr(review((2, 8, 1, 1), 2, "b", 0.501))
    assert not (lessons / "01_se" / SCHEDULE).exists()


def test_another_number_of_answers_is_refused_and_nothing_is_lost(lessons):
    review()
    with pytest.raises(ValueError, match="3 answers to 4 questions"):
        review(*right()[:3])
    assert "4 of 4 right." in repr(review(*right()))


def test_five_questions_are_asked_and_lessons_take_turns(lessons):
    solve(lessons / "02_eca", TODAY - timedelta(1))
    shown = repr(review())
    assert shown.count("[01]") == 3 and shown.count("[02]") == 2 and "(3 more are waiting)" in shown


@pytest.mark.parametrize("place, answer, said", [
    (0, 64, "64 is not a shape, a tuple such as (2, 3), or (2,) for one axis"), (0, "two", "'two' is not a shape"),
    (0, (2.0, 8), "is not a shape"), (1, "b", "'b' is not a line number"), (1, True, "True is not a line number"),
    (1, (2,), "is not a line number"), (2, 3, "3 is not a letter"), (2, "c", "'c' is not a letter"),
    (2, "", "'' is not a letter"),
    (3, int, "is not a number"), (3, "__import__('os')", "is not a number"),
])
def test_an_answer_of_another_form_is_refused_and_nothing_is_written(lessons, place, answer, said):
    review()
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        review(*right()[:place], answer, *right()[place + 1:])
    assert f"answer {place + 1}: " in str(refused.value) and not (lessons / "01_se" / SCHEDULE).exists()
    assert "4 of 4 right." in repr(review(*right()))


def test_what_is_meant_counts_and_not_how_it_is_written(lessons):
    review()
    assert "4 of 4 right." in repr(review([2, 8, 1, 1], "2", f" {right()[2].upper()}) ", "0.5"))
    asking._shown.clear()


def test_shapes_and_numbers_of_torch_are_answers(lessons):
    review()
    assert "4 of 4 right." in repr(review(torch.Size((2, 8, 1, 1)), torch.tensor(2), f"{right()[2]} ",
                                          torch.tensor(0.5)))


@pytest.mark.parametrize("broken", ["", "[1]", '{"shape": 3}', '{"shape": [0, "soon"]}',
                                    '{"shape": [-7, "2026-03-01"]}', "\x00"])
def test_a_broken_schedule_is_no_reason_to_fail(lessons, broken):
    (lessons / "01_se" / SCHEDULE).write_text(broken)
    review()
    assert "4 of 4 right." in repr(review(*right())) or "[01]" in repr(review())


def test_the_schedule_survives_an_update_that_drops_a_question(lessons, calendar):
    review()
    review(*right())
    (lessons / "library/se" / QUESTIONS).write_text(json.dumps(ITEMS[1:]))
    calendar.day += timedelta(3)
    assert "Which shape?" not in repr(review()) and "Which line has to change?" in repr(review())
    review(*right()[1:])
    assert "shape" in plan(lessons / "01_se")


def test_it_is_html_in_a_notebook(lessons):
    assert "<pre" in review()._repr_html_() and "<script" not in review()._repr_html_()


@pytest.mark.parametrize("lesson", build.lessons(), ids=lambda each: each.name)
def test_every_lesson_has_five_questions_or_more_that_can_be_answered(course, lesson):
    items = topic(lesson.topic).review
    assert len(items) >= 5 and len({item.id for item in items}) == len(items), "five questions, each with its own id"
    for item in items:
        assert "?" in item.asks or item.asks.endswith("."), item.id
        assert len(item.why.split()) <= 50, f"{item.id}: explain it in at most 50 words"
        if isinstance(item.answer, str):
            assert item.answer in list("abcdefgh"[:len(item.choices)]) and 3 <= len(item.choices) <= 5, item.id
        else:
            assert not item.choices and not isinstance(item.answer, bool), item.id
        if "which line" in item.asks.lower():
            assert 1 <= item.answer <= len(item.code.split("\n")), item.id
