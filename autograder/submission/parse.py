"""Makes a notebook from the bytes of a file that somebody handed in, whatever they are. It is called in a process with
limits: see intake/reader.py."""

from __future__ import annotations

import json
import math
import re
import sys
from hashlib import sha256
from html import escape
from itertools import count
from typing import Any

from nbformat import NotebookNode

from autograder.lessons.attached import NAME, beside
from autograder.submission import other_files
from autograder.submission.salvage import OUTPUTS, STRING, is_notebook, salvage

# What is read of a submission is bounded, so that the process that reads it stays below 900 MB whatever is handed in.
LARGEST = 100 << 20  # bytes of a file: several times what outputs of a whole evening come to
HEAVIEST = 400 << 20  # bytes of its text and of all that JSON makes of it, by ...
WEIGHTS = {"{": 240, "[": 90, ",": 90}  # bytes that each of these signs stands for outside of strings
MOST_QUOTES = 4_000_000
MOST_CELLS = 10_000
MOST_CODE, MOST_SOURCE = 2_000_000, 20_000_000  # characters of all code cells, and of all cells
WORD = re.compile(r"\w+|[^\w\s]|\n")  # or a sign: what Python makes of code is at most a few times as much
MOST_WORDS = 100_000  # of all code cells; the solved lessons have 6,000 at most
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
ATTACHED, ALL_ATTACHED = 4_000_000, 20_000_000  # characters of base64 that one cell, and all of them, may bring along
LONGEST_TEXT = 200_000  # characters that are shown as text
NOTE = "not_whole"  # the notebook's metadata that say what of its file could not be read
DEFINES = re.compile(r"^(def|class) \w", re.MULTILINE)
# nbgrader's, of a cell
MARKS = ("schema_version", "grade_id", "grade", "solution", "locked", "task", "points", "checksum", "cell_type")
LONGEST_MARK, MOST_TAGS = 200, 50
SMALLER = "Clear the outputs (menu Edit, Clear Outputs of All Cells), save it and hand it in again."


class Unreadable(ValueError):
    """The file is not a notebook. The message completes "The notebook ..."."""


def read(data: bytes) -> tuple[str, NotebookNode | Unreadable]:
    """Returns the results of `digest` and `parse` for the same bytes. If the JSON is complete, it is read only once."""
    try:
        everything, content, note = _content(data)
        same = not note and everything.encode(json.detect_encoding(data), "replace") == data
        return _digest_of(content, data) if same else digest(data), _notebook(content, note)
    except Unreadable as problem:
        return digest(data), problem


def parse(data: bytes) -> NotebookNode:
    """Returns the cells of a notebook file of any version and encoding, without outputs and the lesson's drawings.
    Their metadata keep only nbgrader's marks and the tags.

    Of a damaged file, everything that can be read is returned. A first cell and NOTE in the metadata then say so.
    Raises Unreadable.
    """
    _, content, note = _content(data)
    return _notebook(content, note)


def _content(data: bytes) -> tuple[str, Any, str]:
    """The text of a file, what its JSON holds, and a note if that is not the whole text. Raises Unreadable if it is
    not a notebook."""
    if other := other_files.binary(data):
        raise Unreadable(other)
    everything, note = decode(data), ""
    if weight(everything) > HEAVIEST:
        raise Unreadable(f"is too large to be read. {SMALLER}")
    try:
        content = json.loads(everything)
    except (ValueError, RecursionError) as error:
        content, note = salvage(everything) if isinstance(error, ValueError) else (None, "")
        if not note:
            raise Unreadable(other_files.textual(everything)
                             or f"is not a notebook file: it is not JSON ({error})") from None
    if not is_notebook(content):
        raise Unreadable(other_files.other_json(content))
    return everything, content, note


