"""Your own modules, out of your own notebooks of earlier lessons: `mine("01_se", "SEBlock")`.

Of a notebook only what defines something is run: imports, functions and classes that the page gave, and the cells of
the exercises. Checks, pictures and training are not, and nothing is printed.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from ..short_errors import OneLine
from ..storage import content

DEFINITIONS = ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef
LARGEST = 100 << 20  # bytes of a notebook, with the pictures that it shows


class NotYet(OneLine, NotImplementedError):
    """An exercise of an earlier lesson that is needed here has no solution yet."""


def mine(lesson: str, name: str, beside: Path | None = None) -> Any:
    """The function or class `name` as you wrote it in your notebook of `lesson`, "01_se" or another one.

    The notebook is looked for at ../01_se/01_se.ipynb, as seen from `beside` (default: the current folder).
    Raises NotYet, with the reason, where there is no such notebook, where it has no such exercise, and where the
    exercise cannot be run or still says `raise NotImplementedError()`.
    """
    number = lesson.partition("_")[0]
    path = (beside or Path.cwd()).parent / lesson / f"{lesson}.ipynb"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise NotYet(f"not yet: lesson {number} (there is no notebook ../{lesson}/{path.name})") from None
    solved, why_not = _exercises(path, changed)
    if name in solved:
        return solved[name]
    raise NotYet(f"not yet: lesson {number} ({why_not.get(name, f'it has no exercise `{name}`')})")


@lru_cache(maxsize=64)
def _exercises(path: Path, changed: int) -> tuple[dict[str, Any], dict[str, str]]:
    """What the exercises of a notebook define, by name, and of the others why they define nothing.
    changed: part of the cache's key."""
    module = ModuleType(path.stem)
    solved: dict[str, Any] = {}
    why_not: dict[str, str] = {}
    for cell in code_cells(path):
        exercise = cell.get("metadata", {}).get("nbgrader", {}).get("solution", False)
        source = "".join(cell["source"])
        try:
            tree = ast.parse(plain(source))
        except SyntaxError as error:
            if exercise and (name := named(source)):
                solved.pop(name, None)
                why_not[name] = f"`{name}` cannot be read: {error.msg}"
            continue
        if not exercise:
            define([node for node in tree.body if isinstance(node, DEFINITIONS)], module)
            continue
        defined = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
        problem = "is not solved yet" if unsolved(tree) else _run(tree, module)
        for name in defined:
            solved.pop(name, None)
            if problem:
                why_not[name] = f"`{name}` {problem}"
            else:
                solved[name] = getattr(module, name)
    return solved, why_not


def code_cells(path: Path) -> list[dict]:
    """The code cells of a notebook; none where the file is no notebook."""
    try:
        return [cell for cell in notebook(path)["cells"] if cell["cell_type"] == "code"]
    except ValueError:
        return []


def notebook(path: Path) -> dict[str, Any]:
    """What a notebook's file holds. Raises FileNotFoundError, and ValueError, in a sentence, for what is no notebook
    or a huge one."""
    data = content(path, LARGEST)
    try:
        found = json.loads(data)  # what is among the outputs, a NaN for example, is nobody's concern here
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name} is not JSON, or nests too deeply to be read") from None
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("cells"), list)
        or not all(map(_is_cell, found["cells"]))
    ):
        raise ValueError(f"{path.name} is no notebook, or one of its cells is odd")
    return found


def _is_cell(cell: Any) -> bool:
    if (
        not isinstance(cell, dict)
        or not isinstance(cell.get("cell_type"), str)
        or not isinstance(cell.get("metadata", {}), dict)
    ):
        return False
    source, marks = cell.get("source"), cell.get("metadata", {}).get("nbgrader", {})
    lines = source if isinstance(source, list) else [source]
    return (
        isinstance(marks, dict)
        and isinstance(marks.get("grade_id", ""), str)
        and all(isinstance(line, str) for line in lines)
    )


def plain(source: str) -> str:
    """A cell without the lines that are IPython's own."""
    return "\n".join(line for line in source.split("\n") if not line.startswith(("%", "!")))


def named(source: str) -> str:
    """The name after the first `def` or `class` of a cell that is no Python."""
    words = next((line.split() for line in source.split("\n") if line.startswith(("def ", "class "))), [])
    return words[1].split("(")[0].strip(":") if len(words) > 1 else ""


def unsolved(tree: ast.Module) -> bool:
    """Does the cell still hold nbgrader's `raise NotImplementedError()`?"""
    return any(isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
               and node.exc.func.id == "NotImplementedError" and not node.exc.args for node in ast.walk(tree))


def define(nodes: list[ast.stmt], module: ModuleType) -> None:
    """Run some definitions one by one; what fails here (a package that is gone, a class of a result) is not needed,
    or missed later."""
    for node in nodes:
        _run(ast.Module([node], []), module)


def _run(tree: ast.Module, module: ModuleType) -> str:
    """Run code in the module's namespace, without a word. Returns what went wrong, or nothing."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(tree, module.__name__, "exec"), vars(module))
    except Exception as error:  # a learner's code may raise anything
        return f"cannot be run: {type(error).__name__}: {error}"
    return ""
