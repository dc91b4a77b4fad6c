"""A lesson's exercises as one Python file, for people who prefer an editor. Changes in the file are copied back into
the notebook."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from ..networks.own_modules import DEFINITIONS, define, notebook, plain
from ..storage import content, found, keep, put_beside, write

MARK = "# %% "
BASE = ".watch.json"  # each exercise as it was when file and notebook last agreed
HEAD = """# The exercises of {lesson}. Each save of this file writes them into the notebook {lesson}.ipynb, and checks what changed.
# Keep the lines that begin with "# %%": they say where an exercise starts. What stands above the first one is not written back.

{imports}
"""  # noqa: E501


@dataclass
class Synced:
    """The result of `sync`.

    changed: the exercises that have changed since it last ran.
    said: the sentences to show to the learner.
    """

    changed: list[str]
    said: list[str]


class ExerciseFile:
    """The exercises of the lesson in `folder`, in its notebook and in a Python file beside it. Both files have the
    folder's name.

    Raises FileNotFoundError if there is no notebook. Raises ValueError if the file is not a notebook or holds no
    exercise, or if one of the two files is a link.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebook, self.file = folder / f"{folder.name}.ipynb", folder / f"{folder.name}.py"
        self.kept = folder / f"{folder.name}.replaced.py"
        if not self.notebook.exists():
            raise FileNotFoundError(f"there is no notebook {self.notebook}")
        self._refuse_links()
        if not self._in_notebook():
            raise ValueError(f"{self.notebook} holds no exercise: it is not a notebook of a lesson, or it cannot be "
                             "read")

    def sync(self) -> Synced:
        """Brings file and notebook to the same state: each exercise that changed on one side is copied to the other.

        If an exercise changed on both sides, the file's text is taken. A text that is replaced is kept in a separate
        file.

        Raises ValueError if an exercise's first line is missing in the file, or if one of the files has become a link;
        then nothing is written.
        """
        self._refuse_links()
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
                said.append(f"{name} changed in the file and in the notebook. The file's text counts, and "
                            f"{self.kept.name} has the notebook's.")
            elif merged[name] != theirs[name]:
                self._set_aside(name, theirs[name])
                said.append(f"{name} is taken from the notebook, and {self.kept.name} has the file's text.")
        if merged != theirs:
            self._write_file(merged)
        if merged != ours:
            self._write_notebook(merged)
        self._keep(merged)
        return Synced([name for name in merged if merged[name] != base.get(name)], said)

    def _refuse_links(self) -> None:
        """A link is never written through. Nor is one replaced here: whoever made it edits the file that it leads to,
        and would wonder why nothing is checked any more."""
        for path in (self.notebook, self.file):
            if path.is_symlink():
                raise ValueError(f"{path.name} is a link, and only a file in the lesson's own folder is written. "
                                 "Nothing was written: put the file itself there, or remove the link")

    def line_of(self, name: str) -> int:
        """Returns the line of the file on which an exercise begins, counted from 1."""
        return self._in_file([name])[name][0]

    def run(self) -> tuple[dict[str, Any], dict[str, Exception]]:
        """Runs the exercises of the file. Returns the functions and classes that they define, by name, and the errors
        that occurred while they were defined.

        The imports, functions and classes from the rest of the notebook are run too, in the notebook's order, so the
        exercises can use them. A traceback shows lines of the file.
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
        """Returns the titles and texts of an exercise's hints, as Markdown."""
        cells = notebook(self.notebook)["cells"]
        checks = (index for index, cell in enumerate(cells) if "".join(cell["source"]).strip() == f"check({name})")
        below = "".join(cells[next(checks) + 1]["source"]) if name in self._in_notebook() else ""
        folds = re.findall(r"<details><summary>(Hint [^<]*)</summary>(.*?)</details>", below, re.DOTALL)
        return [f"{title}\n{text.strip()}" for title, text in folds]

    def _cells(self) -> list[tuple[str | None, str]]:
        """Returns (exercise or None, text) for each code cell up to the last exercise."""
        cells = [cell for cell in notebook(self.notebook)["cells"] if cell["cell_type"] == "code"]
        names = _names(cells)
        sources = [(names.get(_solution(cell)), "".join(cell["source"]).rstrip()) for cell in cells]
        last = max((index for index, (name, _) in enumerate(sources) if name), default=-1)
        return sources[:last + 1]

    def _in_notebook(self) -> dict[str, str]:
        return {name: source for name, source in self._cells() if name}

    def _in_file(self, names: list[str]) -> dict[str, tuple[int, str]]:
        """Returns the first line and the text of each exercise. Raises ValueError if the mark of an exercise is missing
        or occurs twice."""
        lines = content(self.file).decode("utf-8").splitlines()
        starts = {name: [index for index, line in enumerate(lines) if line.rstrip() == MARK + name] for name in names}
        if wrong := [name for name, found in starts.items() if len(found) != 1]:
            raise ValueError(f"{self.file.name} should have the line \"{MARK}{wrong[0]}\" once, but has it "
                             f"{len(starts[wrong[0]])} times. Nothing was written.")
        ends = sorted(found[0] for found in starts.values())[1:] + [len(lines)]
        order = sorted(names, key=lambda name: starts[name][0])
        return {name: _trimmed(starts[name][0] + 1, lines[starts[name][0] + 1:end]) for name, end in zip(order, ends)}

    def _write_file(self, sources: dict[str, str]) -> None:
        head = HEAD.format(lesson=self.folder.name, imports=self._imports())
        write(self.file, "\n\n".join([head, *(f"{MARK}{name}\n{source}\n" for name, source in sources.items())]))

    def _imports(self) -> str:
        """Returns the imports of the cells up to the last exercise, each of them once."""
        found: dict[str, None] = {}
        for name, source in self._cells():
            if name is None:
                body = _parsed(source)
                found |= {ast.unparse(node): None for node in body if isinstance(node, ast.Import | ast.ImportFrom)}
        return "\n".join(found)

    def _write_notebook(self, sources: dict[str, str]) -> None:
        """Replaces the text of the exercise cells, and nothing else."""
        whole = notebook(self.notebook)
        names = _names(whole["cells"])
        for cell in whole["cells"]:
            if (name := names.get(_solution(cell))) in sources:
                cell["source"] = sources[name].splitlines(keepends=True)
        write(self.notebook, json.dumps(whole, indent=1, ensure_ascii=False) + "\n")

    def _set_aside(self, name: str, source: str) -> None:
        """Adds a text that is being replaced to the file of kept texts. An editor, or JupyterLab, may have brought back
        an older version."""
        before = b""
        try:
            if not self.kept.is_symlink():  # what it leads to may be nothing for this folder
                before = content(self.kept)
        except FileNotFoundError:
            pass
        except ValueError:
            put_beside(self.kept)
        write(self.kept, before + f"# {name}, replaced {datetime.now():%Y-%m-%d %H:%M:%S}\n{source}\n\n\n".encode())

    def _base(self) -> dict[str, str]:
        try:
            base = found(self.folder / BASE)
        except (FileNotFoundError, ValueError):
            return {}
        return base if isinstance(base, dict) and all(isinstance(source, str) for source in base.values()) else {}

    def _keep(self, sources: dict[str, str]) -> None:
        keep(self.folder / BASE, sources)


