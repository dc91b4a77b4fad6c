"""What can happen to a notebook between the learner's last key press and the grader, as data: (what, where, how).

`Submission` is a notebook on its way. Each corruption changes it and says which exercises it touches: those whose code
it takes away or makes another. Everything else in a notebook (order, metadata, outputs, ids, other cells) is nobody's
answer, so it touches none.
"""

from __future__ import annotations

import ast
import copy
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from tests.classroom.pupils import GRADE_IDS, NAMES, RELEASED, SOLVED, known

ALL = frozenset(NAMES)
NESTED_DEEPLY = 100_000
STUBS = {name: next(cell.source for cell in RELEASED.cells if cell.id == grade_id)
         for name, grade_id in GRADE_IDS.items()}
MIXED = {
    "all solved": {},
    "other styles": known("squeeze-einsum", "excitation-sequential", "se-all-in-one", "cost-loop"),
    "a third style": known("squeeze-pooling-layer", "excitation-convolutions", "se-einsum", "cost-fraction"),
    "half done": {"SEBlock": STUBS["SEBlock"], "se_parameter_cost": STUBS["se_parameter_cost"]},
    "the middle is missing": {"Excitation": STUBS["Excitation"]},
    "mistakes in the pieces": known("squeeze-maximum", "excitation-no-error", "cost-one-matrix"),
    "mistakes in the block": known("se-shortcut", "cost-integer-division"),
    "nothing done": STUBS,
}


@dataclass
class Piece:
    """A cell. cell: as it will stand in the file. names: the exercises that are lost with its code;
    for the imports all.

    sound: it runs to its end whatever the answers are. plain: its source is Python as it was typed. half: 1 and 2 of an
    exercise that was cut in two inside.
    """

    cell: Any
    names: frozenset[str] = frozenset()
    imports: bool = False
    sound: bool = False
    plain: bool = True
    half: int = 0

    @property
    def runs(self) -> bool:
        """Is it a code cell, or does it still have nbgrader's word that it was one?"""
        if not isinstance(self.cell, dict):
            return False
        metadata = self.cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        return self.cell.get("cell_type") == "code" or isinstance(marks, dict) and marks.get("cell_type") == "code"


