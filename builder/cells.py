"""Turns the short markers in a lesson's source into nbgrader's cell metadata. These are the markers:

    # %% exercise                   the cell that defines an exercise, one function or class
    # %% repair                     an exercise that is handed out as it stands here, with a mistake, and is repaired
    # %% points=2                   the grade cell below it, `check(Name)`
    # %% tags=["experiment"]        training, plots, and cells that read their results: not graded, and not compared by
                                    nbval, because training gives other numbers on another processor; the output is a
                                    measurement (measure.py)
    # %% tags=["nbval-ignore-output"]   other output that differs slightly on another processor, and output that shows a
                                    learner's progress

An exercise `Name` has the grade ids `name` and `name-check`.
Released notebooks refer to them, so they stay as they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from nbformat import NotebookNode, from_dict

from autograder.lessons import pages

EXPERIMENT, IGNORED = "experiment", "nbval-ignore-output"
PERSONAL = "course_map()", "review()", "progress()"  # what these show is about one learner, or about other lessons
JUPYTEXTS_OWN = {"lines_to_next_cell"}
TAGS = {EXPERIMENT, IGNORED}
NBGRADER = {"schema_version": 3, "task": False}


def expand(notebook: NotebookNode) -> None:
    """Replaces the markers of a source by nbgrader's metadata, in place.

    Raises ValueError, with the cell's first line or the names, if a marker is malformed, or if an exercise or a check
    stands alone.
    """
    written, checked = [], []
    for cell in notebook.cells:
        title, points = cell.metadata.pop("title", None), cell.metadata.pop("points", None)
        _refuse_others(cell, title)
        if experiment(cell):
            cell.metadata["tags"] = [EXPERIMENT, IGNORED]
        if title is None and points is None:
            continue
        if cell.cell_type != "code" or not (title is None or points is None):
            raise ValueError(f"{_where(cell)}: `{title or 'exercise'}` and `points=` mark two code cells, an exercise "
                             "and its check")
        if title:
            written.append(_defined_name(cell))
            if title == "repair":
                cell.metadata[pages.RELEASED] = cell.source
            grader = {"grade_id": written[-1].lower(), "grade": False, "locked": False, "solution": True}
        else:
            checked.append(_exercise_of_check(cell, points))
            grader = {"grade_id": f"{checked[-1].lower()}-check", "grade": True, "locked": True, "solution": False,
                      "points": points}
        cell.metadata["nbgrader"] = from_dict(NBGRADER | grader)
    if written != checked:
        raise ValueError(f"the exercises are {written}, the grade cells check {checked}")
    if len({name.lower() for name in written}) < len(written):
        raise ValueError(f"two of the exercises {written} have the same grade id")


def _where(cell: NotebookNode) -> str:
    return f"the cell that begins with {cell.source.partition(chr(10))[0]!r}"


def _refuse_others(cell: NotebookNode, title: str | None) -> None:
    if title not in (None, "exercise", "repair"):
        raise ValueError(f"{_where(cell)}: {title!r} is not a marker; there are `exercise`, `repair`, `points=2` and "
                         "`tags=[\"experiment\"]`")
    if unknown := cell.metadata.keys() - JUPYTEXTS_OWN - {"tags"}:
        raise ValueError(f"{_where(cell)}: unknown metadata {({key: cell.metadata[key] for key in sorted(unknown)})}")
    if unknown := set(cell.metadata.get("tags", [])) - TAGS:
        raise ValueError(f"{_where(cell)}: unknown tags {sorted(unknown)}; there are {sorted(TAGS)}")


def _defined_name(cell: NotebookNode) -> str:
    """The name of the one function or class that an exercise cell defines outside of its solution."""
    names = [node.name for node in ast.parse(cell.source).body
             if isinstance(node, pages.Definition) and not pages.inside(cell.source, node)]
    if len(names) != 1:
        raise ValueError(f"{_where(cell)}: an exercise defines one function or class, this cell {names or 'none'}")
    return names[0]


def _exercise_of_check(cell: NotebookNode, points: object) -> str:
    """The exercise that a cell with points checks."""
    name = _checked_name(cell)
    if not name:
        raise ValueError(f"{_where(cell)}: a cell with points is one line, check(Name)")
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise ValueError(f"check({name}): {points!r} points; write points=2")
    return name


def exercise_of(cell: NotebookNode) -> str | None:
    """The exercise whose grade cell this is; None for any other cell."""
    return _checked_name(cell) if cell.metadata.get("nbgrader", {}).get("grade") else None


def experiment(cell: NotebookNode) -> bool:
    """Says whether a cell's output is a measurement."""
    return EXPERIMENT in cell.metadata.get("tags", [])


def personal(cell: NotebookNode) -> bool:
    """Says whether a cell shows something that depends on one learner, or on other lessons. Its output is never stored.
    """
    return cell.source.strip() in PERSONAL or cell.source.rpartition("\n")[2].startswith("begin(")


def keeps_output(cell: NotebookNode) -> bool:
    """Says whether the solved notebook holds the cell's output."""
    return cell.cell_type == "code" and not personal(cell)


def code(of: Iterable[NotebookNode]) -> str:
    """The Python of code cells, without magics."""
    sources = [cell.source for cell in of if cell.cell_type == "code"]
    return "\n".join(line for source in sources for line in source.split("\n") if not line.startswith(("%", "!")))


def _checked_name(cell: NotebookNode) -> str | None:
    """The name in `check(Name)`."""
    match = re.fullmatch(r"check\((\w+)\)", cell.source.strip())
    return match and match[1]
