"""Reads what can be read of a notebook file that is not JSON as a whole: one that was cut off or damaged, was merged by
git with conflicts, or was edited by hand.

No part of a text is read more than a few times, however the text is made.
"""

from __future__ import annotations

import json
import re
from typing import Any

OUTPUTS = ("outputs", "execution_count")  # of a cell: nothing in them earns points
MEMBERS = 100  # of a notebook that breaks off, before its cells; Jupyter writes three
MOST_MARKS = 2000  # lines with which git marks conflicts
MOST_TRIES = 2000  # places behind a damage at which a cell may begin, but does not
BLANKS = re.compile(r"[ \t\n\r]*")
# Without its end, a string goes to the end of the text: else the search would begin again at each quote inside, in
# quadratic time.
STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
# What JSON does not allow and people write: comments, and a comma behind the last item.
EXTRAS = re.compile(rf"(?P<string>{STRING.pattern})|//[^\n]*|/\*.*?(?:\*/|\Z)|^[ \t]*+#[^\n]*|,(?=\s*+[\]}}])",
                    re.DOTALL | re.MULTILINE)
CONFLICT = re.compile(r"^(<{7}|\|{7}|={7}|>{7})(?:[ \t][^\n]*)?\r?(?:\n|\Z)", re.MULTILINE)
CELL = re.compile(r'\{\s*+"(?:attachments|cell_type|execution_count|id|input|metadata|outputs|source)"')
SOURCE = re.compile(r'(?<!\\)"(?:source|input)"\s*+:\s*+')
KIND, MARK = (re.compile(rf'(?<!\\)"{key}"\s*+:\s*+"(\w[\w-]*)"') for key in ("cell_type", "grade_id"))
DECODER, LENIENT = json.JSONDecoder(), json.JSONDecoder(strict=False)  # the second allows line breaks in strings
CONFLICTS = ("holds the marks of a merge conflict in git (`<<<<<<<`), so cells of both versions may stand in it: of "
             "two answers to an exercise, the second one was graded")

EDITED = ("is not quite JSON (it has comments, line breaks or commas where there may be none), but all of its cells "
          "were read and graded")


def is_notebook(content: Any) -> bool:
    """Says whether what JSON holds has the form of a notebook."""
    return isinstance(content, dict) and isinstance(content.get("cells", content.get("worksheets")), list)


def salvage(text: str) -> tuple[Any, str]:
    """Returns what can be read of a text, and a note that completes "The file ...". The note is empty if nothing of a
    notebook is there."""
    marks = CONFLICT.search(text)
    return _merge_versions(text) if marks else _one(text)


def _one(text: str) -> tuple[Any, str]:
    begin = BLANKS.match(text).end()  # type: ignore[union-attr]  # it matches everywhere
    try:
        content, end = DECODER.raw_decode(text, begin)
        if is_notebook(content):
            return content, _rest(text, end)
    except (ValueError, RecursionError):
        pass
    for candidate in (text, EXTRAS.sub(lambda match: match["string"] or "", text)):
        try:
            content, end = LENIENT.raw_decode(candidate, BLANKS.match(candidate).end())  # type: ignore[union-attr]
            if is_notebook(content):
                return content, _rest(candidate, end) or EDITED
        except (ValueError, RecursionError):
            pass
    return _in_pieces(text)


def _rest(text: str, end: int) -> str:
    """Describes what comes after a notebook; empty if nothing does."""
    begin = BLANKS.match(text, end).end()  # type: ignore[union-attr]
    if begin == len(text):
        return ""
    try:
        twice = is_notebook(DECODER.raw_decode(text, begin)[0])
    except (ValueError, RecursionError):
        twice = False
    return ("holds two notebooks, one after the other: the first was graded, the second was not read" if twice else
            "goes on after its notebook: the notebook is complete and was graded; the rest was not read")


def _merge_versions(text: str) -> tuple[Any, str]:
    """Returns the cells of both versions of a file in which git has marked conflicts. A cell that both have is there
    once."""
    versions: tuple[list[str], list[str]] = ([], [])
    at, state = 0, "="  # between the conflicts
    for number, mark in enumerate(CONFLICT.finditer(text)):
        if number == MOST_MARKS:
            break
        _add(text[at:mark.start()], state, versions)
        at, state = mark.end(), {">": "=", "=": ">"}.get(mark[1][0], mark[1][0])
    _add(text[at:], state, versions)
    contents, notes = [], []
    for version in versions:
        content, note = _one("".join(version))
        if is_notebook(content):
            contents.append({**content, "cells": list(map(_without_outputs, content.get("cells") or []))}
                            if "cells" in content else content)
            notes.append(note)
    if not contents:
        return None, ""
    first, second = contents[0], contents[-1]
    content = {**second, "cells": _unite(first["cells"], second["cells"])} if "cells" in first and "cells" in second \
        else second
    return content, "; it ".join(dict.fromkeys(filter(None, [CONFLICTS, *notes])))


