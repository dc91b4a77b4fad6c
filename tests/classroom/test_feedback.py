"""The page that a student gets: what it says and in which order, and that it is one file which needs nothing else."""

import json
import re
from dataclasses import asdict, replace
from datetime import datetime
from xml.etree.ElementTree import fromstring

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from attention_lab.checking.verdict import report
from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.classroom.counts import weigh
from autograder.classroom.feedback import student_page as drawing
from autograder.classroom.feedback.content import Cell, Content, Exercise, _cell, content
from autograder.classroom.feedback.formulas import mathml
from autograder.classroom.feedback.student_page import page
from autograder.classroom.feedback.texts import learners_text, released_text
from autograder.classroom.final_mark import FinalMark
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.classroom.nbgrader_plugin.harmless import make_harmless
from autograder.classroom.rules import Weight
from autograder.insights.graded_work import answers_in
from autograder.judge.judge import Result
from autograder.lessons.course import NOTEBOOKS, ROOT, lessons
from autograder.submission.notebook import lesson
from tests.browser.readable import VIEWS, axe_core, chromium, violations
from tests.suites import few

from .pupils import LESSON, SOLVED, find

SE = lesson(LESSON)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
HEADLINES = {"squeeze": "Your squeeze takes the largest value; `x.amax` is not\n\nthe mean.",
             "Excitation": "The output is right.",
             "SEBlock": "RuntimeError: <script>pwned()</script> ` **bold** $x$",
             "se_parameter_cost": "Not implemented yet.",
             "ExhibitA": "The exhibit is mended."}
POINTS = {"squeeze": 0.5, "Excitation": 3.0, "SEBlock": 0.0, "se_parameter_cost": 0.0, "ExhibitA": 1.0}
ANSWERS = {"squeeze": "def squeeze(x):\n    return x.amax((2, 3))", "Excitation": SOLVED["Excitation"],
           "SEBlock": "class SEBlock: ...", "ExhibitA": SOLVED["ExhibitA"]}


def verdict(name, points):
    full = next(slot.points for slot in SE.exercises if slot.name == name)
    checks = [Check("output", "passed" if points == full else "failed")]
    return Verdict(name, points, full, checks, HEADLINES[name], started=name != "se_parameter_cost")


def notebook():
    """Ada's graded notebook: the lesson with her answers, and the judge's reports."""
    nb = nbformat.read(ROOT / f"course/{LESSON}/{LESSON}.ipynb", as_version=4)
    verdicts = {name: verdict(name, points) for name, points in POINTS.items()}
    for slot in SE.exercises:
        find(nb, slot.grade_id).source = ANSWERS.get(slot.name, slot.stub)
        data = {"text/plain": "0.0", "text/html": report.html(verdicts[slot.name])}
        find(nb, slot.check_id).outputs = [new_output("execute_result", data, execution_count=1)]
    nb.metadata[RECORD] = {RESULT: json.dumps(asdict(Result(LESSON, "limits", "cpu", verdicts)))}
    return nb


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A gradebook with ada's submission, and a function that reads what her page is to say."""
    folder = tmp_path_factory.mktemp("course")
    coursedir = CourseDirectory(root=str(folder), db_url=f"sqlite:///{folder}/gradebook.db")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        gradebook.add_assignment(LESSON, duedate=datetime(2026, 11, 20, 12))
        gradebook.add_notebook(LESSON, LESSON)
        gradebook.add_student("ada", first_name="Ada", last_name="<b>Byron")
        for slot in SE.exercises:
            gradebook.add_grade_cell(slot.check_id, LESSON, LESSON, max_score=slot.points, cell_type="code")
            gradebook.add_solution_cell(slot.grade_id, LESSON, LESSON)
        gradebook.add_submission(LESSON, "ada", timestamp=datetime(2026, 11, 22, 11))
        for slot in SE.exercises:
            gradebook.find_grade(slot.check_id, LESSON, LESSON, "ada").auto_score = POINTS[slot.name]
            gradebook.find_comment(slot.grade_id, LESSON, LESSON, "ada").auto_comment = "No response."
        gradebook.db.commit()

    def read(nb):
        return content(nb, {"notebook": LESSON, "assignment": LESSON, "student": "ada"}, coursedir, folder)
    return coursedir, read


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    return axe_core(tmp_path_factory.mktemp("axe"))


def changed(coursedir, change):
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        change(gradebook)
        gradebook.db.commit()


def seen(html):
    """The page as its reader sees it: its soup, and all its words."""
    soup = BeautifulSoup(html, "html.parser")
    return soup, " ".join(soup.body.get_text(" ").split())