def _notebook(content: dict[str, Any], note: str) -> NotebookNode:
    cells = content.get("cells")
    if cells is None:  # version 3 and before
        sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"has {len(cells):,} cells; at most {MOST_CELLS:,} are read")
    try:
        made = [_cell(raw) for raw in cells]
    except RecursionError:
        raise Unreadable("is nested too deeply to be read") from None
    code, every = (sum(len(cell.source) for cell in made if cell.cell_type in kinds)
                   for kinds in (("code",), ("code", "markdown")))
    if code > MOST_CODE or every > MOST_SOURCE:
        raise Unreadable(f"has {every:,} characters in its cells, {code:,} of them code; at most {MOST_SOURCE:,} "
                         f"are read, {MOST_CODE:,} of them code")
    words = [sum(1 for _ in WORD.finditer(cell.source)) for cell in made if cell.cell_type == "code"]
    if sum(words) > MOST_WORDS:
        raise Unreadable(f"has {sum(words):,} words and signs in its code, {max(words):,} of them in one cell; at most "
                         f"{MOST_WORDS:,} are graded. Remove data that you pasted, save it and hand it in again.")
    _drop_attachments(made)
    if note:
        made.insert(0, _make("markdown",
                             f"**The file that you handed in {note}.** Your file is kept as you handed it in; "
                             "if something is missing here, ask your instructor how to hand it in again.", "not-whole"))
    taken, seen = {cell.id for cell in made}, {""}
    free = (name for n in count() if (name := f"cell-{n:03d}") not in taken)
    for cell in made:  # nbformat would take random ones: graded again, a notebook should be the same
        if cell.id in seen:
            cell.id = next(free)
        seen.add(cell.id)
    metadata = NotebookNode(language_info=NotebookNode(name="python"))
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=metadata, cells=made)
    if note:
        notebook.metadata[NOTE] = note
    theirs = content.get("metadata")
    kernel = theirs.get("kernelspec") if isinstance(theirs, dict) else None
    if isinstance(kernel, dict) and isinstance(kernel.get("name"), str) and isinstance(kernel.get("display_name"), str):
        notebook.metadata.kernelspec = {key: text(kernel[key])[:LONGEST_MARK] for key in ("name", "display_name")}
    return notebook


def digest(data: bytes) -> str:
    """Returns a digest of a notebook file's cells without outputs. If the file holds no cells, or takes too much time
    or memory to read, returns a digest of the whole file.

    The digest does not depend on how the course reads a notebook, so it stays the same if that changes.
    """
    try:
        if weight(decode(data)) <= HEAVIEST:
            return _digest_of(json.loads(data), data)
    except (ValueError, RecursionError):
        pass
    return sha256(data).hexdigest()


def _digest_of(content: Any, data: bytes) -> str:
    """Returns the digest of the content that was read from `data`."""
    try:
        cells = [{key: value for key, value in cell.items() if key not in OUTPUTS} for cell in content["cells"]]
        data = json.dumps(cells, sort_keys=True).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return sha256(data).hexdigest()


def weight(text: str) -> float:
    """Returns about how many bytes a text takes, together with the objects that JSON makes of it. It never returns less
    than they take."""
    if text.count('"') > MOST_QUOTES:
        return math.inf  # too many strings to take them out of the text
    signs = STRING.sub("", text)
    return 2 * sys.getsizeof(text) + sum(weight * signs.count(sign) for sign, weight in WEIGHTS.items())


def decode(data: bytes) -> str:
    """Decodes JSON, which is UTF-8, UTF-16 or UTF-32, with or without a byte order mark. Editors on Windows also write
    their own code page.

    A character that was cut in two, or invalid bytes, do not damage the characters around them.
    """
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and data[:error.start].isascii():  # nothing speaks for UTF-8
            return data.decode("cp1252", errors="replace")
        return data.decode(encoding, errors="replace")


def text(value: Any) -> str:
    """Returns a source, which a file may hold as a list of lines. Halves of surrogate pairs are replaced, because they
    cannot be written to a file again."""
    text = "".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text.replace("\r\n", "\n").encode("utf-8", "replace").decode()