def _add(part: str, state: str, versions: tuple[list[str], list[str]]) -> None:
    """Adds a part of a file to the versions that hold it. state: the mark before it; "=" stands for both versions, and
    what was before (`|`) is in neither."""
    for version, states in zip(versions, ("=<", "=>")):
        if state in states:
            version.append(part)


def _unite(first: list[Any], second: list[Any]) -> list[Any]:
    keys = [json.dumps(cell, sort_keys=True) for cell in second]
    places = {key: place for place, key in enumerate(keys)}
    united, done = [], 0
    for cell in first:
        place = places.get(json.dumps(cell, sort_keys=True), -1)
        if place < 0:
            united.append(cell)
        elif place >= done:
            united += second[done:place + 1]
            done = place + 1
    return united + second[done:]


def _without_outputs(cell: Any) -> Any:
    return {key: value for key, value in cell.items() if key not in OUTPUTS} if isinstance(cell, dict) else cell


def _in_pieces(text: str) -> tuple[Any, str]:
    """Returns a notebook's complete cells: those before a damage, and those after it."""
    content, at = _beginning(text)
    before, (after, whole) = content["cells"], _cells_behind(text, at)
    cells = before + after
    if whole:
        where = f"behind its first {len(before)} cell{'s' * (len(before) > 1)}" if before else "at its beginning"
        note = (f"is damaged {where}: its {len(cells)} cell{'s' * (len(cells) > 1)} that can be read "
                f"{'were' if len(cells) > 1 else 'was'} graded, and what stands in the damaged places was not")
    else:
        note = (f"ends in the middle, or is damaged there: its {len(cells)} complete cell{'s' * (len(cells) > 1)} "
                f"{'were' if len(cells) > 1 else 'was'} graded, and nothing after that")
    return ({**content, "cells": cells}, note) if cells else (None, "")


def _beginning(text: str) -> tuple[dict[str, Any], int]:
    """Returns a notebook as far as it is valid JSON, and where that ends: the complete cells, and everything before
    them."""
    content, cells, at = {}, [], 0
    try:
        at = _behind(text, 0, "{")
        for _ in range(MEMBERS):
            key, at = DECODER.raw_decode(text, at)
            at = _behind(text, at, ":")
            if key == "worksheets":  # version 3: there is one, and the cells are in it
                at = _behind(text, _behind(text, at, "["), "{")
            elif key == "cells":
                at = _behind(text, at, "[")
                while True:
                    cell, at = DECODER.raw_decode(text, at)
                    cells.append(cell)
                    at = _behind(text, at, ",")
            else:
                content[str(key)], at = DECODER.raw_decode(text, at)
                at = _behind(text, at, ",")
    except (ValueError, RecursionError):
        pass
    return {**content, "cells": cells}, at


def _cells_behind(text: str, at: int) -> tuple[list[dict[str, Any]], bool]:
    """Returns the cells behind a damage at `at`, wherever one can be read, and whether any of them is complete. If only
    a cell's outputs or its end are damaged, its source is read."""
    cells: list[dict[str, Any]] = []
    tries, left, damage = MOST_TRIES, 2 * len(text), at
    while tries and left > 0 and (match := CELL.search(text, at)):
        try:
            cell, end = DECODER.raw_decode(text, match.start())
            left -= end - match.start()
        except (ValueError, RecursionError) as error:
            cell, end = None, match.end()
            left -= getattr(error, "pos", at) - at
        if isinstance(cell, dict) and "cell_type" in cell and ("source" in cell or "input" in cell):
            cells += [*_sources(text, damage, match.start()), cell]
            at = damage = end
        else:
            tries, at = tries - 1, match.start() + 1
    return cells + _sources(text, damage, len(text)), bool(cells)


def _sources(text: str, begin: int, end: int) -> list[dict[str, Any]]:
    """Returns the last complete source in a damaged part as a cell, if there is one."""
    part = text[begin:end]
    for position in reversed([place.end() for place in SOURCE.finditer(part)][-10:]):
        try:
            source, _ = DECODER.raw_decode(part, position)
        except (ValueError, RecursionError):
            continue
        kind, mark = KIND.search(part), MARK.search(part)
        if isinstance(source, (str, list)) and kind:
            marks = {"nbgrader": {"grade_id": mark[1]}} if mark else {}
            return [{"cell_type": kind[1], "metadata": marks, "source": source}]
    return []


def _behind(text: str, at: int, sign: str) -> int:
    """Returns the position after a sign and the blanks around it. Raises ValueError if the sign isn't there."""
    at = BLANKS.match(text, at).end()  # type: ignore[union-attr]
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign}")
    return BLANKS.match(text, at + 1).end()  # type: ignore[union-attr]
