"""A lesson's exercises as one Python file, for people who prefer an editor, and the way back into the notebook."""

from __future__ import annotations

import ast
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from ..networks.own_modules import DEFINITIONS, define, notebook, plain
from ..storage import content, found, keep

MARK = "# %% "
BASE = ".watch.json"  # each exercise as it was when file and notebook were last alike
HEAD = """# The exercises of {lesson}. Each save of this file writes them into the notebook {lesson}.ipynb, and checks what changed.
# Keep the lines that begin with "# %%": they say where an exercise starts. What stands above the first one is not written back.

{imports}
"""  # noqa: E501


@dataclass
class Synced:
    """What `sync` did. changed: the exercises that are others than when it last ran.
    said: what there is to tell the learner."""

    changed: list[str]
    said: list[str]


class ExerciseFile:
    """The exercises of the lesson in `folder`, in its notebook and in a Python file beside it, both named like the
    folder.

    Raises FileNotFoundError where there is no notebook, ValueError where it is none, or holds no exercise.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebook, self.file = folder / f"{folder.name}.ipynb", folder / f"{folder.name}.py"
        self.kept = folder / f"{folder.name}.replaced.py"
        if not self.notebook.exists():
            raise FileNotFoundError(f"there is no notebook {self.notebook}")
        if not self._in_notebook():
            raise ValueError(f"{self.notebook} holds no exercise: it is no notebook of a lesson, or it cannot be read")

    def sync(self) -> Synced:
        """Bring file and notebook to the same state, exercise by exercise: what changed on one side goes to the other.

        What changed on both sides is taken from the file. A text that the other side replaces is kept in a file of its
        own. Raises ValueError for a file in which an exercise's first line is missing; nothing is written then.
        """
        ours, base = self._in_notebook(), self._base()
        if not self.file.exists():
            self._write_file(ours)
            self._keep(ours)
            return Synced([], [f"{self.file.name} is written, with {len(ours)} exercises."])
        theirs = {name: source for name, (_, source) in self._in_file(list(ours)).items()}
        merged, said = {}, []
        for name in ours:
            merged[name] = ours[name] if theirs[name] == base.get(name) else theirs[name]
            if merged[name] != ours[name] != base.get(name):
                self._set_aside(name, ours[name])
                said.append(f"{name} changed in both. The file's text counts; the notebook's is in {self.kept.name}.")
            elif merged[name] != theirs[name]:
                self._set_aside(name, theirs[name])
                said.append(f"{name} is taken from the notebook; what stood in the file is in {self.kept.name}.")
        if merged != theirs:
            self._write_file(merged)
        if merged != ours:
            self._write_notebook(merged)
        self._keep(merged)
        return Synced([name for name in merged if merged[name] != base.get(name)], said)

    def line_of(self, name: str) -> int:
        """The line of the file on which an exercise begins, from 1."""
        return self._in_file([name])[name][0]

    def run(self) -> tuple[dict[str, Any], dict[str, Exception]]:
        """What the exercises of the file define, by name, and what was raised while one was defined.

        The rest of the notebook gives its imports, functions and classes, in the notebook's order.
        A traceback shows lines of the file.
        """
        module, cells = ModuleType(self.folder.name), self._cells()
        sources = self._in_file([name for name, _ in cells if name])
        defined: dict[str, Any] = {}
        raised: dict[str, Exception] = {}
        for name, source in cells:
            try:
                if name is None:
                    define([node for node in _parsed(source) if isinstance(node, DEFINITIONS)], module)
                else:
                    line, ours = sources[name]
                    exec(compile("\n" * (line - 1) + ours, str(self.file), "exec"), vars(module))
                    defined[name] = getattr(module, name)
            except Exception as error:  # a learner's code may raise anything
                if name is not None:
                    raised[name] = error
        return defined, raised

    def hints(self, name: str) -> list[str]:
        """The titles and texts of an exercise's hints, as Markdown."""
        cells = notebook(self.notebook)["cells"]
        checks = (index for index, cell in enumerate(cells) if "".join(cell["source"]).strip() == f"check({name})")
        below = "".join(cells[next(checks) + 1]["source"]) if name in self._in_notebook() else ""
        folds = re.findall(r"<details><summary>(Hint [^<]*)</summary>(.*?)</details>", below, re.DOTALL)
        return [f"{title}\n{text.strip()}" for title, text in folds]

    def _cells(self) -> list[tuple[str | None, str]]:
        """(exercise or None, text) of the code cells up to the last exercise."""
        cells = [cell for cell in notebook(self.notebook)["cells"] if cell["cell_type"] == "code"]
        names = _names(cells)
        sources = [(names.get(_solution(cell)), "".join(cell["source"]).rstrip()) for cell in cells]
        last = max((index for index, (name, _) in enumerate(sources) if name), default=-1)
        return sources[:last + 1]

    def _in_notebook(self) -> dict[str, str]:
        return {name: source for name, source in self._cells() if name}

    def _in_file(self, names: list[str]) -> dict[str, tuple[int, str]]:
        """The first line and the text of each exercise. Raises ValueError for one whose mark is not there, or is
        there twice."""
        lines = content(self.file).decode("utf-8").splitlines()
        starts = {name: [index for index, line in enumerate(lines) if line.rstrip() == MARK + name] for name in names}
        if wrong := [name for name, found in starts.items() if len(found) != 1]:
            raise ValueError(f"{self.file.name} should have the line \"{MARK}{wrong[0]}\" once, it has it "
                             f"{len(starts[wrong[0]])} times. Nothing was written.")
        ends = sorted(found[0] for found in starts.values())[1:] + [len(lines)]
        order = sorted(names, key=lambda name: starts[name][0])
        return {name: _trimmed(starts[name][0] + 1, lines[starts[name][0] + 1:end]) for name, end in zip(order, ends)}

    def _write_file(self, sources: dict[str, str]) -> None:
        head = HEAD.format(lesson=self.folder.name, imports=self._imports())
        _replace(self.file, "\n\n".join([head, *(f"{MARK}{name}\n{source}\n" for name, source in sources.items())]))

    def _imports(self) -> str:
        """The imports of the cells up to the last exercise, once each."""
        found: dict[str, None] = {}
        for name, source in self._cells():
            if name is None:
                body = _parsed(source)
                found |= {ast.unparse(node): None for node in body if isinstance(node, ast.Import | ast.ImportFrom)}
        return "\n".join(found)

    def _write_notebook(self, sources: dict[str, str]) -> None:
        """Exchange the text of exercise cells, and nothing else."""
        whole = notebook(self.notebook)
        names = _names(whole["cells"])
        for cell in whole["cells"]:
            if (name := names.get(_solution(cell))) in sources:
                cell["source"] = sources[name].splitlines(keepends=True)
        _replace(self.notebook, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")

    def _set_aside(self, name: str, source: str) -> None:
        """Add a text that is replaced to those that are kept: an editor, or JupyterLab, may have brought back an
        older one."""
        with self.kept.open("a", encoding="utf-8") as kept:
            kept.write(f"# {name}, replaced {datetime.now():%Y-%m-%d %H:%M:%S}\n{source}\n\n\n")

    def _base(self) -> dict[str, str]:
        try:
            base = found(self.folder / BASE)
        except (FileNotFoundError, ValueError):
            return {}
        return base if isinstance(base, dict) and all(isinstance(source, str) for source in base.values()) else {}

    def _keep(self, sources: dict[str, str]) -> None:
        keep(self.folder / BASE, sources)


def _trimmed(above: int, lines: list[str]) -> tuple[int, str]:
    """Lines without the empty ones around them: the number of the first one in a file with so many lines above, and
    the text."""
    text = "\n".join(lines)
    return above + 1 + len(text) - len(text.lstrip("\n")), text.strip("\n").rstrip()


def _names(cells: list[dict]) -> dict[str, str]:
    """The exercises' names by the grade id of their cells;
    a check's id is that of its exercise with "-check" behind it."""
    graders = [(_marks(cell), re.fullmatch(r"check\((\w+)\)", "".join(cell["source"]).strip())) for cell in cells]
    return {grader.get("grade_id", "").removesuffix("-check"): called[1] for grader, called in graders
            if grader.get("grade") and called}


def _marks(cell: dict) -> dict[str, Any]:
    """nbgrader's, of a cell."""
    return cell.get("metadata", {}).get("nbgrader", {})


def _solution(cell: dict) -> str:
    """The grade id of a cell that holds an exercise, or nothing."""
    grader = _marks(cell)
    return grader.get("grade_id", "") if cell["cell_type"] == "code" and grader.get("solution") else ""


def _parsed(source: str) -> list[ast.stmt]:
    """The statements of a cell that the page gave; a learner may have broken it."""
    try:
        return ast.parse(plain(source)).body
    except SyntaxError:
        return []


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is never half there."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
