"""Which pages of feedback a run makes again: those that would show something else, by nbgrader's command and by
formgrader's button."""

from datetime import datetime

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import GenerateFeedback, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin.feedback import FeedbackPage

from .pupils import LESSON

STUDENTS = ("ada", "dora")


class Graded:
    """Students with a graded exercise, as grading leaves it, and pages of feedback."""

    def __init__(self, folder, students=STUDENTS):
        self.folder, self.config, self.students = folder, Config(), students
        nbgrader_plugin.configure(self.config)
        folder.mkdir(parents=True, exist_ok=True)
        self.db_url = f"sqlite:///{folder / 'gradebook.db'}"
        self.config.CourseDirectory.update(root=str(folder), db_url=self.db_url, assignment_id=LESSON)
        self.coursedir = CourseDirectory(config=self.config)
        with Gradebook(self.db_url) as gradebook:
            gradebook.add_assignment(LESSON)
            gradebook.add_notebook(LESSON, LESSON)
            gradebook.add_grade_cell("squeeze-check", LESSON, LESSON, max_score=2, cell_type="code")
            gradebook.add_solution_cell("squeeze", LESSON, LESSON)
            for student in students:
                gradebook.add_student(student)
                gradebook.add_submission(LESSON, student)
                gradebook.find_grade("squeeze-check", LESSON, LESSON, student).auto_score = 0.5
            gradebook.db.commit()
        answer = new_code_cell("def squeeze(x): ...",
                               metadata={"nbgrader": {"grade_id": "squeeze", "solution": True, "grade": False}})
        check = new_code_cell("check(squeeze)", metadata={"nbgrader": {"grade_id": "squeeze-check", "grade": True,
                                                                       "solution": False}})
        for student in students:
            self.notebook(student).parent.mkdir(parents=True)
            nbformat.write(new_notebook(cells=[answer, check]), self.notebook(student))
        self.make()

    def notebook(self, student):
        return self.folder / "autograded" / student / LESSON / f"{LESSON}.ipynb"

    def page(self, student):
        return self.folder / "feedback" / student / LESSON / f"{LESSON}.html"

    def pages(self):
        return {student: (self.page(student).read_bytes(), self.page(student).stat().st_mtime_ns)
                for student in self.students if self.page(student).exists()}

    def make(self):
        GenerateFeedback(coursedir=self.coursedir, config=self.config).start()

    def made_again(self, make=None):
        """Whose pages a run of feedback writes."""
        before = self.pages()
        (make or self.make)()
        return [student for student, page in self.pages().items() if page != before.get(student)]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    return Graded(tmp_path_factory.mktemp("graded"))


def mark(field, value):
    def change(gradebook, graded):
        setattr(gradebook.find_grade("squeeze-check", LESSON, LESSON, "dora"), field, value)
    return change


def comment(gradebook, graded):
    gradebook.find_comment("squeeze", LESSON, LESSON, "dora").manual_comment = "Well found."


def penalty(gradebook, graded):
    gradebook.find_submission_notebook(LESSON, LESSON, "dora").late_submission_penalty = 0.25


def another_notebook(gradebook, graded):
    notebook = nbformat.read(graded.notebook("dora"), as_version=4)
    notebook.cells.append(new_markdown_cell("And another thing."))
    nbformat.write(notebook, graded.notebook("dora"))


def a_file_beside_it(gradebook, graded):
    graded.notebook("dora").with_name("mine.txt").write_text("mine")


def another_name(gradebook, graded):
    gradebook.find_student("dora").first_name = "Theodora"


def another_time(gradebook, graded):
    gradebook.find_submission(LESSON, "dora").timestamp = datetime(2026, 11, 20, 10)


CHANGES = [(mark("manual_score", 1.5), "1.5 of 2 points"), (mark("extra_credit", 0.25), "1.75 of 2 points"),
           (comment, "Well found."),
           (penalty, "1.5 of 2 points"), (another_notebook, "And another thing."), (a_file_beside_it, ""),
           (another_name, "Theodora (dora)"), (another_time, "handed in 2026-11-20 10:00 UTC")]


@pytest.mark.parametrize("change, shown", CHANGES, ids=["mark", "extra credit", "comment", "penalty", "notebook",
                                                        "file", "name", "time"])
def test_the_page_that_would_show_something_else_is_made_again_and_no_other(graded, change, shown):
    with Gradebook(graded.db_url) as gradebook:
        change(gradebook, graded)
        gradebook.db.commit()
    assert graded.made_again() == ["dora"]
    assert shown in graded.page("dora").read_text(encoding="utf-8")
    assert graded.made_again() == []


def test_a_change_of_points_or_another_version_is_everybodys(graded, monkeypatch):
    with Gradebook(graded.db_url) as gradebook:
        gradebook.find_grade_cell("squeeze-check", LESSON, LESSON).max_score = 4
        gradebook.db.commit()
    assert graded.made_again() == [*STUDENTS] and "of 4 points" in graded.page("ada").read_text(encoding="utf-8")
    monkeypatch.setattr("autograder.classroom.nbgrader_plugin.made_from.version", lambda package: "another")
    assert graded.made_again() == [*STUDENTS] and graded.made_again() == []
    monkeypatch.undo()
    graded.make()


def test_a_page_without_its_last_line_is_made_again(graded):
    graded.page("ada").write_bytes(graded.page("ada").read_bytes()[:-10])
    assert graded.made_again() == ["ada"]


def formgraders_buttons(graded, monkeypatch):
    import nbgrader.server_extensions.formgrader.formgrader as theirs

    for name in ("Environment", "HTMLExporter"):
        monkeypatch.setattr(theirs, name, getattr(theirs, name))  # to be put back
    for name in ("autograde", "generate_feedback", "release_feedback"):
        monkeypatch.setattr(NbGraderAPI, name, getattr(NbGraderAPI, name))
    monkeypatch.setattr(theirs.handlers, "default_handlers", [*theirs.handlers.default_handlers])
    nbgrader_plugin.configure(Config())
    return NbGraderAPI(graded.coursedir, config=graded.config)


def test_formgraders_button_makes_the_same_pages(graded, monkeypatch):
    api = formgraders_buttons(graded, monkeypatch)
    assert graded.made_again(lambda: api.generate_feedback(LESSON)) == []
    with Gradebook(graded.db_url) as gradebook:
        mark("manual_score", 0.75)(gradebook, graded)
        gradebook.db.commit()
    assert graded.made_again(lambda: api.generate_feedback(LESSON, "ada")) == []
    assert graded.made_again(lambda: api.generate_feedback(LESSON, "dora")) == ["dora"]
    assert graded.made_again() == []


def test_a_run_that_fails_leaves_the_page(graded, monkeypatch):
    before = graded.pages()
    with Gradebook(graded.db_url) as gradebook:
        mark("manual_score", 0.25)(gradebook, graded)
        gradebook.db.commit()
    monkeypatch.setattr(FeedbackPage, "from_notebook_node", lambda *_, **__: 1 / 0)
    with pytest.raises(NbGraderException):
        graded.make()
    assert graded.pages() == before
    monkeypatch.undo()
    assert graded.made_again() == ["dora"]
