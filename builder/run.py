"""Runs the cells of a solved notebook."""

from __future__ import annotations

import ast
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbclient import NotebookClient
from nbconvert.preprocessors import CoalesceStreamsPreprocessor
from nbformat import NotebookNode

from attention_lab.notebook import progress
from autograder.lessons.course import COURSE, NOTEBOOKS, OWN
from builder import cells

CELL_SECONDS = 300
# What takes modules out of the notebooks of other lessons.
KIT = "attention_lab.lessons.capstone"
OF_OTHERS = {KIT, f"{KIT}.own_modules", f"{KIT}.adapters"}


def run(notebook: NotebookNode, folder: Path, beside: Iterable[Path] = (), experiments: bool = False) -> None:
    """Runs the cells in a copy of `folder`, with the library of this repository. Each cell gets its outputs, in place.
    Outputs that depend on one learner (cells.personal) are not kept.

    beside: notebooks of other lessons that the cells read.
    experiments: whether experiments are run, too.
    """
    # lists this computer's fonts; a cell that lists them would say so, if it takes long
    import matplotlib.font_manager  # noqa: F401

    chosen = NotebookNode(notebook, cells=[cell for cell in notebook.cells
                                           if experiments or not cells.experiment(cell)])
    counts = [cell.get("execution_count") for cell in chosen.cells]
    with tempfile.TemporaryDirectory() as scratch:
        # a folder of its own: progress looks at its neighbours
        copied = shutil.copytree(folder, Path(scratch, folder.name), ignore=shutil.ignore_patterns(progress.FILE))
        for path in beside:
            Path(scratch, path.parent.name).mkdir()
            shutil.copyfile(path, Path(scratch, path.parent.name, path.name))
        paths = os.pathsep.join(filter(None, [str(COURSE), os.environ.get("PYTHONPATH")]))
        client = NotebookClient(chosen, timeout=CELL_SECONDS, kernel_name="python3",
                                resources={"metadata": {"path": str(copied)}})
        client.execute(env={**os.environ, "PYTHONPATH": paths})
    # A kernel cuts what is printed into pieces by the clock, so without this each run would write another file.
    CoalesceStreamsPreprocessor().preprocess(chosen, {})
    for cell, count in zip(chosen.cells, counts, strict=True):
        cell.metadata.pop("execution", None)  # times of day
        if cell.cell_type == "code":
            cell.execution_count = count
            for output in cell.outputs:
                output.update({"execution_count": count} if "execution_count" in output else {})
        if cells.personal(cell):
            cell.outputs = []
    notebook.metadata["language_info"] = {"name": "python"}  # not the version that happened to run it


def beside(lesson: str, notebook: NotebookNode) -> list[Path]:
    """Returns the solved notebooks of the other lessons if a lesson takes a learner's modules from them; empty for any
    other lesson.

    A lesson that only calls `my_net` needs no others, because its page passes its own blocks.
    """
    if not OF_OTHERS & _imports(cells.code(notebook.cells)):
        return []
    paths = sorted(path for path in NOTEBOOKS.glob("*/*.ipynb") if path.stem == path.parent.name != lesson)
    return [path for path in paths if not path.stem.startswith(OWN)]


def _imports(source: str) -> set[str]:
    """Returns the modules that a source imports, and the names that it imports from them, which may be modules too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
