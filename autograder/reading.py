"""From the file that somebody handed in, whatever it is, to a notebook."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

LARGEST = 512 << 20  # bytes of a notebook: ten times what outputs of a whole evening come to
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
ATTACHED = 4_000_000  # characters of base64 that one cell may bring along
LONGEST_TEXT = 200_000  # characters that are shown as text


class Unreadable(ValueError):
    """The file is no notebook. The message completes "The notebook ..."."""


def read(path: Path) -> NotebookNode:
    """The notebook in a file; see parse. Raises Unreadable with the file's name."""
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"has {path.stat().st_size:,} bytes; at most {LARGEST:,} are read")
        return parse(path.read_bytes())
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}") from error
    except Unreadable as error:
        raise Unreadable(f"{path} {error}") from error


def parse(data: bytes) -> NotebookNode:
    """The cells of a notebook file of any version and encoding, without outputs, with nothing in their metadata but nbgrader's and tags.

    Raises Unreadable.
    """
    if not data.strip():
        raise Unreadable("is an empty file")
    try:
        content = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not a notebook file: it is not JSON ({error})") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells", content.get("worksheets")), list):
        raise Unreadable("is JSON, but not a notebook: it has no cells")
    cells = content.get("cells")
    if cells is None:  # version 3 and before
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    try:
        made = [_cell(raw) for raw in cells]
    except RecursionError:
        raise Unreadable("is nested too deeply to be read") from None
    taken, seen = {cell.id for cell in made}, {""}
    for index, cell in enumerate(made):  # nbformat would take random ones: graded again, a notebook should be the same
        if cell.id in seen:
            cell.id = next(name for n in count(index) if (name := f"cell-{n:03d}") not in taken)
            taken.add(cell.id)
        seen.add(cell.id)
    notebook = new_notebook(metadata={"language_info": {"name": "python"}}, cells=made)
    metadata = content.get("metadata")
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    if isinstance(kernel, dict) and isinstance(kernel.get("name"), str) and isinstance(kernel.get("display_name"), str):
        notebook.metadata.kernelspec = {"name": text(kernel["name"]), "display_name": text(kernel["display_name"])}
    return notebook


def decoded(data: bytes) -> str:
    """JSON is UTF-8, UTF-16 or UTF-32, with or without a byte order mark; editors on Windows also write their own code page."""
    try:
        return data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def text(value: Any) -> str:
    """A source, which a file may hold as lines. Half a surrogate pair cannot be written to a file again."""
    text = "".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def _cell(raw: Any) -> NotebookNode:
    if not isinstance(raw, dict):
        raw = {"source": text(raw)}
    source = text(raw.get("source", raw.get("input")))
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    marks = metadata["nbgrader"] if isinstance(metadata.get("nbgrader"), dict) else {}
    kind = "code" if marks.get("cell_type") == "code" else raw.get("cell_type")  # whatever one key press made of it since
    if kind == "code":
        cell = new_code_cell(source)
    else:  # a raw cell, or one of a kind that nobody knows, is text to look at
        cell = new_markdown_cell(source if kind == "markdown" else as_text(source))
    cell.id = raw["id"] if isinstance(raw.get("id"), str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", raw["id"]) else ""
    if marks:
        cell.metadata.nbgrader = NotebookNode({k: v for k, v in marks.items() if isinstance(v, (str, int, float, type(None)))})
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


def as_text(source: str, inline: bool = False) -> str:
    """Markdown that shows `source` letter by letter: a fenced block, or one line with every special character escaped."""
    if inline:
        return escape(re.sub(r"[\\`*_{}\[\]()#+!|~$-]", r"\\\g<0>", " ".join(source.split())))
    if len(source) > LONGEST_TEXT:
        source = source[:LONGEST_TEXT] + "\n... (the rest is in the file that was handed in)"
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", source)), default=0))
    return f"{fence}text\n{source}\n{fence}"
