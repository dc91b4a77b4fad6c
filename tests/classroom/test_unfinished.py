"""A run that fails, or is killed, leaves what was there, and the next one tries again."""

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder import outputs
from autograder.classroom.nbgrader_plugin.converters import LessonAutograde
from autograder.classroom.nbgrader_plugin.graded import RECORD, why_again
from autograder.classroom.nbgrader_plugin.judge_cells import JudgeCells
from autograder.classroom.nbgrader_plugin.unfinished import BEFORE, FILES, begin, finish, mark_of

from .pupils import LESSON, RELEASED


class Grading(LessonAutograde):
    machine_known = True  # nothing of a learner's is run here


def judged(self, nb, resources):
    """As if the judge gave half a point for everything."""
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.outputs = [outputs.result(0.5, "<p>Half.</p>")]
    nb.metadata[RECORD] = {"digest": self.parent.digest}
    return nb, resources


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course in which ada has handed in."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def grading(folder):
    """Grades her work. Its argument: whether by force."""
    config = Config()
    config.CourseDirectory.update(root=str(folder), db_url=f"sqlite:///{folder / 'gradebook.db'}", assignment_id=LESSON)
    coursedir = CourseDirectory(config=config)
    with Gradebook(coursedir.db_url) as gradebook:
        gradebook.add_assignment(LESSON)
        gradebook.add_notebook(LESSON, LESSON)
        for cell in RELEASED.cells:
            if (about := cell.metadata.get("nbgrader", {})).get("grade"):
                gradebook.add_grade_cell(about.grade_id, LESSON, LESSON, max_score=about.points, cell_type="code")
                gradebook.add_source_cell(about.grade_id, LESSON, LESSON, cell_type="code", source=cell.source,
                                          locked=True)
    (folder / f"submitted/ada/{LESSON}").mkdir(parents=True)
    nbformat.write(RELEASED, folder / f"submitted/ada/{LESSON}/{LESSON}.ipynb")

    def grade(force=False, notebook="*"):
        coursedir.notebook_id = notebook
        made = Grading(coursedir=coursedir, config=config)
        made.force = force
        made.start()
        return made

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(JudgeCells, "preprocess", judged)
        yield grade


def test_a_forced_run_that_fails_leaves_the_graded_notebook(grading, folder, monkeypatch):
    grading()
    graded = folder / f"autograded/ada/{LESSON}/{LESSON}.ipynb"
    before = graded.read_bytes()
    for step in ("preprocess", "__call__"):
        with monkeypatch.context() as broken:
            broken.setattr(JudgeCells, step, lambda *_: 1 / 0)
            with pytest.raises(NbGraderException):
                grading(force=True)
        assert graded.read_bytes() == before
    nbformat.write(RELEASED, graded)  # to see that it is written
    again = grading()
    assert graded.read_bytes() == before and not mark_of(graded.parent).exists()
    assert why_again(again, "ada") is None


def test_a_gradebook_that_fails_leaves_the_graded_notebook(grading, folder, monkeypatch):
    """Before it is known whether it is to be graded."""
    grading()
    graded = folder / f"autograded/ada/{LESSON}/{LESSON}.ipynb"
    monkeypatch.setattr(Gradebook, "find_submission", lambda *_: 1 / 0)
    with pytest.raises(NbGraderException):
        grading()
    assert graded.exists()


def test_one_notebook_of_a_lesson_leaves_what_lies_beside_it(grading, folder):
    grading(force=True)
    graded = folder / f"autograded/ada/{LESSON}"
    (graded / "another.ipynb").write_text("{}")
    grading(force=True, notebook=LESSON)
    assert {path.name for path in graded.iterdir()} == {f"{LESSON}.ipynb", "another.ipynb"}


def test_what_was_killed_in_the_middle_of_an_exchange_comes_back(tmp_path):
    folder = tmp_path / "01_se"
    folder.mkdir()
    (folder / "old").write_text("")
    begin(folder).mkdir()
    folder.rename(mark_of(folder) / BEFORE)
    files = begin(folder)
    assert (folder / "old").exists() and files == mark_of(folder) / FILES and not files.exists()
    files.mkdir()
    (files / "new").write_text("")
    finish(folder)
    assert [path.name for path in folder.iterdir()] == ["new"] and [*tmp_path.iterdir()] == [folder]
