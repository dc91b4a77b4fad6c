"""The additions that the build makes to a lesson's page: a first code cell, which says what is missing on the machine
where it runs, and a link to Colab. It also makes the text about Colab in docs/learners.md.

Everything that needs the repository's address is left out as long as `[tool.course] repository` in pyproject.toml is
empty.
"""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

ID, OPEN = "first-cell", "Open in Colab"
FOLDED = {"jupyter": {"source_hidden": True}}  # JupyterLab shows a line for it until somebody opens it
TEXT = '''\
# Is the library here? If not, this cell says what to do. It also brings the lesson's pictures.
import os
import sys
from importlib.util import find_spec

{colab}if find_spec("attention_lab") and find_spec("attention_lab.lesson_files"):
    from attention_lab import begin

    begin("{lesson}")
elif not os.path.exists("../../Makefile"):
    print({install})
else:
    print("Run `make lab` in a terminal (without make: docs/learners.md has the commands).",
          "Open the lesson in the JupyterLab that starts, or choose the kernel `.venv`.")'''
WITHOUT = {
    "colab": "",
    # a lesson of the site, or the folder course, brings the library as a folder; the whole course brings a wheel
    "install": '''\
"Install or update the library: `%pip install ..` if attention_lab is one folder up,",
          "or else `%pip install` with the path of the file attention_lab-*.whl."''',
}
WITH = {
    "colab": '''\
LIBRARY = "git+https://github.com/{repository}#subdirectory=course"
if "google.colab" in sys.modules and not find_spec("attention_lab"):
    os.system(f"pip install -q {{LIBRARY}}")
''',
    "install": 'f"Install or update the library: `%pip install {{LIBRARY}}`."',
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
**Colab** (we have not tried this on Colab itself): `make handout` writes the library's file to `work/library/`.
Upload this file and a notebook, and put this cell before the notebook's first cell:

```python
%pip install -q /content/attention_lab-*.whl
```"""


def add(notebook: NotebookNode, lesson: str, repository: str) -> None:
    """Puts the cell below the page's title, in place.

    lesson: the lesson's name.
    repository: owner/name on GitHub, or empty.
    """
    parts = {name: part.format(repository=repository) for name, part in (WITH if repository else WITHOUT).items()}
    notebook.cells.insert(1, new_code_cell(TEXT.format(lesson=lesson, **parts), id=ID, metadata=FOLDED))
    if repository:
        title, rest = notebook.cells[0].source.split("\n", 1)
        notebook.cells[0].source = f"{title}\n\n[{OPEN}]({link(lesson, repository)})\n{rest}"


def link(lesson: str, repository: str) -> str:
    """The address that opens a released lesson in Colab."""
    return f"https://colab.research.google.com/github/{repository}/blob/main/course/{lesson}/{lesson}.ipynb"


def elsewhere(repository: str) -> str:
    """Returns the text about Colab in docs/learners.md."""
    return WITH_LINK.format(repository=repository) if repository else BY_HAND
