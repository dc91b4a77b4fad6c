"""The additions that the build makes to a lesson's page: comments in the cell that a learner runs first, and a link to
Colab. It also makes the text about Colab in docs/learners.md.

Everything that needs the repository's address is left out as long as `[tool.course] repository` in pyproject.toml is
empty.
"""

from __future__ import annotations

import ast
import copy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.lessons.course import Lesson

ID, OPEN = "first-cell", "Open in Colab"
# JupyterLab shows a line for it until somebody opens it. What it shows is about one learner, so nbval ignores it.
HOW = {"jupyter": {"source_hidden": True}, "tags": ["nbval-ignore-output"]}
# Where the library is missing, the import's traceback shows these lines. The import stands on its own, not in a `try`:
# whoever reads a notebook's imports, such as the autograder, finds it.
TEXT = '''\
# Run this cell first (Shift+Enter). Its code is folded away; open it if you are curious.
# ModuleNotFoundError? {install}
{colab}{source}'''
WITHOUT = {
    "colab": "",
    # a lesson of the site, or the folder course, brings the library as a folder; the whole course brings a wheel
    "install": """\
Run `make lab` in a clone and choose the kernel `.venv`; elsewhere,
# `%pip install ..` if attention_lab is one folder up, or else the file attention_lab-*.whl.""",
}
WITH = {
    "colab": """\
import os, sys
if "google.colab" in sys.modules:
    os.system("pip install -q "
              "git+https://github.com/{repository}#subdirectory=course")
""",
    "install": """\
Install or update the library, then restart the kernel:
# %pip install git+https://github.com/{repository}#subdirectory=course""",
}
WITH_LINK = """\
**Colab** (we have not tried this on Colab itself): each lesson has a link "Open in Colab" below its title.
Run the first cell there, which fetches the library.
Colab does not keep its files, so download your notebook when you are done.
To install only the library, type:

```sh
pip install "git+https://github.com/{repository}#subdirectory=course"
```"""  # noqa: E501
BY_HAND = """\
**Colab** (we have not tried this on Colab itself): download the notebook, which holds its drawings, and the library from a lesson's web page.
Upload both; the first cell installs the library.
(In a clone, `make site` writes both to `work/site/html/downloads/`.)"""  # noqa: E501


def add_link(notebook: NotebookNode, lesson: str, repository: str) -> None:
    """Puts the link to Colab below the page's title, in place. repository: owner/name on GitHub, or empty."""
    if repository:
        title, rest = notebook.cells[0].source.split("\n", 1)
        notebook.cells[0].source = f"{title}\n\n[{OPEN}]({link(lesson, repository)})\n{rest}"


def with_first_cell(notebook: NotebookNode, lesson: Lesson, repository: str) -> NotebookNode:
    """Returns the page with comments above its first code cell, which is folded away. The other cells are those of
    `notebook`.

    Raises ValueError if that cell does more than import what the page uses and call begin.
    """
    place, cell = next((place, cell) for place, cell in enumerate(notebook.cells) if cell.cell_type == "code")
    *imports, last = ast.parse(cell.source).body
    if ast.unparse(last) != f"begin('{lesson.name}')" or not all(isinstance(node, ast.Import | ast.ImportFrom)
                                                                for node in imports):
        raise ValueError(f'a page\'s first code cell imports, ends with begin("{lesson.name}"), and does nothing else; '
                         f"this one is {cell.source!r}")
    parts = {name: part.format(repository=repository) for name, part in (WITH if repository else WITHOUT).items()}
    first = new_code_cell(TEXT.format(source=cell.source, **parts), id=ID, metadata=HOW, execution_count=1)
    page = copy.copy(notebook)
    page.cells = [*notebook.cells[:place], first, *notebook.cells[place + 1:]]
    return page


def link(lesson: str, repository: str) -> str:
    """The address that opens a lesson in Colab: a single notebook, on a branch that .github/workflows/publish.yml
    writes."""
    return f"https://colab.research.google.com/github/{repository}/blob/notebooks/{lesson}.ipynb"


def elsewhere(repository: str) -> str:
    """Returns the text about Colab in docs/learners.md."""
    return WITH_LINK.format(repository=repository) if repository else BY_HAND