def test_what_failed_comes_first_with_its_code_and_what_works_is_folded(course):
    soup, words = seen(page(course[1](notebook())))
    # not begun comes last
    assert [part["id"] for part in soup.find_all("section")] == ["squeeze", "SEBlock", "se_parameter_cost"]
    assert "x.amax is not the mean" in soup.find(id="squeeze").get_text().replace("\n", " ").replace("  ", " ")
    assert "return x.amax((2, 3))" in soup.find(id="squeeze").find("pre", tabindex=True).get_text()
    assert not soup.find(id="se_parameter_cost").find("pre", tabindex=True)  # the stub is not theirs
    right = soup.find(id="Excitation")
    assert right.name == "details" and not right.has_attr("open") and "The output is right." in right.summary.get_text()
    assert words.index("SEBlock") < words.index("What works") < words.index("Your notebook")
    assert not soup.find("script") and "<script>pwned()</script> ` **bold** $x$" in soup.find(id="SEBlock").get_text()


def test_who_when_and_what_counts_stands_on_top(course):
    coursedir, read = course
    head = "4.5 of 11 points Ada <b>Byron (ada), handed in 2026-11-22 11:00 UTC, due 2026-11-20 12:00 UTC"
    assert head in seen(page(read(notebook())))[1]

    def late(gradebook):
        gradebook.find_submission_notebook(LESSON, LESSON, "ada").late_submission_penalty = 2.0
        gradebook.find_grade("seblock-check", LESSON, LESSON, "ada").manual_score = 4.0
    changed(coursedir, late)
    soup, words = seen(page(read(notebook())))
    assert "6.5 of 11 points" in words
    assert (
        "Your exercises earned 8.5 points. 2 of 11 taken off for being late: handed in 2026-11-22 11:00 UTC, due"
        " 2026-11-20 12:00 UTC." in words
    )
    assert "Your instructor marked this by hand." in soup.find(id="SEBlock").summary.get_text()


def test_a_comment_is_there_if_somebody_wrote_one(course):
    coursedir, read = course
    assert "Your instructor writes" not in seen(page(read(notebook())))[1]  # nbgrader's "No response." is nobody's

    def comment(gradebook):
        gradebook.find_comment("squeeze", LESSON, LESSON, "ada").manual_comment = "Look at **the mean**."
        gradebook.find_comment("seblock", LESSON, LESSON, "ada").manual_comment = "No response."
    changed(coursedir, comment)
    comments = seen(page(read(notebook())))[0].find_all(class_="comment")
    assert [" ".join(each.get_text(" ").split()) for each in comments] == ["Your instructor writes: Look at the mean ."]


def test_of_a_file_that_could_not_be_read_there_is_the_reason_and_nothing_else(course):
    nb = notebook()
    nb.cells.insert(0, new_markdown_cell("**The notebook that you handed in is an empty file.**", id="unreadable"))
    soup, words = seen(page(course[1](nb)))
    assert "is an empty file" in words and not soup.find_all(["section", "details", "h2"])
    nb.cells[0].id, nb.metadata["not_whole"] = "not-whole", "ends in the middle"
    words = seen(page(course[1](nb)))[1]
    assert words.index("is an empty file") < words.index("What needs work")  # the same of a file that was read in part


def test_the_page_is_one_file_that_loads_nothing(course):
    html = page(course[1](notebook()))
    soup, _ = seen(html)
    pictures = [picture["src"] for picture in soup.find_all("img")]
    assert len(pictures) >= 4 and all(src.startswith("data:image/svg+xml;base64,") for src in pictures)
    assert soup.find("math") and "MathJax" not in html and not soup.find_all(["link", "script", "iframe", "object"])
    assert not re.search(r"url\(|@import", html)
    assert "default-src 'none'" in soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]


@pytest.mark.parametrize("known", few(lessons(), 1, lambda _: 0, lambda known: known.name))
def test_every_lesson_s_page_can_be_read_by_everyone_and_mailed(known, browser, axe, tmp_path):
    """Every cell of a solved notebook, with its folds open, on a wide screen and a phone, in light and dark."""
    nb = nbformat.read(NOTEBOOKS / f"{known.name}/{known.name}.ipynb", as_version=4)
    texts = {cell.source for cell in nb.cells if cell.cell_type == "markdown"}
    answers = answers_in(nb, lesson(known.name))
    exercises = [Exercise(name, place % 2, 1.0, {"headline": "It is `right`."}, report.html(verdict("squeeze", 0.5)),
                          code, "<p>Well done.</p>", False) for place, (name, code) in enumerate(answers.items())]
    shown = Content("ada", "Ada", known.name, known.title, FinalMark(2.0, 1.0, 10.0), None, 60.0, exercises=exercises,
                    comments=["<p>Come to me.</p>"], cells=[_cell(cell, texts, tmp_path, known.name)
                                                            for cell in nb.cells])
    path = tmp_path / "page.html"
    path.write_text(page(shown), encoding="utf-8")
    assert path.stat().st_size < drawing.LARGEST and "The rest is in" not in path.read_text(encoding="utf-8")
    assert {view: found for view in VIEWS if (found := violations(browser, axe, path, *view))} == {}