def _trimmed(above: int, lines: list[str]) -> tuple[int, str]:
    """Removes the empty lines around some lines of a file. Returns the number of the first line that is left, and the
    text.

    above: how many lines of the file come before these.
    """
    text = "\n".join(lines)
    return above + 1 + len(text) - len(text.lstrip("\n")), text.strip("\n").rstrip()


def _names(cells: list[dict]) -> dict[str, str]:
    """Returns the exercises' names by the grade ids of their cells. A check's id is its exercise's id followed by
    "-check"."""
    graders = [(_marks(cell), re.fullmatch(r"check\((\w+)\)", "".join(cell["source"]).strip())) for cell in cells]
    return {grader.get("grade_id", "").removesuffix("-check"): called[1] for grader, called in graders
            if grader.get("grade") and called}


def _marks(cell: dict) -> dict[str, Any]:
    """Returns nbgrader's marks in a cell's metadata."""
    return cell.get("metadata", {}).get("nbgrader", {})


def _solution(cell: dict) -> str:
    """Returns the grade id of a cell that holds an exercise; empty for any other cell."""
    grader = _marks(cell)
    return grader.get("grade_id", "") if cell["cell_type"] == "code" and grader.get("solution") else ""


def _parsed(source: str) -> list[ast.stmt]:
    """Returns the statements of a cell that the page gave; empty if the learner has broken its syntax."""
    try:
        return ast.parse(plain(source)).body
    except SyntaxError:
        return []
