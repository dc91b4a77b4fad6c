"""What the corrupted notebooks have brought to light, one by one and as small as it can be."""

import copy
import json
import warnings

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.nbgrader_plugin.repair import restore
from autograder.notebook import cells_to_run, lesson
from autograder.reading import parse
from tests.classroom.pupils import LESSON, find, place
from tests.classroom.test_repair import MARKS, solved, well_marked


def run(notebook):
    return [cell.source for cell in cells_to_run(notebook, lesson(LESSON))]


def test_imports_that_say_that_they_are_graded_are_run():
    notebook = solved()
    notebook.cells[1].metadata.nbgrader = NotebookNode(grade_id="mine", grade=True)
    assert run(notebook) == run(solved())


def test_a_check_that_was_cut_behind_its_last_line_is_whole_again():
    notebook = solved()
    check = find(notebook, "squeeze-check")
    notebook.cells.insert(place(notebook, check) + 1, new_code_cell("", metadata=copy.deepcopy(check.metadata)))
    restore(notebook, MARKS)
    well_marked(notebook)


@pytest.mark.parametrize("ids", [["a", "a", "cell-001"], [None, 3, "a b"], ["cell-001", "cell-001", "cell-002"]])
def test_ids_are_single_and_the_same_each_time(ids):
    data = json.dumps({"cells": [{"cell_type": "code", "source": "", "id": given} for given in ids], "nbformat": 4}).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [[cell.id for cell in parse(data).cells] for _ in range(2)]
        nbformat.validate(parse(data))
    assert found[0] == found[1] and len(set(found[0])) == len(ids)


def cut(notebook, at):
    """The cell of squeeze in two, as JupyterLab splits it, and what the second half is called by."""
    cell = find(notebook, "squeeze")
    second = copy.deepcopy(cell)
    cell.source, second.source = cell.source[:at].rstrip("\n"), cell.source[at:].lstrip("\n")
    notebook.cells.insert(place(notebook, cell) + 1, second)
    return cell, second


def whole(notebook):
    mended = copy.deepcopy(notebook)
    restore(mended, MARKS)
    well_marked(mended)
    return run(notebook) == run(solved()) and run(mended) == run(solved())


def test_halves_of_which_the_second_alone_has_its_metadata_are_joined():
    notebook = solved()
    first, _ = cut(notebook, find(notebook, "squeeze").source.index("    return"))
    first.metadata = NotebookNode()
    assert whole(notebook)


def test_halves_with_the_marks_of_another_exercise_are_joined():
    notebook = solved()
    for half in cut(notebook, find(notebook, "squeeze").source.index("    return")):
        half.metadata.nbgrader.grade_id = "seblock"
    assert whole(notebook)


def test_halves_of_a_helper_before_the_exercise_are_joined():
    notebook, uncut = solved(), solved()
    for each in (notebook, uncut):
        find(each, "squeeze").source = "def mean(x):\n    return x.mean((2, 3))\n\n\ndef squeeze(x):\n    return mean(x)"
    cut(notebook, find(notebook, "squeeze").source.index("    return"))
    assert run(notebook) == run(uncut)
