"""Which file of a student's folder is graded, and what it is called if it is another lesson or none."""

import json

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Configurable

from autograder.classroom.nbgrader_plugin import exporter
from autograder.classroom.nbgrader_plugin.handed_in import file_of, notebooks_beside
from autograder.classroom.nbgrader_plugin.student_folders import misplaced
from autograder.lessons.course import COURSE, NOTEBOOKS
from autograder.submission.parse import Unreadable

from .pupils import LESSON, PUPILS
from .pupils import file_of as written

RIGHT, NAME = written(PUPILS[0]), f"{LESSON}.ipynb"
OTHER = (COURSE / "05a_danet/05a_danet.ipynb").read_bytes()
FOREIGN = json.dumps({"cells": [{"cell_type": "code", "source": "import pandas", "metadata": {}}]}).encode()


def put(folder, files):
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder / NAME


@pytest.mark.parametrize("files, graded", [
    ({NAME: b"", f"old/{NAME}": RIGHT}, NAME),
    ({f"my work/{NAME}": RIGHT}, f"my work/{NAME}"),
    ({"a/b/Untitled.ipynb": RIGHT, "x.ipynb": OTHER, "notes.ipynb": b"{}"}, "a/b/Untitled.ipynb"),
    ({f"{LESSON}.json": RIGHT, f".ipynb_checkpoints/{NAME}": RIGHT}, f"{LESSON}.json"),
    ({f"{LESSON} (1).ipynb": RIGHT, f"copy/{NAME}": RIGHT}, f"{LESSON} (1).ipynb"),
], ids=lambda given: str(list(given))[:40])
def test_the_only_notebook_of_the_lesson_is_graded_wherever_it_is(tmp_path, files, graded):
    assert file_of(put(tmp_path, files)) == tmp_path / graded


@pytest.mark.parametrize("files, why", [
    ({"x.ipynb": OTHER}, "only x.ipynb, which is 05a_danet, not 01_se"),
    ({"a/x.ipynb": FOREIGN}, "only a/x.ipynb, which holds no exercise of 01_se, or of any other lesson"),
    ({"x.ipynb": b'{"cells": []}'}, "which has no cell with anything in it"),
    ({"x.ipynb": RIGHT, "a/y.ipynb": RIGHT.replace(b"mean", b"sum")}, "unclear which of these .* x.ipynb, a/y"),
    ({"x.pdf": b"%PDF"}, "there is no file 01_se.ipynb, only x.pdf"), ({}, "there is no file 01_se.ipynb$"),
], ids=lambda given: str(list(given))[:40])
def test_other_files_are_called_what_they_are(tmp_path, files, why):
    with pytest.raises(Unreadable, match=why):
        file_of(put(tmp_path, files))


def test_no_link_leads_to_a_notebook(tmp_path):
    put(tmp_path / "elsewhere", {NAME: RIGHT})
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann/inside").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "ann/x.ipynb").symlink_to(tmp_path / "elsewhere" / NAME)
    assert notebooks_beside(tmp_path / "ann" / NAME) == []
    (tmp_path / "ann" / NAME).symlink_to(tmp_path / "elsewhere" / NAME)
    with pytest.raises(Unreadable, match=f"^is a link, {NAME}, which is not followed, only x.ipynb$"):
        file_of(tmp_path / "ann" / NAME)


def test_a_notebook_in_a_wrong_place_is_named_with_the_right_one(tmp_path):
    course = CourseDirectory(root=str(tmp_path), submitted_directory="submitted")
    put(tmp_path / "submitted", {f"{place}.ipynb": RIGHT for place in (
        "ada/01_se/01_se", "a1/01_SE/x", "a2/01_se", "a3/01_se /01_se", "a4/01-se/y", "a5_01_se", "a6/02_eca/02_eca",
        "a7/notes/01_se", "notes")})
    said = [line.removeprefix(f"Not graded, because it lies in a wrong place: {tmp_path}/submitted/")
            for line in misplaced(course, LESSON)]
    right = f" (its place is {tmp_path}/submitted/{{}}/01_se/01_se.ipynb)"
    assert said == [f"{path}.ipynb{right.format(student)}" for path, student in (
        ("a1/01_SE/x", "a1"), ("a2/01_se", "a2"), ("a3/01_se /01_se", "a3"), ("a4/01-se/y", "a4"),
        ("a5_01_se", "STUDENT"))]


class Converter(Configurable):
    coursedir = None


@pytest.mark.parametrize("data, why", [
    (OTHER, "is 05a_danet, not 01_se"), ((NOTEBOOKS / "02_eca/02_eca.ipynb").read_bytes(), "is 02_eca, not 01_se"),
    (FOREIGN, "holds no exercise"), (FOREIGN[:-1], "(its file ends in the middle"), (RIGHT, None),
    (FOREIGN.replace(b"import pandas", b"def squeeze(x): ..."), None),
    (OTHER.replace(b"class PositionAttention", b"def squeeze(x): ...\\n\\nclass PositionAttention"), None),
    (FOREIGN.replace(b'"metadata": {}', b'"metadata": {"nbgrader": {"grade_id": "written"}}'), None),
], ids=lambda given: str(given)[-9:])
def test_another_lesson_is_named_and_one_exercise_makes_it_this_one(tmp_path, monkeypatch, data, why):
    handed_out = nbformat.read(COURSE / LESSON / NAME, as_version=4)
    handed_out.cells.append(new_markdown_cell("Why?", metadata={"nbgrader": {"grade_id": "written"}}))
    monkeypatch.setattr(exporter, "released_notebook", lambda *_: handed_out)
    info = {"nbgrader": {"student": "ann", "assignment": LESSON, "notebook": LESSON}}
    nb, problem = exporter.ReadAnything(parent=Converter()).read(put(tmp_path, {NAME: data}), info)
    assert why in str(problem) if why else problem is None
    assert (nb.cells[0].get("id") == exporter.UNREADABLE) is (why is not None)
    assert not why or "It begins like this" not in nb.cells[0].source
