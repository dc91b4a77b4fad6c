"""The form of a page: the question first, little given code, and a last screen that says what we now know."""

import ast
import re
from importlib import import_module

import pytest

from autograder.lessons import pages, topics
from builder import build, cells, lab_book
from builder.cells import PERSONAL
from tests.course import prose, sources
from tests.course.given import starts

pytestmark = pytest.mark.quick

MOST_GIVEN = 100
MOST_BEFORE = 400  # visible words above the first line that a learner writes or changes
MOST_TYPED, MOST_LINKS = 4, 3  # exercises of a page beside its repair, and links to its lab book
MOST_AFTER = 600  # visible words after the last check, or the last published module that the page gives
LAST = "What we now know"
# a guess, a number to change, a picture under the hand
OWN = re.compile(r': None|= None|= "\?"|# your|# write|#.*\bchange\b|^(slide|point_at|touch)\w*\(', re.I | re.M)
LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
TOP = re.compile(r"# \w+ · .+\n\n\*[^\n]+\*\n\n!\[[^\]]{20,}\]\(figures/\w+\.svg\)\n")
TAKES = re.compile(r"^\*\*Needs\*\* .+ · (\d+ h( \d+ min)?|\d+ min) · \d+ points? · difficulty \d of 5$", re.MULTILINE)


def page(lesson):
    return sources.page(lesson).cells


def seen(text):
    """A text without what is folded."""
    return re.sub("(?s)<details>.*?</details>", "", text)


@LESSONS
def test_the_first_screen_asks_the_question(lesson):
    """A picture, why anyone cares, and one line of what it takes;
    goals, parts and minutes are folded below, the map is at the end."""
    first, *rest = page(lesson)
    shown, _, folded = first.source.partition("<details>")
    assert TOP.match(shown), "begin with title, a sentence in italics, the question's picture"
    assert TAKES.search(shown), "one line: **Needs** lessons · minutes · points · difficulty N of 5"
    assert "| part | minutes |" in folded and "| part | minutes |" not in shown, "fold the table of parts"
    assert len(re.sub(r"!\[.*?\]\(.*?\)", "", shown).split()) <= 150, "fold what is below 150 words"
    calls = [cell.source for cell in rest]
    checks = [place for place, source in enumerate(calls) if source.startswith("check(")]
    assert "course_map()" not in calls[:max(checks)], "put course_map() after the last check"


@LESSONS
def test_the_last_screen_says_what_we_now_know(lesson):
    """After it comes only what is about one learner. Whatever else stands behind a page is in its lab book."""
    text = [cell.source for cell in page(lesson)]
    where = [place for place, source in enumerate(text) if re.search(rf"^## \d+\. {LAST}$", source, re.MULTILINE)]
    assert len(where) == 1, f"one section `## N. {LAST}`"
    after = "\n".join(text[where[0] + 1:])
    assert "compare_arms(" not in after and "predict_then_run(" not in after, "move experiments up"
    if topics.topic(lesson.topic).has(lab_book.FILE):
        assert not re.search("^#", after, re.MULTILINE), "move it to the lab book"
        last = max(place for place, source in enumerate(text) if source.startswith(("check(", *starts(lesson.name))))
        words = "\n\n".join(seen(cell.source) for cell in page(lesson)[last:] if cell.cell_type == "markdown")
        most = MOST_AFTER if lesson.topic != "capstone" else 2 * MOST_AFTER  # whose parts each end by themselves
        assert len(prose.plain(words).split()) <= most, "move it to the lab book"


@LESSONS
def test_something_of_the_learners_comes_soon(lesson):
    words = 0
    for cell in page(lesson):
        if cell.cell_type == "code" and (cell.metadata.get("nbgrader", {}).get("solution") or OWN.search(cell.source)):
            break
        if cell.cell_type == "markdown":
            words += len(prose.plain(seen(cell.source)).split())
    assert words <= MOST_BEFORE, f"{words} words before the first guess, change or exercise"


@LESSONS
def test_a_table_of_predictions_is_shown(lesson):
    """A notebook shows the last expression of a cell, and no other one."""
    for cell in page(lesson):
        body = ast.parse(cells.code([cell])).body
        for node in body:
            assert node is body[-1] or "predict_then_run(" not in ast.unparse(node), "make it the cell's last line"


@LESSONS
def test_a_page_has_four_exercises_at_most_and_one_repair(lesson):
    written = [cell for cell in page(lesson) if cell.metadata.get("nbgrader", {}).get("solution")]
    repaired = [cell for cell in written if pages.RELEASED in cell.metadata]
    # 04's is written anew below the wrong code, which is too broken to be handed out
    assert len(written) - 1 <= MOST_TYPED and (len(repaired) == 1 or lesson.topic == "bam")


@LESSONS
def test_a_page_sends_its_reader_to_the_lab_book_three_times_at_most(lesson):
    text = "\n".join(cell.source for cell in page(lesson) if cell.cell_type == "markdown")
    assert len(re.findall(rf"\]\({lab_book.FILE}", text)) <= MOST_LINKS


def given(lesson):
    """Lines of code that a page gives: without exercises, published modules, imports, comments, and statements that
    only call the library."""
    found, ours = [], set()
    for cell in page(lesson):
        if (cell.cell_type != "code" or cell.metadata.get("nbgrader", {}).get("solution") or cell.source in PERSONAL
                or cell.source.startswith(starts(lesson.name))):
            continue
        lines = cells.code([cell]).split("\n")
        for node in statements(ast.parse("\n".join(lines)).body, ours):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("attention_lab"):
                every = pages.named(node) if node.names[0].name == "*" else node
                ours |= {alias.asname or alias.name for alias in every.names}
            if not isinstance(node, ast.Import | ast.ImportFrom) and not calls(getattr(node, "value", None), ours):
                found += [line for line in lines[node.lineno - 1:node.end_lineno]
                          if line.strip() and not line.strip().startswith("#")]
    return found


def statements(body, ours):
    """The statements of a cell; of a `with` of the library, those within it."""
    for node in body:
        if isinstance(node, ast.With) and calls(node.items[0].context_expr, ours):
            yield from node.body
        else:
            yield node


def calls(value, ours):
    """Is it a call of the library, or of a plot of the library's?"""
    return isinstance(value, ast.Call) and ast.unparse(value.func) in {*ours, "plot.show"}


@LESSONS
def test_little_code_is_given(lesson):
    lines = given(lesson)
    assert len(lines) <= MOST_GIVEN, "\n".join([f"{len(lines)} lines; put plots, data into the kit:", *lines])


@pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)
def test_a_learner_finds_torch_its_modules_and_its_functions(lesson):
    """Under the names that everybody uses, on a page that does not need them all itself too."""
    assert {"torch", "nn", "F"} <= set(import_module(f"attention_lab.lessons.{lesson.topic}").__all__)
