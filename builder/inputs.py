"""What the outputs of a solved notebook depend on, as one digest per lesson, so that tests need not run every notebook each time.

The digest covers the lesson's folder (but for what `review()` asks weeks later), the modules of attention_lab that the notebook
imports (directly or not), the data beside them, the other lessons' solved notebooks where it reads those, and the version of torch.
`make build` writes it down when it has run the notebook: solutions/executed.json.
"""

from __future__ import annotations

import ast
import json
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from solutions.shared.course import COURSE, NOTEBOOKS, OWN, ROOT

EXECUTED = ROOT / "solutions/executed.json"
LIBRARY = "attention_lab"


def digest(lesson: str, notebooks: Path = NOTEBOOKS, course: Path = COURSE) -> str:
    """A name for everything that the outputs of a lesson's notebook depend on."""
    folder = notebooks / lesson
    notebook = nbformat.read(folder / f"{lesson}.ipynb", as_version=4)
    files = {f"lesson/{path.relative_to(folder)}": path for path in folder.rglob("*") if path.is_file() and path.name != "review.json"}
    files |= {f"beside/{path.name}": path for path in beside(lesson, notebook, notebooks, course)}
    library = [*modules(code(notebook), course), *data(course / LIBRARY)]
    files |= {str(path.relative_to(course)): path for path in library}
    contents = [(name, sha256(path.read_bytes()).hexdigest()) for name, path in sorted(files.items())]
    torch = version("torch").partition("+")[0]  # with or without CUDA
    return sha256(json.dumps([contents, torch]).encode()).hexdigest()


def beside(lesson: str, notebook: NotebookNode, notebooks: Path = NOTEBOOKS, course: Path = COURSE) -> list[Path]:
    """The solved notebooks of the other lessons, for one that takes a learner's modules out of theirs; none for any other.

    `my_net` imports what does that too, but the pages give it their own blocks.
    """
    if not {course / LIBRARY / name for name in ("mine.py", "plugs.py")} & _imported(code(notebook), course, course):
        return []
    found = sorted(path for path in notebooks.glob("*/*.ipynb") if path.stem == path.parent.name != lesson)
    return [path for path in found if not path.stem.startswith(OWN)]


def code(notebook: NotebookNode) -> str:
    """The Python of a notebook's code cells."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(line for cell in cells for line in cell.split("\n") if not line.startswith(("%", "!")))


def data(folder: Path) -> list[Path]:
    """What lies in the library and is no code: photographs, the list of lessons."""
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]


def modules(source: str, course: Path = COURSE) -> set[Path]:
    """The files of the library that Python code imports, and those that they import."""
    found: set[Path] = set()
    waiting = [(source, course)]
    while waiting:
        text, inside = waiting.pop()
        for path in _imported(text, inside, course) - found:
            found.add(path)
            waiting.append((path.read_text(encoding="utf-8"), path.parent))
    return found


@cache  # lessons import the same modules
def _imported(source: str, inside: Path, course: Path) -> set[Path]:
    """The files that one source imports; inside: the folder of its package, where relative imports begin."""
    names: set[Path] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {course.joinpath(*alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = [inside, *inside.parents][node.level - 1] if node.level else course
            base = base.joinpath(*(node.module or "").split("."))
            names |= {base, *(base / alias.name for alias in node.names)}  # what is imported of a package may be a module
    library = course / LIBRARY
    within = {path for name in names for path in (name, *name.parents) if path.is_relative_to(library)}  # and the packages around it
    return {file for path in within for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()}


def changed(lesson: str) -> bool:
    """Has something changed since the build ran the notebook (or did it never write that down)?"""
    return _executed().get(lesson) != digest(lesson)


def write_down(lesson: str) -> None:
    """Keep that a lesson's notebook was run with what is there now."""
    EXECUTED.write_text(json.dumps({**_executed(), lesson: digest(lesson)}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _executed() -> dict[str, str]:
    return json.loads(EXECUTED.read_text(encoding="utf-8")) if EXECUTED.exists() else {}
