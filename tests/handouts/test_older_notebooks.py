"""Lessons as an earlier version handed them out, checked by today's library: somebody who has begun one may update
the library."""

import json
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from autograder.lessons.course import COURSE, version

from .keep import ANSWERS, HERE, KEPT

HANDED_OUT = sorted(HERE.glob("*/*.zip"))


def number(value):
    return float(value.outputs[-1].data["text/plain"])


def test_this_version_is_kept():
    """A release is complete with its hand-outs: `python -m tests.handouts.keep` after `make build`."""
    assert {path.stem for path in HANDED_OUT if path.parent.name == version()} == set(KEPT)


@pytest.mark.nightly
@pytest.mark.parametrize("released, lesson", [(path.parent.name, path.stem) for path in HANDED_OUT])
def test_an_older_notebook_is_checked_by_todays_library(released, lesson, tmp_path, monkeypatch):
    path, folder = HERE / released / f"{lesson}.zip", tmp_path / lesson
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    answers = json.loads((folder / ANSWERS).read_text(encoding="utf-8"))
    notebook = nbformat.read(folder / f"{lesson}.ipynb", as_version=4)
    assert notebook.metadata["attention_lab"] == {"version": released}
    notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = answers["right"][cell.metadata.nbgrader.grade_id]
    for name, source in reversed(answers["wrong"].items()):
        notebook.cells += [new_code_cell(source), new_code_cell(f"check({name})", metadata={"wrong": name})]
    notebook.cells += [new_code_cell("from attention_lab import progress, review"), new_code_cell("review()"),
                       new_code_cell("progress()")]
    monkeypatch.setenv("PYTHONPATH", str(COURSE))
    NotebookClient(notebook, timeout=300, kernel_name="python3",
                   resources={"metadata": {"path": str(folder)}}).execute()

    points = {cell.source: cell.metadata.nbgrader.points for cell in notebook.cells
              if cell.metadata.get("nbgrader", {}).get("grade")}
    checked = {cell.source: number(cell) for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")}
    refused = {cell.source: number(cell) for cell in notebook.cells if "wrong" in cell.metadata}
    assert checked == points and refused
    assert not [source for source in refused if refused[source] >= points[source]]
    assert notebook.cells[-2].outputs  # review(): tomorrow's questions at the earliest
    assert f"{sum(points.values()):g} of {sum(points.values()):g}" in notebook.cells[-1].outputs[-1].data["text/plain"]
