"""Ids that nbgrader would take for patterns, in a course whose own path is one: each means one student."""

import io
import shutil

import pytest
from nbgrader.converters import Autograde
from rich.console import Console

from autograder.classroom.give_back import make
from autograder.classroom.nbgrader_plugin.copy_files import plain_files
from autograder.classroom.nbgrader_plugin.student_folders import EXACTLY, chosen_folders
from autograder.insights.graded_work import graded_work
from autograder.submission import notebook

from .pupils import LESSON
from .test_made_from import Graded, formgraders_buttons
from .test_status import app_of, told

IDS = ["*", "a?", "ada", "li [a1]", "li a", "Jürgen Groß"]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return Graded(tmp_path_factory.mktemp("ids") / "course [2026]", IDS)


def without_pages(graded):
    shutil.rmtree(graded.folder / "feedback", ignore_errors=True)
    return graded


@pytest.mark.parametrize("asked, found", [
    ("*", IDS), ("a*", ["a?", "ada"]), *((EXACTLY + each, [each]) for each in IDS),
    *((each, [each]) for each in IDS[1:]),
    ("li [1a]", []), ("li [[]a1]", []), (EXACTLY + "a*", []), (EXACTLY + "li [1a]", [])])
def test_a_command_is_for_the_student_whose_id_it_is_given(graded, asked, found):
    coursedir = graded.coursedir
    coursedir.student_id = asked
    try:
        assert list(chosen_folders(coursedir, coursedir.autograded_directory)) == sorted(found)
    finally:
        coursedir.student_id = "*"


def test_everybody_gets_a_page_of_their_own(graded, monkeypatch):
    app = app_of(without_pages(graded), monkeypatch)
    said = io.StringIO()
    assert make(app, Console(file=said, width=200)) and f"{len(IDS)} made" in said.getvalue()
    for student in IDS:
        assert f"({student})" in graded.page(student).read_text() or f">{student}<" in graded.page(student).read_text()
    lines, _ = told()
    assert {student for student, line in lines.items() if line["feedback"] == "up to date"} == {*IDS}
    work = graded_work(graded.coursedir, notebook.lesson(LESSON))
    assert [*work.unkept] == sorted(IDS)


@pytest.mark.parametrize("student", IDS)
def test_formgraders_button_is_for_one_student(graded, monkeypatch, student):
    api = formgraders_buttons(without_pages(graded), monkeypatch)
    assert graded.made_again(lambda: api.generate_feedback(LESSON, student)) == [student]


def test_files_to_ignore_are_ignored_in_any_folder(graded):
    folder = graded.folder / "submitted/li [a1]" / LESSON
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    for name in (f"{LESSON}.ipynb", "mine.txt", ".ipynb_checkpoints/mine.txt"):
        (folder / name).write_text("")
    assert plain_files(str(folder), [*graded.coursedir.ignore, "*.ipynb"]) == [str(folder / "mine.txt")]


def test_grading_finds_them_all(graded):
    for student in (*IDS, "line\nbreak"):  # nbgrader would stop at the last one
        (graded.folder / "submitted" / student / LESSON).mkdir(parents=True, exist_ok=True)
    autograde = Autograde(coursedir=graded.coursedir, config=graded.config)
    autograde.machine_known, autograde.force = True, False
    autograde.init_notebooks()
    assert [folder.split("/")[-2] for folder in autograde.assignments] == sorted(IDS)
