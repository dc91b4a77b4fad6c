"""Reads submissions: what of a notebook is run, and which cell answers which exercise. Expects anything in them."""

from __future__ import annotations

import io
import json
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from solutions.course import COURSE
from solutions.course import lessons as listed

LARGEST = 512 << 20  # bytes of a notebook: ten times what outputs of a whole evening come to
EXPERIMENT = "experiment"
CALL = re.compile(r"check\((\w+)\)")
DEFINITION = re.compile(r"^(?:class|def|async\s+def)\s+(\w+)", re.MULTILINE)
LAYOUT = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


class Unreadable(ValueError):
    """A file that is no notebook."""


@dataclass(frozen=True)
class Slot:
    """An exercise's place in a lesson. name: the function or class. grade_id: of the cell that defines it; check_id: of its grade
    cell. stub: the cell as it is released."""

    name: str
    grade_id: str
    check_id: str
    points: float
    stub: str


@dataclass(frozen=True)
class Lesson:
    name: str
    topic: str
    exercises: tuple[Slot, ...]


@dataclass(frozen=True)
class Cell:
    """A cell that is run. exercises: the exercises that it defines."""

    source: str
    exercises: tuple[str, ...] = ()


@cache
def lessons() -> list[Lesson]:
    """Every lesson of the course as it is released, in order."""
    return [_released(entry.name, entry.topic) for entry in listed()]


def lesson(name: str) -> Lesson:
    """One lesson. Raises ValueError for a name that the course does not have."""
    for known in lessons():
        if known.name == name:
            return known
    raise ValueError(f"no lesson {name!r}; there are {', '.join(known.name for known in lessons())}")


def _released(name: str, topic: str) -> Lesson:
    cells = read(COURSE / name / f"{name}.ipynb").cells
    slots = []
    for check in cells:
        marks = check.metadata.get("nbgrader", {})
        if check.cell_type == "code" and marks.get("grade"):
            exercise = CALL.fullmatch(check.source.strip())[1]
            stub = next(c for c in cells if c.metadata.get("nbgrader", {}).get("solution") and exercise in defined_names(c.source))
            slots.append(Slot(exercise, stub.metadata.nbgrader.grade_id, marks.grade_id, float(marks.points), stub.source))
    return Lesson(name, topic, tuple(slots))


def defined_names(source: str) -> list[str]:
    """The functions and classes that stand at the beginning of a line, also where the cell is no valid Python."""
    return DEFINITION.findall(source)


def read(path: Path) -> NotebookNode:
    """A notebook of nbformat 4 without outputs, whatever writes it. Raises Unreadable where there is none in the file."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path} has {path.stat().st_size:,} bytes; at most {LARGEST:,} are read")
        return parse(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}") from error
    except Unreadable as error:
        raise Unreadable(f"{path}: {error}") from error


def parse(data: bytes) -> NotebookNode:
    """The notebook in a file's bytes. Raises Unreadable."""
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        found = json.loads(data.decode("utf-16" if utf16 else "utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"not JSON ({error})") from error
    if isinstance(found, dict) and isinstance(found.get("worksheets"), list):  # nbformat 3
        try:
            found = nbformat.convert(nbformat.from_dict(found), 4)
        except Exception as error:  # nbformat raises what it stumbles over
            raise Unreadable(f"a notebook of nbformat 3 that can't be converted ({error})") from error
    if not (isinstance(found, dict) and isinstance(found.get("cells"), list)):
        raise Unreadable("JSON, but no notebook: it has no list of cells")
    return nbformat.from_dict({"nbformat": 4, "nbformat_minor": 4, "metadata": {},
                               "cells": [_cell(cell) for cell in found["cells"] if isinstance(cell, dict)]})


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    """The parts of a cell that grading looks at, each of the type that it should have."""
    source, metadata = cell.get("source", ""), cell.get("metadata")
    if isinstance(source, list):
        source = "".join(map(str, source))
    metadata = metadata if isinstance(metadata, dict) else {}
    marks = metadata.get("nbgrader")
    tags = metadata.get("tags")
    kept = {"cell_type": str(cell.get("cell_type")), "source": str(source),
            "metadata": {"nbgrader": marks if isinstance(marks, dict) else {}, "tags": tags if isinstance(tags, list) else []}}
    return kept | ({"outputs": [], "execution_count": None} if kept["cell_type"] == "code" else {})


def lesson_of(notebook: NotebookNode) -> Lesson:
    """The lesson whose grade ids and exercises stand in a notebook. Raises Unreadable where it is none of them."""
    def found(known: Lesson) -> int:
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
        names = {name for cell in notebook.cells if cell.cell_type == "code" for name in defined_names(cell.source)}
        return sum((slot.grade_id in ids) + (slot.check_id in ids) + 2 * (slot.name in names) for slot in known.exercises)
    best = max(lessons(), key=found)
    if not found(best):
        raise Unreadable(f"no exercise of any lesson is in it; the lessons are {', '.join(known.name for known in lessons())}")
    return best


def cells_to_run(notebook: NotebookNode, known: Lesson) -> list[Cell]:
    """The code cells of a submission in order, without grade cells, experiments and copies of a stub that was answered elsewhere.

    A cell that defines an exercise is run whatever its metadata say.
    """
    slots = {slot.name: slot for slot in known.exercises}
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        defined = defined_names(cell.source)
        marks = cell.metadata.get("nbgrader", {})
        graded = marks.get("grade") or CALL.fullmatch(cell.source.strip())
        exercises = tuple(name for name in slots if name in defined)
        if not exercises and (graded and not defined or EXPERIMENT in cell.metadata.get("tags", [])):
            continue
        cells.append(Cell(cell.source, exercises))
    answered = {name for cell in cells for name in cell.exercises if not same_code(cell.source, slots[name].stub)}
    return [cell for cell in cells
            if not any(name in answered and same_code(cell.source, slots[name].stub) for name in cell.exercises)]


def completed(cells: list[Cell], known: Lesson, solved: NotebookNode) -> list[Cell]:
    """`cells` with the exercises that are absent, or as released, taken from a solved notebook; what it imports comes first."""
    slots = {slot.name: slot for slot in known.exercises}
    answers = cells_to_run(solved, known)
    theirs = {name: cell for cell in answers for name in cell.exercises}
    own = {name for cell in cells for name in cell.exercises if not same_code(cell.source, slots[name].stub)}
    made = [cell for cell in answers if not cell.exercises]
    for name in slots:  # in the lesson's order, each before the learner's cells that come after it
        if name not in own and name in theirs:
            made.append(theirs[name])
    return made + [cell for cell in cells if not cell.exercises or own & set(cell.exercises)]


def same_code(a: str, b: str) -> bool:
    """Are two sources the same up to comments and layout?"""
    return a == b or _tokens(a) == _tokens(b)


def _tokens(source: str) -> list[str]:
    try:
        found = list(tokenize.generate_tokens(io.StringIO(source).readline))
        return [" ".join(token.string.split()) for token in found if token.type not in LAYOUT]
    except (tokenize.TokenError, SyntaxError):
        return source.split()
