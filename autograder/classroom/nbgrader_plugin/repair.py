"""The first step on a submission: gives every cell the marks with which it was handed out.

nbgrader refuses a whole submission because of one cell that is doubled, foreign, or has lost its mark. Here nothing
that a learner wrote is lost: code keeps its order, and text that stood in a locked cell is kept beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.counts import former
from autograder.classroom.nbgrader_plugin.exporter import released_notebook
from autograder.classroom.nbgrader_plugin.harmless import make_harmless

MISSING = "This cell was missing from the notebook that was handed in."


@dataclass(frozen=True)
class Mark:
    """A cell that nbgrader knows: its metadata and source as released, and the names that its stub defines."""

    metadata: dict[str, Any]
    source: str
    names: frozenset[str]

    @property
    def kind(self) -> str:
        return self.metadata["cell_type"]


class Repair(NbGraderPreprocessor):
    """Comes before nbgrader's own sanitizing steps, which then find every cell exactly once and in its place."""

    def __init__(self, **keywords: Any):
        super().__init__(**keywords)
        self.known: dict[str, tuple[dict[str, Mark], set[str]]] = {}  # by notebook

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        marks, texts = self._release_marks(resources["nbgrader"])
        restore(nb, marks)
        make_harmless([cell for cell in nb.cells if cell.cell_type == "markdown" and cell.source not in texts])
        return nb, resources

    def _release_marks(self, info: dict) -> tuple[dict[str, Mark], set[str]]:
        """The marks and the texts that a notebook was handed out with: they are the same for the whole class."""
        if info["notebook"] not in self.known:
            handed_out = released_notebook(self.parent.parent.coursedir, info["assignment"], info["notebook"])
            texts = {cell.source for cell in handed_out.cells if cell.cell_type == "markdown"}
            self.known[info["notebook"]] = known_marks(info, handed_out), texts
        return self.known[info["notebook"]]


def known_marks(info: dict, handed_out: NotebookNode) -> dict[str, Mark]:
    """Returns the gradebook's marks of the cells, by grade_id, in the order of the released notebook."""
    from autograder.submission.notebook import defined_names

    order = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in handed_out.cells]
    with Gradebook(info["db_url"]) as gradebook:
        notebook = gradebook.find_notebook(info["notebook"], info["assignment"])
        graded = [*notebook.grade_cells, *notebook.task_cells]
        points = dict(zip([cell.name for cell in graded], former(gradebook, graded, "max_score")))
        solutions = {cell.name for cell in notebook.solution_cells}
        grades, tasks = ({cell.name for cell in cells} for cells in (notebook.grade_cells, notebook.task_cells))
        marks = {}
        for cell in sorted(notebook.source_cells,
                           key=lambda cell: order.index(cell.name) if cell.name in order else len(order)):
            metadata = {"schema_version": 3, "grade_id": cell.name, "grade": cell.name in grades,
                        "solution": cell.name in solutions,
                        "task": cell.name in tasks, "locked": cell.locked, "checksum": cell.checksum,
                        "cell_type": cell.cell_type}
            if cell.name in points:
                metadata["points"] = points[cell.name]
            names = defined_names(cell.source) if cell.cell_type == "code" and not cell.locked else ()
            marks[cell.name] = Mark(metadata, cell.source, frozenset(names))
    return marks


def restore(nb: NotebookNode, marks: dict[str, Mark]) -> None:
    """Gives each of the `marks` to one cell of `nb`, and puts missing cells back."""
    from autograder.submission.gaps import answers
    from autograder.submission.notebook import defined_names, join_halves

    join_halves(nb, {grade_id: mark.names for grade_id, mark in marks.items()})
    claims = [cell.metadata.pop("nbgrader", {}).get("grade_id") for cell in nb.cells]
    claims = [claim if isinstance(claim, str) and claim in marks else None for claim in claims]
    defined = [set(defined_names(cell.source)) if cell.cell_type == "code" else set() for cell in nb.cells]
    every = frozenset().union(*(mark.names for mark in marks.values()))
    for i, claim in enumerate(claims):  # a cell that defines another exercise is not the one that it says it is
        if claim and marks[claim].names and defined[i] & every and not defined[i] & marks[claim].names:
            claims[i] = None
    chosen: dict[str, int] = {}
    for grade_id, mark in marks.items():
        free = [i for i in range(len(nb.cells)) if claims[i] in (None, grade_id) and i not in chosen.values()]
        mine = [i for i in free if claims[i] == grade_id]
        # of several definitions the last one counts, as it does when the cells are run; a gap never does
        if mark.names:
            fitting = [i for i in free if mark.names <= defined[i]]
            fitting = [i for i in fitting
                       if any(answers(nb.cells[i].source, mark.source, name) for name in mark.names)] or fitting
        else:
            fitting = mine or [
                i for i in free if mark.metadata["locked"] and nb.cells[i].source.strip() == mark.source.strip()
            ]
        if fitting or mine:
            chosen[grade_id] = (fitting or mine)[-1]
    cells = {grade_id: nb.cells[i] for grade_id, i in chosen.items()}
    for grade_id, mark in marks.items():
        if grade_id in cells:
            _mark(nb, cells[grade_id], mark)
    _put_back(nb, marks, cells)


def _mark(nb: NotebookNode, cell: NotebookNode, mark: Mark) -> None:
    """Gives the cell its marks, its type and, if it is locked, its source. Anything that a learner wrote into a locked
    cell is kept above it."""
    if mark.metadata["locked"] and cell.source.strip() not in ("", mark.source.strip()):
        kept = (new_code_cell if cell.cell_type == "code"
                else new_markdown_cell)(cell.source, id=_new_id(nb, mark, "kept"))
        nb.cells.insert(_index(nb, cell), kept)
    if mark.metadata["locked"]:
        cell.source = mark.source
    if cell.cell_type != mark.kind:
        cell.pop("attachments", None)
        cell.cell_type = mark.kind
        if mark.kind == "code":
            cell.update(outputs=[], execution_count=None)
        else:
            cell.pop("outputs", None), cell.pop("execution_count", None)
    cell.metadata["nbgrader"] = NotebookNode(mark.metadata)


def _put_back(nb: NotebookNode, marks: dict[str, Mark], cells: dict[str, NotebookNode]) -> None:
    """Adds a missing cell after the marked cell that comes before it. If an exercise is missing, it is added without
    its stub, because the stub could undo a definition that the learner moved to another cell."""
    before = None
    for grade_id, mark in marks.items():
        if grade_id not in cells:
            comment = f"# {MISSING}" if mark.kind == "code" else f"*{MISSING}*"
            make = new_code_cell if mark.kind == "code" else new_markdown_cell
            cell = make(mark.source if mark.metadata["locked"] else comment, id=_new_id(nb, mark, "missing"))
            cell.metadata["nbgrader"] = NotebookNode(mark.metadata)
            following = next((cells[other] for other in marks if other in cells), None)
            place = _index(nb, before) + 1 if before else _index(nb, following) if following else len(nb.cells)
            nb.cells.insert(place, cell)
            cells[grade_id] = cell
        before = cells[grade_id]


def _index(nb: NotebookNode, cell: NotebookNode) -> int:
    """Returns the place of this very cell. There may be equal cells in other places."""
    return next(i for i, other in enumerate(nb.cells) if other is cell)


def _new_id(nb: NotebookNode, mark: Mark, why: str) -> str:
    taken, name = {cell.id for cell in nb.cells}, f"{mark.metadata['grade_id']}-{why}"[:60]
    return name if name not in taken else f"{name}-2"
