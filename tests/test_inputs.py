"""What the digest of a notebook's inputs covers, and which notebooks the tests run again."""

import shutil

import nbformat
import pytest

from builder import inputs
from solutions.shared.course import COURSE, NOTEBOOKS
from tests import notebooks, sampling

LESSON = "01_se"


@pytest.fixture
def places(tmp_path):
    """Copies of the lesson's folder and of the library, to be changed."""
    shutil.copytree(NOTEBOOKS / LESSON, tmp_path / "notebooks" / LESSON)
    shutil.copytree(COURSE / "attention_lab", tmp_path / "course/attention_lab", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "notebooks", tmp_path / "course"


@pytest.mark.parametrize("file, counts", [
    (f"notebooks/{LESSON}/{LESSON}.ipynb", True),
    ("course/attention_lab/__init__.py", True),
    ("course/attention_lab/training.py", True),  # imported by the notebook
    ("course/attention_lab/checking/crash.py", True),  # imported by what the notebook imports
    ("course/attention_lab/course.toml", True),
    ("course/attention_lab/workspace.py", False),  # what `make lab` uses
])
def test_what_the_digest_covers(places, tmp_path, file, counts):
    before = inputs.digest(LESSON, *places)
    assert before == inputs.digest(LESSON, *places)
    with open(tmp_path / file, "a", encoding="utf-8") as text:
        text.write("\n")
    assert (inputs.digest(LESSON, *places) != before) is counts


def test_a_notebook_that_reads_the_others_depends_on_them(places, tmp_path):
    folder = tmp_path / "notebooks"
    path = folder / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    assert inputs.beside(LESSON, notebook, *places) == []
    notebook.cells.append(nbformat.v4.new_code_cell("from attention_lab.plugs import plugged"))  # which imports mine
    nbformat.write(notebook, path)
    (folder / "02_eca").mkdir()
    (folder / "02_eca/02_eca.ipynb").write_text("1", encoding="utf-8")
    (folder / "02_eca/another.ipynb").write_text("1", encoding="utf-8")
    assert [path.name for path in inputs.beside(LESSON, notebook, *places)] == ["02_eca.ipynb"]
    before = inputs.digest(LESSON, *places)
    (folder / "02_eca/02_eca.ipynb").write_text("2", encoding="utf-8")
    assert inputs.digest(LESSON, *places) != before


def test_imports_of_every_form(tmp_path):
    package = tmp_path / "attention_lab"
    (package / "checking").mkdir(parents=True)
    for name, text in {"__init__": "", "a": "from .checking import b", "checking/__init__": "", "checking/b": "from ..c import x",
                       "c": "def late():\n    import attention_lab.d as it", "d": "from . import e", "e": "", "unused": ""}.items():
        (package / f"{name}.py").write_text(text)
    found = {str(path.relative_to(package)) for path in inputs.modules("import torch\nfrom attention_lab.a import y", tmp_path)}
    assert found == {"__init__.py", "a.py", "checking/__init__.py", "checking/b.py", "c.py", "d.py", "e.py"}


def test_changed_notebooks_are_run_and_a_part_of_the_others_in_turn(monkeypatch):
    monkeypatch.setattr(inputs, "changed", lambda name: name == LESSON)
    monkeypatch.setattr(sampling, "NIGHTLY", False)
    runs = []
    for turn in range(sampling.ONE_IN["unchanged lessons"]):
        monkeypatch.setattr(sampling, "turn", lambda turn=turn: turn)
        runs.append(notebooks.chosen())
    names = {lesson.name for lesson in notebooks.lessons()}
    assert all(LESSON in run and len(run) < len(names) / 2 + 1 for run in runs) and {name for run in runs for name in run} == names
    monkeypatch.setattr(sampling, "NIGHTLY", True)
    assert set(notebooks.chosen()) == names


def test_the_notebook_of_one_lesson():
    assert notebooks.chosen("02_eca") == ["02_eca"]
    with pytest.raises(SystemExit, match="no lesson 'eca' in solutions/course.toml; there are 00_warmup, "):
        notebooks.chosen("eca")


def test_what_was_written_down_counts_until_something_changes(tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "EXECUTED", tmp_path / "executed.json")
    assert inputs.changed(LESSON)
    inputs.write_down("02_eca")
    inputs.write_down(LESSON)
    assert not inputs.changed(LESSON) and not inputs.changed("02_eca") and inputs.changed("00_warmup")
    monkeypatch.setattr(inputs, "version", lambda _: "99.0+cpu")
    assert inputs.changed(LESSON)