def test_a_page_has_two_megabytes_at_most():
    begin = Content("ada", "", LESSON, "SE", FinalMark(0.0, 0.0, 10.0), None, 0.0)
    code = Exercise("squeeze", 0.0, 2.0, {}, "", "x = '&'\n" * 1000, "", False)
    html = page(replace(begin, exercises=[code], cells=[Cell(html="é" * 100_000)] * 30 + [Cell(code="last = 1")]))
    assert (
        1_700_000 < len(html.encode()) <= drawing.LARGEST and "The rest is in the notebook that you handed in." in html
    )
    assert "last" not in html


def test_of_a_name_without_end_a_page_shows_the_beginning():
    html = page(Content("ada", "Ada " + "y" * 3_000_000, LESSON, "SE", FinalMark(0.0, 0.0, 10.0), None, 0.0))
    assert "Ada yyy" in html and "yyy... (3,000,004 characters) (ada)" in html and len(html) < 100_000


def test_every_formula_of_the_course_is_drawn():
    for path in sorted((ROOT / "course").glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown" and "$" in cell.source:
                soup = BeautifulSoup(released_text(cell.source, path.stem), "html.parser")
                left = [text for text in soup.find_all(string=re.compile(r"\$"))
                        if not text.find_parents(["code", "pre"])]
                assert not left, (path.name, left)


@pytest.mark.parametrize("latex", [r"a < b \& c > d", r"\text{<script>pwned()</script>}",
                                   r"\sum_{i}\tilde{x}_i \ne \lVert y \rVert"])
def test_a_formula_brings_no_tags_of_its_own(latex):
    names = {element.tag.rpartition("}")[2] for element in fromstring(mathml(latex)).iter()}
    assert names <= {"math", "mrow", "mi", "mo", "mn", "mtext", "msub", "munder", "mover", "mstyle"}


def test_of_a_learners_pictures_only_their_own_are_shown(tmp_path):
    (tmp_path / "mine.png").write_bytes(PNG)
    (tmp_path / "page.png").write_text("<svg onload='pwned()'>")
    (tmp_path / "link.png").symlink_to(tmp_path / "mine.png")
    (tmp_path.parent / "outside.png").write_bytes(PNG)
    (tmp_path / "large.png").write_bytes(PNG + b"0" * 500_000)
    names = ["mine.png", "page.png", "link.png", "../outside.png", "large.png", "absent.png",
             "https://example.org/spy.png"]
    cell = new_markdown_cell("\n\n".join(f"![{name}]({name})" for name in names)
                             + "\n\n$x_1$ ![drawing](figures/se_block.svg)")
    make_harmless([cell])
    soup = BeautifulSoup(learners_text(cell, tmp_path, LESSON), "html.parser")
    assert [picture["alt"] for picture in soup.find_all("img")
            if picture["src"].startswith("data:image/png")] == ["mine.png"]
    assert not [picture for picture in soup.find_all("img") if not picture["src"].startswith("data:image/")]
    assert "[picture: https://example.org/spy.png]" in soup.get_text() and "$x_1$" in soup.get_text()


def test_what_does_not_count_stands_apart_and_what_counts_otherwise_says_so(course):
    coursedir, read = course
    weights = {"squeeze-check": Weight(0, 0), "excitation-check": Weight(1, 0), "seblock-check": Weight(2, 2)}
    changed(coursedir, lambda gradebook: weigh(gradebook, LESSON, weights))
    soup, words = seen(page(read(notebook())))
    assert "of 10 points" in soup.h1.get_text() and not soup.find("section", id="squeeze")
    assert "of 8 points, as it counts 2 times" in words and "3 points on top, as it is a bonus" in words
    assert words.index("What works") < words.index("What does not count squeeze: your mark is the same") < words.index(
        "x.amax is not")
    changed(coursedir, lambda gradebook: weigh(gradebook, LESSON, {}))
