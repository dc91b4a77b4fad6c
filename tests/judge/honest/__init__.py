"""Notebooks as honest people hand them in, as data: a solved notebook with a few edits, named by what the learner did.

Each has full marks, unless it says which points are lost and which sentence of docs/learners.md tells the learner so beforehand.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.intake.files import read
from autograder.lessons.course import NOTEBOOKS
from autograder.submission.parse import parse

Content = dict[str, Any]


@cache
def solved(lesson: str) -> NotebookNode:
    return read(NOTEBOOKS / lesson / f"{lesson}.ipynb")


@cache
def code(lesson: str = "01_se") -> dict[str, str]:
    """The solved cells by the name that they define."""
    cells = [cell.source for cell in solved(lesson).cells if cell.metadata.get("nbgrader", {}).get("solution")]
    return {source.split("(")[0].split()[-1]: source for source in cells}


IMPORTS = next(cell.source for cell in solved("01_se").cells if "attention_lab.lessons" in cell.source)


@dataclass
class Honest:
    """first, last: cells around the lesson's. imports: the import cell of 01_se instead. above, below, instead: an exercise's code, by
    name. file: what the editor makes of the notebook, given its JSON, which it may change.
    lost: the points that it loses, by exercise; said: what their reports say; rule: a piece of the sentence in docs/learners.md that says
    so, unless the exercise is unfinished. absent: packages that are reported as missing."""

    lesson: str = "01_se"
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    imports: str = IMPORTS
    above: dict[str, str] = field(default_factory=dict)
    below: dict[str, str] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    file: Callable[[Content], bytes | None] = lambda _notebook: None
    lost: dict[str, float] = field(default_factory=dict)
    said: str = ""
    rule: str = ""
    unfinished: bool = False
    absent: list[str] = field(default_factory=list)

    def notebook(self) -> NotebookNode:
        made = copy.deepcopy(solved(self.lesson))
        for cell in made.cells:
            if cell.source == IMPORTS:
                cell.source = self.imports
            for name, source in code(self.lesson).items():
                if cell.source == source:
                    parts = self.above.get(name, ""), self.instead.get(name, source), self.below.get(name, "")
                    cell.source = "\n".join(filter(None, parts))
        made.cells[:0] = map(new_code_cell, self.first)
        made.cells += map(new_code_cell, self.last)
        content = json.loads(json.dumps(made))
        return parse(self.file(content) or json.dumps(content).encode())


def code_cells(content: Content) -> list[Content]:
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"]


def cell_of(content: Content, name: str) -> Content:
    """The cell that defines an exercise."""
    return next(cell for cell in code_cells(content) if f"class {name}" in cell["source"] or f"def {name}(" in cell["source"])


def new_cell(source: str, *tags: str) -> Content:
    return {"cell_type": "code", "metadata": {"tags": list(tags)} if tags else {}, "source": source, "outputs": [],
            "execution_count": None}


def put(*sources: str, before: str = "", behind: str = "", tags: tuple[str, ...] = ()) -> Callable[[Content], None]:
    """An edit: new cells before or behind the cell of an exercise."""
    def edit(content: Content) -> None:
        place = content["cells"].index(cell_of(content, before or behind)) + bool(behind)
        content["cells"][place:place] = [new_cell(source, *tags) for source in sources]
    return edit


def cut(name: str, at: str) -> Callable[[Content], None]:
    """An edit: the cell of an exercise in two, the second begins with the line `at`."""
    def edit(content: Content) -> None:
        cell = cell_of(content, name)
        first, second = cell["source"].split(f"\n{at}", 1)
        cell["source"] = first
        content["cells"].insert(content["cells"].index(cell) + 1, new_cell(at + second))
    return edit
