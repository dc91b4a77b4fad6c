"""Your own modules, from your own notebooks of earlier lessons: `mine("01_se", "SEBlock")`.

Only the cells of a notebook that define something are run: imports, functions and classes that the page gave, and the
cells of the exercises. Checks, pictures and training are not run, and nothing is printed.
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

from ...short_errors import OneLine
from ...storage import content

DEFINITIONS = ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef
LARGEST = 100 << 20  # bytes of a notebook, including the pictures in its outputs


class NotYet(OneLine, NotImplementedError):
    """An exercise of an earlier lesson that is needed here is not solved yet."""


def mine(lesson: str, name: str, beside: Path | None = None) -> Any:
    """Returns the function or class `name` as it stands in your notebook of `lesson`.

    lesson: the folder's name, such as "01_se".
    name: the name of an exercise, or of what the page gives.
    beside: the folder from which the notebook is looked for, at ../01_se/01_se.ipynb; by default the current folder.

    Raises NotYet, with the reason, if there is no such notebook or no such exercise in it. It also does so if the
    exercise cannot be run or still says `raise NotImplementedError()`, and for what the page builds from such an
    exercise.
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
    """Returns what a notebook defines, by name. For the rest, returns why it is not there: an exercise is not solved,
    or one from which it is built is not. changed: part of the cache's key."""
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
            given: list[ast.stmt] = [node for node in tree.body if isinstance(node, DEFINITIONS)]
            define(given, module)
            for node in given:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and hasattr(module, node.name):
                    used = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - solved.keys()
                    if missing := [why for name, why in why_not.items() if name in used]:
                        solved.pop(node.name, None)
                        why_not[node.name] = missing[0]
                    else:
                        solved[node.name] = getattr(module, node.name)
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
    """Returns the code cells of a notebook; empty if the file is not a notebook."""
    try:
        return [cell for cell in notebook(path)["cells"] if cell["cell_type"] == "code"]
    except ValueError:
        return []


def notebook(path: Path) -> dict[str, Any]:
    """Returns the content of a notebook's file.

    Raises FileNotFoundError if there is no file. Raises ValueError, with one sentence, if it is not a notebook or is
    far too large.
    """
    data = content(path, LARGEST)
    try:
        found = json.loads(data)  # odd values in the outputs, such as a NaN, do not matter here
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name} is not JSON, or nests too deeply to be read") from None
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("cells"), list)
        or not all(map(_is_cell, found["cells"]))
    ):
        raise ValueError(f"{path.name} is not a notebook, or one of its cells is malformed")
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
    return isinstance(marks, dict) and all(isinstance(line, str) for line in lines)


def plain(source: str) -> str:
    """Returns the text of a cell without the lines that only IPython understands."""
    return "\n".join(line for line in source.split("\n") if not line.startswith(("%", "!")))


def named(source: str) -> str:
    """Returns the name after the first `def` or `class` of a cell that is not valid Python."""
    words = next((line.split() for line in source.split("\n") if line.startswith(("def ", "class "))), [])
    return words[1].split("(")[0].strip(":") if len(words) > 1 else ""


def unsolved(tree: ast.Module) -> bool:
    """Says whether the cell still holds nbgrader's `raise NotImplementedError()`."""
    return any(isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
               and node.exc.func.id == "NotImplementedError" and not node.exc.args for node in ast.walk(tree))


def define(nodes: list[ast.stmt], module: ModuleType) -> None:
    """Runs definitions one by one. Errors are ignored. A definition may fail because its package is gone, or because
    it needs a result. If it is needed after all, a later error shows that."""
    for node in nodes:
        _run(ast.Module([node], []), module)


def _run(tree: ast.Module, module: ModuleType) -> str:
    """Runs code in the module's namespace without printing anything. Returns what went wrong; empty if nothing did."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(tree, module.__name__, "exec"), vars(module))
    except Exception as error:  # a learner's code may raise anything
        return f"cannot be run: {type(error).__name__}: {error}"
    return ""