@dataclass
class Submission:
    """Pieces, what is said about the whole notebook, and how it is written to a file."""

    pieces: list[Piece]
    notebook: dict[str, Any] = field(default_factory=lambda: {"metadata": RELEASED.metadata, "nbformat": 4,
                                                              "nbformat_minor": 5})
    version_3: bool = False
    ascii: bool = False
    rewrite: Callable[[str], str] = str  # the text of the file
    file: Callable[[bytes], bytes] = bytes  # its bytes
    lost: set[str] = field(default_factory=set)

    def pick(self, where: int) -> Piece:
        """Odd numbers choose among the cells that matter, even ones among all."""
        key = [piece for piece in self.pieces if piece.names]
        chosen = key if where % 2 and key else self.pieces
        return chosen[where // 2 % len(chosen)]

    def touch(self, *pieces: Piece) -> None:
        for piece in pieces:
            self.lost |= piece.names

    def change(self, piece: Piece, source: str, plain: bool = False) -> None:
        """Another source, which does the same where the old one was as it was typed. plain: it still is."""
        if piece.half or not piece.plain:
            self.touch(piece)
        if isinstance(piece.cell, dict) and isinstance(piece.cell.get("source"), str):
            piece.cell["source"], piece.plain = source, piece.plain and plain

    def insert(self, where: int, *pieces: Piece) -> None:
        at = where % (len(self.pieces) + 1)
        self.pieces[at:at] = pieces

    def written(self) -> tuple[bytes, frozenset[str], bool]:
        """The file, the exercises that are touched in it, and whether it is no notebook any more."""
        cells = [piece.cell for piece in self.pieces]
        content = {**self.notebook, "cells": cells}
        if self.version_3:
            content = {**self.notebook, "nbformat": 3, "worksheets": [{"cells": [old(cell) for cell in cells],
                                                                       "metadata": {}}]}
        text = json.dumps(content, indent=1, ensure_ascii=self.ascii)
        # as JavaScript writes half a pair
        text = re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", text)
        rewritten = self.rewrite(text)
        data = self.file(rewritten.encode())
        lost = self.lost | self._out_of_order()
        now, then = contained(data), contained(text.encode())
        if now is None:
            sound = contained(rewritten.encode()) or []
            now = sound[:whole(rewritten, data)] if sound else []
            if not now:
                return data, ALL, True
        elif len(now) != len(then):
            return data, ALL, False
        for piece, a, b in zip_longest(self.pieces, now, then):
            lost |= piece.names if a != b else set()
        return data, frozenset(lost), False

    def _out_of_order(self) -> set[str]:
        """Exercises that come before the imports, in no code cell, or in halves that are not side by side."""
        lost: set[str] = set()
        imported = False
        for i, piece in enumerate(self.pieces):
            imported |= piece.imports and piece.runs
            if piece.names and not (imported and piece.runs):
                lost |= piece.names
            other = {1: 1, 2: -1}.get(piece.half)
            if other:
                mate = self.pieces[i + other] if 0 <= i + other < len(self.pieces) else None
                if mate is None or mate.half == piece.half or not mate.half or mate.names != piece.names:
                    lost |= piece.names
        return lost if imported else set(ALL)


def old(cell: Any) -> Any:
    """A cell as version 3 wrote it."""
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return cell
    made = {**cell, "input": cell.get("source"), "language": "python", "prompt_number": None, "collapsed": False}
    return {key: value for key, value in made.items() if key not in ("source", "execution_count", "id")}


def contained(data: bytes) -> list[Any] | None:
    """What the cells of a file say, without outputs, as any reader of JSON sees it; None where it is no notebook.

    Only what is not UTF-8, -16 or -32 needs a guess.
    """
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    try:
        content = json.loads(text)
        cells = (
            content["cells"]
            if "cells" in content
            else [cell for sheet in content["worksheets"] for cell in sheet["cells"]]
        )
        if not isinstance(cells, list):
            return None
        return [json.dumps({k: v for k, v in cell.items() if k in ("cell_type", "source", "input", "metadata")},
                           sort_keys=True)
                if isinstance(cell, dict) else "none" for cell in cells]
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return None


def whole(text: str, data: bytes) -> int:
    """How many cells of the text stand unchanged, one behind the other, at the beginning of a file that was made of
    it."""
    found = data.decode(json.detect_encoding(data), "replace").replace("\r\n", "\n")
    begin, end, count = 0, text.index('"cells": [') + len('"cells": ['), 0
    while found[begin:end] == text[begin:end]:
        if count and text[end] != ",":
            return count
        begin, end = end, json.JSONDecoder().raw_decode(text, re.compile(r",?\s*").match(text, end).end())[1]
        count += 1
    return max(0, count - 1)


def submission(answers: dict[str, str]) -> Submission:
    pieces = []
    for released in RELEASED.cells:
        cell = json.loads(json.dumps(released))
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        names = {name for name in NAMES if GRADE_IDS[name] == grade_id}
        for name in names:
            cell["source"] = {**SOLVED, **answers}[name]
        imports = cell["source"].startswith("import torch")
        pieces.append(Piece(cell, ALL if imports else frozenset(names), imports, sound=imports or bool(grade_id)))
    return Submission(pieces)


# --- cells
def remove(s: Submission, where: int, how: int) -> None:
    piece = s.pick(where)
    s.touch(piece)
    s.pieces = [other for other in s.pieces if other is not piece] or [piece]


def remove_many(s: Submission, where: int, how: int) -> None:
    """A stretch of cells."""
    at, count = where % len(s.pieces), 1 + how % 40
    s.touch(*s.pieces[at:at + count])
    s.pieces[at:at + count] = []
    s.pieces = s.pieces or [Piece({"cell_type": "code", "source": "", "metadata": {}, "outputs": []})]


def double(s: Submission, where: int, how: int) -> None:
    """The same once more, beside it or elsewhere, with its id or another."""
    piece = s.pick(where)
    again = copy.deepcopy(piece)
    if isinstance(again.cell, dict) and how % 2:
        again.cell["id"] = f"again-{how}"
    at = next(i for i, other in enumerate(s.pieces) if other is piece)
    s.insert(at if how % 3 else how, again)


def move(s: Submission, where: int, how: int) -> None:
    piece = s.pick(where)
    s.pieces = [other for other in s.pieces if other is not piece]
    s.insert(how, piece)


def turn_round(s: Submission, where: int, how: int) -> None:
    """A stretch of cells the other way round."""
    at, count = where % len(s.pieces), 2 + how % 30
    s.pieces[at:at + count] = s.pieces[at:at + count][::-1]


def merge(s: Submission, where: int, how: int) -> None:
    """As JupyterLab merges a cell with the one below: the first one's type and metadata stay."""
    first = s.pick(where)
    at = next(i for i, piece in enumerate(s.pieces) if piece is first)
    if at + 1 == len(s.pieces):
        return
    second = s.pieces[at + 1]
    if not all(isinstance(piece.cell, dict) and isinstance(piece.cell.get("source"), str) for piece in (first, second)):
        return
    whole = first.plain and second.plain and first.runs and second.runs and not first.half and not second.half
    s.touch(*(() if whole and first.sound else (second,) if whole else (first, second)))
    first.cell["source"] += "\n\n" * (1 + how % 2) + second.cell["source"]
    first.names, first.imports = first.names | second.names, first.imports or second.imports
    first.sound, first.plain, first.half = first.sound and second.sound, whole, 0
    del s.pieces[at + 1]


def split(s: Submission, where: int, how: int) -> None:
    """As JupyterLab splits a cell: both keep the metadata. Between two lines, or anywhere."""
    piece = s.pick(where)
    if not isinstance(piece.cell, dict) or not isinstance(piece.cell.get("source"), str):
        return
    source = piece.cell["source"]
    lines = source.splitlines(keepends=True)
    cut = how * 7 % (len(source) + 1) if how % 5 == 0 else sum(map(len, lines[:1 + how % max(1, len(lines) - 1)]))
    head, tail = source[:cut].rstrip("\n"), source[cut:].lstrip("\n")
    second = copy.deepcopy(piece)
    piece.cell["source"], second.cell["source"], second.cell["id"] = head, tail, f"half-{how}"
    at_a_line = not head or not tail or "\n" in source[cut - 1:cut + 1]
    if not (at_a_line and is_python(head) and is_python(tail)):
        if piece.plain and len(piece.names) == 1 and at_a_line and tail[:1] == " " and not piece.half:
            piece.half, second.half = 1, 2
        else:
            s.touch(piece)
            piece.plain = second.plain = False
    piece.sound = second.sound = False
    s.pieces.insert(next(i for i, other in enumerate(s.pieces) if other is piece) + 1, second)


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
        return True
    except (SyntaxError, ValueError):
        return False


def change_type(s: Submission, where: int, how: int) -> None:
    cell = s.pick(where).cell
    if isinstance(cell, dict):
        cell["cell_type"] = ("markdown", "raw", "code", "heading", "spam", None, 3, ["code"], {})[how % 9]
        if how % 2:
            cell.pop("outputs", None), cell.pop("execution_count", None)


def no_cell(s: Submission, where: int, how: int) -> None:
    """Something else stands where a cell should be."""
    piece = s.pick(where)
    s.touch(piece)
    piece.cell = (None, 7, "text", [], {}, [[]], True, 0.5, "\ud800")[how % 9]


# --- metadata
def each(s: Submission, where: int) -> list[dict]:
    """One cell, or every cell."""
    chosen = s.pieces if where % 3 == 0 else [s.pick(where // 3)]
    return [piece.cell for piece in chosen if isinstance(piece.cell, dict)]


def lose_metadata(s: Submission, where: int, how: int) -> None:
    for cell in each(s, where):
        if how % 6 == 0:
            cell.pop("metadata", None)
        elif how % 6 in (1, 2) and isinstance(cell.get("metadata"), dict):
            cell["metadata"].pop("nbgrader", None)
        else:
            cell["metadata"] = ({}, None, [])[how % 3]


GARBLED = (
    lambda marks, how: ("yes", 7, [], ["code"], None, True, [{"grade_id": "squeeze"}])[how % 7],
    lambda marks, how: {**marks, "schema_version": (0, 1, 2, 4, 99, "3", None, -1, 3.5)[how % 9]},
    lambda marks, how: {**marks, **{key: not marks.get(key)
                                    for key in ("grade", "solution", "locked", "task")[how % 3:]}},
    lambda marks, how: {**marks, "grade": True,
                        "points": (100, -5, float("nan"), float("inf"), "ten", None, 1e308, [], True)[how % 9]},
    lambda marks, how: {**marks, "grade_id": (*GRADE_IDS.values(), "squeeze-check", "", None, 3, {}, "x" * 999, "a b",
                                              "\u202e")[how % 12]},
    lambda marks, how: {key: value for key, value in marks.items()
                        if key != ("grade", "grade_id", "solution", "locked")[how % 4]},
    lambda marks, how: {**marks, "checksum": (None, "0" * 32, 5, [], "\x00")[how % 5],
                        "cell_type": ("markdown", 3, "raw")[how % 3]},
    lambda marks, how: dict.fromkeys(marks, ("", 0, None, [[]], {"a": {}}, "true")[how % 6]),
    lambda marks, how: {f" {key}": value for key, value in marks.items()},
)


def garble_marks(s: Submission, where: int, how: int) -> None:
    """nbgrader's metadata: wrong types, other versions, flags turned, points changed."""
    for cell in each(s, where):
        metadata = cell.get("metadata")
        if isinstance(metadata, dict):
            marks = (
                metadata.get("nbgrader")
                if isinstance(metadata.get("nbgrader"), dict)
                else {"grade_id": "mine", "grade": True}
            )
            metadata["nbgrader"] = GARBLED[how % len(GARBLED)](marks, how // len(GARBLED))


def garble_metadata(s: Submission, where: int, how: int) -> None:
    for cell in each(s, where):
        cell["metadata"] = {**(cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}), **(
            {"tags": "experiment"}, {"tags": [1, None, {}]}, {"tags": {"experiment": 1}},
            {"deletable": "no", "editable": []}, {"": ""},
            {"collapsed": 3, "scrolled": {}}, {"\u202e": "\x00"}, {"jupyter": {"source_hidden": "x"}},
            {"trusted": None},
            {"n": float("nan"), "i": float("-inf"), "big": 10**400})[how % 10]}


def nest(s: Submission, where: int, how: int) -> None:
    """Metadata in metadata, up to more than any reader of JSON goes along with."""
    depth = (10, 100, 300, NESTED_DEEPLY)[how % 4]
    s.rewrite = compose(s.rewrite, lambda text: text.replace('"metadata": {', '"metadata": {"deep": %s,' % (
        '{"a":' * depth + "1" + "}" * depth), 1))


def notebook_metadata(s: Submission, where: int, how: int) -> None:
    if how % 8 == 0:
        s.notebook.pop("metadata", None)
    else:
        s.notebook["metadata"] = ({}, None, [], "x", {"kernelspec": None},
                                  {"kernelspec": {"name": 3, "display_name": []}}, {
            "kernelspec": {"name": "julia-1.9", "display_name": "Julia \ud800"}, "language_info": {"name": "julia"}}, {
            "language_info": 7, "widgets": [], "authors": "me", "celltoolbar": {}})[how % 8]


def format_number(s: Submission, where: int, how: int) -> None:
    s.notebook["nbformat"] = (3, 2, 5, 1, "4", None, 4.5, -1, [], 10**30)[how % 10]
    s.notebook["nbformat_minor"] = (5, 0, 99, "x", None)[where % 5]


def version_3(s: Submission, where: int, how: int) -> None:
    s.version_3 = True
    s.notebook["nbformat"] = 2 + how % 2


def ids(s: Submission, where: int, how: int) -> None:
    for cell in each(s, where):
        cell.pop("id", None)
        if how % 6:
            cell["id"] = ("same", 7, None, "a b\n", "x" * 200, "é")[how % 6]


# --- sources
def source_form(s: Submission, where: int, how: int) -> None:
    """As a list of lines, which is the same; or as nothing that is a source."""
    piece = s.pick(where)
    if not isinstance(piece.cell, dict):
        return
    source = piece.cell.get("source")
    if how % 3 and isinstance(source, str):
        if not piece.half:
            piece.cell["source"] = source.splitlines(keepends=True) if how % 2 else list(source)
            piece.plain = False
        return
    s.touch(piece)
    piece.cell["source"] = (None, 7, {}, [None, 1], {"a": source}, [[]], True, 1.5, "")[how // 3 % 9]
    if how % 2:
        del piece.cell["source"]


def line_ends(s: Submission, where: int, how: int) -> None:
    piece = s.pick(where)
    if isinstance(piece.cell, dict) and isinstance(piece.cell.get("source"), str):
        s.change(piece, piece.cell["source"].replace("\n", "\r\n"), plain=True)


REMARKS = ("# 🙂 done", "# \u202eright to left\u202c \u05d0\u05d1", "# e\u0301 zero\u200bwidth \ufeff",
           "# half a pair: \ud83d",
           "\x0c# form feed", "# \x85 \u2028 \u2029", "#" * 200, "\n\n\n", "# <script>alert(1)</script>", "# \\ ` $ %",
           "é = 'e\u0301'",
           "_ = '\U0001f600' * 3")


def remark(s: Submission, where: int, how: int) -> None:
    """A line above or below the code that does nothing."""
    piece = s.pick(where)
    if isinstance(piece.cell, dict) and isinstance(piece.cell.get("source"), str):
        line = REMARKS[how // 2 % len(REMARKS)]
        s.change(piece, f"{piece.cell['source']}\n{line}" if how % 2 else f"{line}\n{piece.cell['source']}", plain=True)


MATHEMATICAL = {ord("a") + i: 0x1D41A + i for i in range(26)}


def other_letters(s: Submission, where: int, how: int) -> None:
    """The name in letters that Python reads as the usual ones."""
    piece = s.pick(where)
    for name in piece.names if piece.plain and len(piece.names) == 1 and isinstance(piece.cell, dict) else ():
        for keyword in ("def ", "class "):
            if isinstance(piece.cell.get("source"), str):
                s.change(piece, piece.cell["source"].replace(keyword + name, keyword + name.translate(MATHEMATICAL)))


def tabs(s: Submission, where: int, how: int) -> None:
    """For every four blanks, or in every other line only."""
    piece = s.pick(where)
    if not isinstance(piece.cell, dict) or not isinstance(piece.cell.get("source"), str):
        return
    if how % 3 == 0:
        s.touch(piece)
    lines = piece.cell["source"].split("\n")
    s.change(piece, "\n".join("\t" * ((len(line) - len(line.lstrip(" "))) // 4) + line.lstrip(" ")
                              if how % 3 or i % 2 else line
                              for i, line in enumerate(lines)))


def prompts(s: Submission, where: int, how: int) -> None:
    """Pasted from a terminal."""
    piece = s.pick(where)
    if not isinstance(piece.cell, dict) or not isinstance(piece.cell.get("source"), str):
        return
    first, more = (">>> ", "... ") if how % 2 else ("In [3]: ", "   ...: ")
    lines = piece.cell["source"].split("\n")
    begins = [i == 0 or bool(how % 2 and line and not line[0].isspace()) for i, line in enumerate(lines)]
    s.change(piece, "\n".join((first if new else more) + line for new, line in zip(begins, lines)))


MAGICS = ("%matplotlib inline", "!pip install torch", "%%time", "%load_ext autoreload\n%autoreload 2", "%%capture",
          "?print", "%config x=1")


def magic(s: Submission, where: int, how: int) -> None:
    piece = s.pick(where)
    if not isinstance(piece.cell, dict) or not isinstance(piece.cell.get("source"), str):
        return
    s.change(piece, f"{MAGICS[how % len(MAGICS)]}\n{piece.cell['source']}")


HURTS = (
    lambda text, at: text[:at] + "\x00" + text[at:],
    lambda text, at: text[:at] + "\u200b" + text[at:],
    lambda text, at: text[:at] + "\u202e" + text[at:],
    lambda text, at: text[:at] + "\ud800" + text[at:],
    lambda text, at: text[:at],
    lambda text, at: text[at:],
    lambda text, at: "\ufeff" + text,
    lambda text, at: text.replace("    ", "\xa0\xa0\xa0\xa0"),
    lambda text, at: f"<<<<<<< HEAD\n{text}\n=======\n{text[:at]}\n>>>>>>> branch",
    lambda text, at: "%%bash\n" + text,
    lambda text, at: "%%writefile x.py\n" + text,
    lambda text, at: text.replace('"', "\u201d"),
    lambda text, at: text.replace("\n", " "),
    lambda text, at: text.upper(),
    lambda text, at: " " + text,
    lambda text, at: "'''\n" + text,
    lambda text, at: "if False:\n" + text,
    lambda text, at: "(" * 500 + text,
    lambda text, at: text.replace("\n", "\r"),
    lambda text, at: text[:at] + "\x0c\x0b\x1c" + text[at:],
)


def hurt(s: Submission, where: int, how: int) -> None:
    """Something that may well break the code of a cell."""
    piece = s.pick(where)
    if isinstance(piece.cell, dict) and isinstance(piece.cell.get("source"), str):
        s.touch(piece)
        text = piece.cell["source"]
        s.change(piece, HURTS[how % len(HURTS)](text, how * 13 % (len(text) + 1)))


# --- cells of their own, outputs, size
OWN = (
    "raise RuntimeError('mine')", "1 / 0", "assert False, 'no'", "import sys; sys.exit(3)", "raise KeyboardInterrupt",
    "exit()",
    "def (", "x =", "import not_there", "%not_a_magic", "await nothing", "class A(nn.Module):\n    x = y",
    "raise Exception('\ud800')",
    "print('\\ud800')", "import os; os._exit(1)", "raise type('\u202e', (BaseException,), {})", "def f(): f()\nf()",
    "\x00", "input()",
    "[0] * 10**12", "import warnings; warnings.simplefilter('error')", "from __future__ import annotations",
    "check(squeeze)\n1 / 0",
    "return 3",
)


def own_cell(s: Submission, where: int, how: int) -> None:
    s.insert(where, Piece({"cell_type": "code", "source": OWN[how % len(OWN)], "metadata": {}, "outputs": [],
                           "execution_count": 1},
                          plain=False))


def own_text(s: Submission, where: int, how: int) -> None:
    s.insert(where,
             Piece({"cell_type": ("markdown", "raw")[how % 2],
                    "metadata": {"nbgrader": {"grade_id": "squeeze"}} if how % 3 else {},
                           "source": "def squeeze(x): <b onclick=y>\n" + "[" * (how % 900)
                           + "\n```\n\x00\ud800 \u202e"}))


def outputs(s: Submission, where: int, how: int) -> None:
    for cell in each(s, where):
        cell["outputs"] = (None, "text", 7, {}, [None], [[]], [{"output_type": "spam"}],
                           [{"output_type": "stream", "text": None}],
                           [{"output_type": "execute_result", "data": {"text/plain": [1, {}]}, "metadata": 3}],
                           [{"output_type": "error", "traceback": "x", "ename": None}],
                           {"output_type": "display_data"})[how % 11]
        cell["execution_count"] = ("one", -1, None, 1e400, [])[how % 5]
        cell["attachments"] = (None, [], {"a.png": "x"}, {"a.png": {"image/png": [1]}})[how % 4]


def huge(s: Submission, where: int, how: int) -> None:
    """An output of 5 to 20 MB, a source of 0.1 to 0.4 MB (all the code of a file may have 2), 3,000 cells."""
    text = {"output_type": "stream", "name": "stdout", "text": "0123456789\n" * 500_000 * (1 + how % 4)}
    code = {"cell_type": "code", "metadata": {}, "outputs": []}
    if how % 3 == 0:
        for cell in each(s, where | 1)[:1]:
            cell["outputs"] = [text]
    elif how % 3 == 1:
        source = ("# a long story\n" * 18_000, "x = [" + "1, " * 45_000 + "]", "'" + "y" * 400_000 + "'",
                  "z" * 400_000)[how // 3 % 4]
        s.insert(where, Piece({**code, "source": source}))
    else:
        kind = ("markdown", "code")[how % 2]
        s.insert(where, *(Piece({**code, "cell_type": kind, "source": f"n = {i}"}) for i in range(3000)))


# --- the file
def compose(first: Callable, second: Callable) -> Callable:
    return lambda value: second(first(value))


def repeated_keys(s: Submission, where: int, how: int) -> None:
    """The last one counts, for every reader of JSON."""
    key, value = (("cell_type", '"raw"'), ("source", '["raise SystemExit"]'), ("metadata", "7"),
                  ("nbformat", "3"))[how % 4]
    s.rewrite = compose(s.rewrite, lambda text: text.replace(f'"{key}":', f'"{key}": {value}, "{key}":'))


def encoding(s: Submission, where: int, how: int) -> None:
    name = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "ascii")[how % 8]
    s.file = lambda data: data.decode("utf-8", "replace").encode(name, "replace")


def escaped(s: Submission, where: int, how: int) -> None:
    s.ascii = True


def windows(s: Submission, where: int, how: int) -> None:
    s.file = lambda data: data.replace(b"\n", b"\r\n")


def mojibake(s: Submission, where: int, how: int) -> None:
    s.file = lambda data: data.decode("latin-1").encode()


def truncated(s: Submission, where: int, how: int) -> None:
    """At any byte, or at one of the last."""
    s.file = lambda data: data[:-1 - how % 20] if where % 4 == 0 else data[:(where * 1009 + how * 13) % len(data)]


def flipped(s: Submission, where: int, how: int) -> None:
    """Some bits, anywhere."""
    def flip(data: bytes) -> bytes:
        changed = bytearray(data)
        for i in range(1 + how % 5):
            changed[(where * 7919 + how * 104_729 * (i + 1)) % len(changed)] ^= 1 << (how + i) % 8
        return bytes(changed)
    s.file = flip


def zipped(data: bytes) -> bytes:
    with zipfile.ZipFile(made := io.BytesIO(), "w") as archive:
        archive.writestr("01_se.ipynb", data)
    return made.getvalue()


WRAPPED = (
    gzip.compress,
    zipped,
    lambda data: b"",
    lambda data: b" \n\t",
    lambda data: data + data,
    lambda data: data + b"}",
    lambda data: data + b"\n\n ",
    lambda data: data + b"\x00" * 512,
    lambda data: b"\x00" * len(data),
    lambda data: b"[" + data + b"]",
    lambda data: json.dumps(data.decode()).encode(),
    lambda data: data[::-1],
    lambda data: b"<!DOCTYPE html><title>Sign in</title>",
    lambda data: b"%PDF-1.7\n" + data,
    lambda data: b"null",
    lambda data: b'{"cells": {}}',
    lambda data: b'{"cells": []}',
    lambda data: b'{"a": ' * NESTED_DEEPLY,
    lambda data: b"<<<<<<< HEAD\n" + data[:900] + b"\n=======\n" + data + b"\n>>>>>>> theirs\n",
    lambda data: b"\xff" + data,
    lambda data: b"\xff\xfe" + data,
    lambda data: data.replace(b'"cells"', b'"Cells"', 1),
    lambda data: data.replace(b'"cells": [', b'"cells": [' + b"9" * 5000 + b", ", 1),
    lambda data: data + data[-900:],
    lambda data: data + bytes(range(256)),
    lambda data: data[:len(data) * 3 // 4] + b"\x00" * 512,
)


def another_file(s: Submission, where: int, how: int) -> None:
    """Compressed, empty, twice, with something behind it, or no notebook at all."""
    s.file = WRAPPED[how % len(WRAPPED)]


CORRUPTIONS: dict[str, Callable[[Submission, int, int], None]] = {function.__name__: function for function in (
    remove, remove_many, double, move, turn_round, merge, split, change_type, no_cell, lose_metadata, garble_marks,
    garble_metadata, nest,
    notebook_metadata, format_number, version_3, ids, source_form, line_ends, remark, other_letters, tabs, prompts,
    magic, hurt, own_cell,
    own_text, outputs, huge, repeated_keys, encoding, escaped, windows, mojibake, truncated, flipped, another_file)}
Steps = list[tuple[str, int, int]]


def corrupted(base: str, steps: Steps) -> tuple[bytes, frozenset[str], bool]:
    """The file, the exercises that are touched, and whether it is no notebook any more."""
    made = submission(MIXED[base])
    for what, where, how in steps:
        CORRUPTIONS[what](made, where, how)
    return made.written()
