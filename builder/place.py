"""What a notebook says of where it runs, and where the course is to be had: its first code cell, and a badge.

The course's address, `[tool.course] repository` in pyproject.toml, is empty until it is published; without it nothing names one.
"""

from __future__ import annotations

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell

from solutions.shared.course import FIRST_CELL, Lesson, in_colab, repository, version

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
METADATA = "attention_by_hand"  # our key in a notebook's metadata
HERE = '''# Are the course's library and the lesson's checks here? If so, nothing is printed.
import os
import sys
from importlib.util import find_spec

if not (find_spec("attention_lab") and os.path.isdir("checks")):
    if "google.colab" in sys.modules:
        {colab}
    elif "VSCODE_PID" in os.environ:
        print("VS Code: click Select Kernel (top right), and choose the course's .venv.")
    else:
        print("In a clone, run `make lab` and open the lesson there. With a hand-out, "
              "`%pip install` its .whl file, and keep the folder `checks` beside this notebook.")'''
FETCH = '''os.system("git clone -q --depth 1 "
                  "https://github.com/{repository} /content/course")
        os.system("pip install -q /content/course/course")
        os.chdir("/content/course/course/{lesson}")
        print("Colab has all it needs. To keep your work: File, Save a copy in Drive.")'''
BRING = '''print("Colab: mount your Drive, %cd to the lesson's folder there, %pip install -q ../")'''


def first_cell(lesson: Lesson, address: str) -> NotebookNode:
    """The cell that finds out where the notebook runs. The standard library is all that it needs. address: owner/name on GitHub, or ""."""
    colab = FETCH.format(repository=address, lesson=lesson.name) if address else BRING
    return new_code_cell(HERE.format(colab=colab), id=FIRST_CELL)


def badge(lesson: Lesson, address: str) -> str:
    """A link in Markdown that opens the lesson in Colab; empty without an address."""
    if not address:
        return ""
    return f"[![Open in Colab]({BADGE})]({in_colab(lesson, address)})"


def put_in(notebook: NotebookNode, lesson: Lesson, address: str | None = None) -> None:
    """Give a built notebook its first cell, its badge and the version that it was built with. address: that of pyproject.toml."""
    address = repository() if address is None else address
    title, rest = notebook.cells[0], notebook.cells[1:]
    if shown := badge(lesson, address):
        heading, _, words = title.source.partition("\n")
        title.source = f"{heading}\n\n{shown}\n{words}"
    at = next(index for index, cell in enumerate(rest) if cell.cell_type == "code")
    notebook.cells = [title, *rest[:at], first_cell(lesson, address), *rest[at:]]
    notebook.metadata[METADATA] = from_dict({"version": version()})
