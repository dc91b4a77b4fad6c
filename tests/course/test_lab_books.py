"""A page and its lab book: every link lands, and no measured number stands in both by hand."""

import ast
import re
from fractions import Fraction
from importlib import import_module

import pytest

from autograder.lessons import topics
from autograder.lessons.runs import Row
from builder import build, lab_book
from tests.course import sources

pytestmark = pytest.mark.quick
HAVE = [lesson for lesson in build.lessons() if topics.topic(lesson.topic).has(lab_book.FILE)]
LESSONS = pytest.mark.parametrize("lesson", HAVE, ids=lambda lesson: lesson.name)
SCORE = re.compile(r"(?<![\d.,])\d{2,3}\.\d(?![\d.]*\d)")  # one decimal, as scores have


def words(lesson):
    return "\n".join(cell.source for cell in sources.page(lesson).cells if cell.cell_type == "markdown")


def source(lesson):
    return (topics.topic(lesson.topic).folder / lab_book.FILE).read_text(encoding="utf-8")


@LESSONS
def test_every_link_lands_at_a_heading(lesson):
    book = lab_book.write(topics.topic(lesson.topic))
    anchors = {heading.replace("`", "").replace(" ", "-") for heading in re.findall("(?m)^#+ (.*)$", book)}
    linked = re.findall(rf"\]\({lab_book.FILE}#([^)]*)\)", words(lesson)) + re.findall(r"\]\(#([^)]*)\)", book)
    assert set(linked) <= anchors, "no such heading"
    assert f"({lab_book.FILE}" in words(lesson), "link to the lab book from the page"


@LESSONS
def test_what_its_code_takes_from_the_library_is_there(lesson):
    taken = [(node.module, alias.name)
             for block in re.findall("(?s)```python\n(.*?)```", source(lesson))
             for node in ast.walk(ast.parse(block)) if isinstance(node, ast.ImportFrom)
             if node.module.startswith("attention_lab") for alias in node.names]
    assert [f"{module}.{name}" for module, name in taken if not hasattr(import_module(module), name)] == []


@LESSONS
def test_no_measured_number_stands_in_both_by_hand(lesson):
    both = set(SCORE.findall(words(lesson))) & set(SCORE.findall(source(lesson)))
    assert not both, "let the lab book take it from the recorded runs: {{arm, x 5}}, <!-- runs -->, <!-- real -->"


RUNS = {Row("ours"): {0: "99.0 / 1.5", 1: "100.0 / 0.5"}, Row("ours", 5, Fraction(1, 3)): {0: "98.0"},
        Row("plain"): {0: "50.0"}}


@pytest.mark.parametrize("text, said", [
    ("{{ours}} %", "99.0 to 100.0 %"), ("{{ours: 2}}", "0.5 to 1.5"), ("{{ours: at}} runs", "2 runs"),
    ("{{ours: at 99.5}}", "1 of 2"), ("{{ours, x 5, x 1/3}}", "98.0"),
    ("<!-- runs: plain -->", "| arm | steps | peak rate | runs | scores, by seed |\n|---|---|---|---|---|\n"
                             "| plain | x 1 | x 1 | 1 | 50.0 |")])
def test_recorded_numbers_are_filled_in(text, said):
    assert lab_book.fill_in(text, RUNS) == said


@pytest.mark.parametrize("text", ["{{our}}", "{{ours, x 5}}", "<!-- runs: plain, our -->"])
def test_a_run_that_nobody_recorded_is_named(text):
    with pytest.raises(ValueError, match="no run was recorded for '?our"):
        lab_book.fill_in(text, RUNS)
