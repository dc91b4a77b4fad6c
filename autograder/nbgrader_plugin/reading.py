"""From the file that somebody handed in, whatever it is, to a notebook."""

from __future__ import annotations

import glob
import json
import os
import re
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.converters import BaseConverter, NbGraderException

from .pages import as_text

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 1500  # characters of an unreadable file that its page shows
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
ATTACHED = 4_000_000  # characters of base64 that one cell may bring along


class Unreadable(Exception):
    """The file is no notebook. The message completes "The notebook that you handed in ..."."""


def released(coursedir: Any, assignment: str, notebook: str) -> NotebookNode:
    """The notebook as it was handed out: nbgrader's release, or else the built lesson. NbGraderException where there is neither."""
    paths = [Path(coursedir.format_path(coursedir.release_directory, ".", assignment), f"{notebook}.ipynb"),
             ROOT / f"course/{notebook}/{notebook}.ipynb"]
    for path in paths:
        if path.exists():
            return nbformat.read(path, as_version=4)
    raise NbGraderException(f"{notebook}.ipynb is neither {paths[0]} nor {paths[1]}: run `nbgrader generate_assignment {assignment}` first")


def notebook_of(data: bytes) -> NotebookNode:
    """The cells of a notebook file of any version and encoding, without outputs, with nothing in their metadata but nbgrader's and tags.

    Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("is an empty file")
    try:
        content = json.loads(_decoded(data))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not a notebook file: it is not JSON ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise Unreadable("is JSON, but not a notebook: it has no cells")
    cells = content.get("cells")
    if cells is None:  # version 3 and before
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    try:
        notebook = new_notebook(metadata={"language_info": {"name": "python"}}, cells=[_cell(raw) for raw in cells])
    except RecursionError:
        raise Unreadable("is nested too deeply to be read") from None
    metadata = content.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if isinstance(kernel, dict) and isinstance(kernel.get("name"), str) and isinstance(kernel.get("display_name"), str):
        notebook.metadata.kernelspec = {"name": _text(kernel["name"]), "display_name": _text(kernel["display_name"])}
    seen = set()
    for index, cell in enumerate(notebook.cells):
        if cell.id in seen:
            cell.id = f"cell-{index:03d}"
        seen.add(cell.id)
    return notebook


def _decoded(data: bytes) -> str:
    """JSON is UTF-8, UTF-16 or UTF-32, with or without a byte order mark; editors on Windows also write their own code page."""
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _text(value: Any) -> str:
    """A source, which a file may hold as lines. Half a surrogate pair cannot be written to a file again."""
    text = "".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def _cell(raw: Any) -> NotebookNode:
    if not isinstance(raw, dict):
        return new_markdown_cell(as_text(_text(raw)))
    source = _text(raw.get("source", raw.get("input")))
    kind = raw.get("cell_type")
    if kind == "code":
        cell = new_code_cell(source)
    else:  # a raw cell, or one of a kind that nobody knows, is text to look at
        cell = new_markdown_cell(source if kind == "markdown" else as_text(source))
    if isinstance(raw.get("id"), str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", raw["id"]):
        cell.id = raw["id"]
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    if isinstance(metadata.get("nbgrader"), dict):
        plain = {key: value for key, value in metadata["nbgrader"].items() if isinstance(value, (str, int, float, type(None)))}
        cell.metadata.nbgrader = NotebookNode(plain)
    if isinstance(metadata.get("tags"), list):
        cell.metadata.tags = [tag for tag in metadata["tags"] if isinstance(tag, str) and re.fullmatch(r"[\w-]{1,64}", tag)]
    attachments = _attachments(raw.get("attachments")) if kind == "markdown" else {}
    return NotebookNode({**cell, "attachments": attachments}) if attachments else cell


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """The pictures that were pasted into a cell; anything else that is attached is left out."""
    if not isinstance(raw, dict):
        return {}
    pictures = {str(name): {mime: data for mime, data in bundle.items() if mime in IMAGES and isinstance(data, str)
                            and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data)} for name, bundle in raw.items() if isinstance(bundle, dict)}
    small = sum(len(data) for bundle in pictures.values() for data in bundle.values()) <= ATTACHED
    return {name: bundle for name, bundle in pictures.items() if bundle and small}


class ReadAnything(NotebookExporter):
    """nbgrader's way in. A file that is no notebook, or none at all, is replaced by the released notebook, with a note above it; the file
    itself stays where it was handed in."""

    def from_filename(self, filename: str, resources: dict | None = None, **kw: Any) -> tuple[str, dict]:
        """See nbconvert's Exporter. The released notebook is sought with nbgrader's resources."""
        path = Path(filename)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        try:
            if not path.is_file() or path.is_symlink():  # a link could lead to a file that its reader must not see
                raise Unreadable(_missing(path))
            notebook = notebook_of(path.read_bytes())
        except Unreadable as problem:
            notebook = self._instead(path, problem, resources)
        return self.from_notebook_node(notebook, resources, **kw)

    def _instead(self, path: Path, problem: Unreadable, resources: dict) -> NotebookNode:
        info = resources["nbgrader"]
        self.log.warning("%s: the notebook %s; the released one is graded in its place", info["student"], problem)
        notebook = released(self.parent.coursedir, info["assignment"], info["notebook"])
        note = (f"**The notebook that you handed in {as_text(str(problem), inline=True)}.** So there was nothing to grade, and what "
                "follows is the notebook as it was handed out. Your file is kept as you handed it in; "
                "ask your instructor how to hand it in again.")
        if path.is_file() and not path.is_symlink() and (text := _decoded(path.read_bytes()[:4 * SHOWN])[:SHOWN]).strip():
            note += "\n\nIt begins like this:\n\n" + as_text(_text(text))
        notebook.cells.insert(0, new_markdown_cell(note, id="unreadable"))
        return notebook


def _missing(path: Path) -> str:
    others = sorted(p.name for p in path.parent.glob("*") if p.is_file() and p.name != "timestamp.txt")
    return f"is missing: there is no file {path.name}" + (f", only {', '.join(others[:5])}" if others else "")


def init_notebooks(self: Any) -> None:
    """In the place of nbgrader's method: the notebooks of each submission that matches, and those that should be in it."""
    with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
        known = {assignment.name: [notebook.name for notebook in assignment.notebooks] for assignment in gradebook.assignments}
    wanted = known.get(self.coursedir.assignment_id, [])
    pattern = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
    self.assignments, self.notebooks = {}, []
    for folder in filter(os.path.isdir, glob.glob(pattern)):
        found = glob.glob(os.path.join(glob.escape(folder), f"{self.coursedir.notebook_id}.ipynb"))
        missing = [os.path.join(folder, f"{name}.ipynb") for name in wanted if self.coursedir.notebook_id in ("*", name)]
        self.assignments[folder] = sorted({*found, *missing})
    if not self.assignments:
        BaseConverter.init_notebooks(self)  # says what was looked for, and raises