def _cell(raw: Any) -> NotebookNode:
    if not isinstance(raw, dict):
        raw = {"source": text(raw)}
    source = text(raw.get("source", raw.get("input")))
    metadata = raw.get("metadata") if isinstance(raw.get("metadata"), dict) else {}
    marks = metadata["nbgrader"] if isinstance(metadata.get("nbgrader"), dict) else {}
    was_code = marks.get("cell_type") == "code" or marks.get("solution") is True and DEFINES.search(source)
    kind = "code" if was_code else raw.get("cell_type")  # whatever one key press made of it since
    if kind == "code":
        cell = _make("code", source)
    else:  # a raw cell, or one of a kind that nobody knows, is text to look at
        cell = _make("markdown", beside(source) if kind == "markdown" else as_text(source))
    cell.id = raw["id"] if isinstance(raw.get("id"), str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", raw["id"]) else ""
    if marks:
        cell.metadata.nbgrader = NotebookNode({k: marks[k] for k in MARKS if k in marks and _is_plain(marks[k])})
    if isinstance(metadata.get("tags"), list):
        tags = metadata["tags"][:MOST_TAGS]
        cell.metadata.tags = [tag for tag in tags if isinstance(tag, str) and re.fullmatch(r"[\w-]{1,64}", tag)]
    attachments = _attachments(raw.get("attachments")) if kind == "markdown" else {}
    return NotebookNode({**cell, "attachments": attachments}) if attachments else cell


def _is_plain(value: Any) -> bool:
    return isinstance(value, (int, float, type(None))) or isinstance(value, str) and len(value) <= LONGEST_MARK


def _make(kind: str, source: str, name: str = "") -> NotebookNode:
    """Makes cells as nbformat's new_code_cell and new_markdown_cell do. Those validate each cell with a schema, and
    that takes most of the time when the notebooks of a class are read."""
    cell = NotebookNode(id=name, cell_type=kind, metadata=NotebookNode(), source=source)
    if kind == "code":
        cell.update(execution_count=None, outputs=[])
    return cell


def _attachments(raw: Any) -> dict[str, dict[str, str]]:
    """The pictures that were pasted into a cell; anything else that is attached is left out, and so are the lesson's
    own drawings."""
    if not isinstance(raw, dict):
        return {}
    pictures = {str(name): {mime: data for mime, data in bundle.items() if mime in IMAGES and isinstance(data, str)
                            and re.fullmatch(r"[A-Za-z0-9+/=\s]*", data)} for name, bundle in raw.items()
                            if isinstance(bundle, dict) and not NAME.fullmatch(str(name))}
    small = sum(len(data) for bundle in pictures.values() for data in bundle.values()) <= ATTACHED
    return {name: bundle for name, bundle in pictures.items() if bundle and small}


def _drop_attachments(cells: list[NotebookNode]) -> None:
    """Leaves out the pictures after the number that a page may show in all. No picture earns points."""
    left = ALL_ATTACHED
    for cell in cells:
        left -= sum(len(data) for bundle in cell.get("attachments", {}).values() for data in bundle.values())
        if left < 0:
            cell.pop("attachments", None)


def as_text(source: str, most: int = LONGEST_TEXT, inline: bool = False) -> str:
    """Returns Markdown that shows `source` literally. A fenced block is cut after `most` characters, or after
    LONGEST_TEXT if that is less. With `inline`, it is one line in which every special character is escaped."""
    if inline:
        return escape(re.sub(r"[\\`*_{}\[\]()#+!|~$-]", r"\\\g<0>", " ".join(source.split())))
    if len(source) > (most := min(most, LONGEST_TEXT)):
        source = source[:most] + "\n... (the rest is in the file that was handed in)"
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", source)), default=0))
    return f"{fence}text\n{source}\n{fence}"
