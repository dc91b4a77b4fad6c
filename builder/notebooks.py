"""A lesson's text: its page as a notebook, the outputs that it keeps, and the notebook that nbgrader releases from it.
Nothing here runs a cell."""

from __future__ import annotations

import ast
import copy
import re
from difflib import SequenceMatcher

import nbformat
from nbformat import NotebookNode
from traitlets import import_item

from autograder.classroom.nbgrader_plugin import HANDS_OUT
from autograder.lessons import catalogue, pages
from autograder.lessons.course import Lesson, repository, version
from autograder.lessons.topics import topic
from builder import cells, first_cell


def read_source(lesson: Lesson) -> NotebookNode:
    """The lesson's source as a notebook without outputs, with cell ids derived from grade ids and positions in the
    page.

    Raises ValueError for a malformed marker (see `cells.py`), if the reference does not fit a gap (see `pages.py`), or
    if the topic does not say how the page's repair is made.
    """
    files = topic(lesson.topic)
    notebook = pages.read(files.folder / "page.py")
    cells.expand(notebook)
    for index, cell in enumerate(notebook.cells):
        if pages.RELEASED in cell.metadata:
            if not files.repair:
                raise ValueError(f"{lesson.name}: the page has a repair, and exercises.py has no REPAIR")
            cell.source = catalogue.applied(files.repair.edits, cell.source, files.repair.name)
        cell.id = re.sub(r"[^a-zA-Z0-9_-]", "-",
                         cell.metadata.get("nbgrader", {}).get("grade_id", f"{cell.cell_type}-{index:03d}"))
    first_cell.add_link(notebook, lesson.name, repository())
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "attention_lab": {"version": version()},
    })
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = number
    nbformat.validate(notebook)
    return notebook


def with_links(notebook: NotebookNode, lesson: Lesson) -> NotebookNode:
    """Returns a lesson's notebook with links that lead from the solved one to what lies beside the released one. Its
    code cells are the same objects. In somebody's own lesson, nothing changes."""
    if lesson.folder:
        return notebook
    linked = copy.copy(notebook)
    linked.cells = [cell if cell.cell_type == "code" else
                    nbformat.from_dict({**cell, "source": pages.as_solved(cell.source, lesson.name)})
                    for cell in notebook.cells]
    return linked


def points(notebook: NotebookNode) -> dict[str, float]:
    """Returns the points by exercise, in order, as the metadata of the grade cells say."""
    return {name: cell.metadata["nbgrader"]["points"] for cell in notebook.cells if (name := cells.exercise_of(cell))}


def keep_outputs(notebook: NotebookNode, before: NotebookNode) -> bool:
    """Gives the cells the outputs that they had `before`, in place. Says whether nothing is left to run.

    A cell is recognised by its code. If the code of an experiment has changed, the cell is recognised by its
    neighbours, because its measurement stays until somebody measures again (measure.py says whether that is necessary).
    The other cells build on each other. So as soon as the code of one has changed in more than comments, they are all
    run again.
    """
    then, now = ([cell for cell in of.cells if cells.keeps_output(cell)] for of in (before, notebook))
    pairs = SequenceMatcher(None, [cell.source for cell in then], [cell.source for cell in now], autojunk=False)
    for kind, first, last, begin, end in pairs.get_opcodes():
        if kind == "equal" or last - first == end - begin:
            for old, new in zip(then[first:last], now[begin:end], strict=True):
                if cells.experiment(old) == cells.experiment(new):
                    new.outputs = copy.deepcopy(old.outputs)
    return _run_by_a_build(before) == _run_by_a_build(notebook)


def _run_by_a_build(notebook: NotebookNode) -> list[str]:
    """Returns the code of the cells that are not experiments, in order and without comments."""
    return [_plain(cell.source) for cell in notebook.cells if cells.keeps_output(cell) and not cells.experiment(cell)]


def _plain(source: str) -> str:
    try:
        return ast.dump(ast.parse(source))
    except SyntaxError:  # a magic
        return source


def release(notebook: NotebookNode, name: str) -> NotebookNode:
    """Returns the notebook that nbgrader releases from a solved one. The steps of `nbgrader generate_assignment` are
    applied in its order, except for the one that writes to a gradebook."""
    released, resources = copy.deepcopy(notebook), {"unique_key": name, "nbgrader": {}}
    for step in HANDS_OUT:
        if not step.endswith(".SaveCells"):
            released, resources = import_item(step)()(released, resources)
    return released
