"""Small files that the library writes or reads beside a notebook. Whoever wrote them, they may hold only data, and not
too much of it."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Entry = TypeVar("Entry")

LARGEST = 4 << 20  # bytes; the largest file of the course's own, all questions of a lesson, has 8 kB
DIGITS = 18  # the most digits of a whole number
MOST, LONGEST = 200, 64  # of a file that grows: its entries, and the characters of a name in it


def keep(path: Path, content: Any) -> str:
    """Writes `content` as JSON in one step, so that the file is never half written. If the folder is read-only, nothing
    is remembered, and nothing else goes wrong.

    Returns why the file could not be written; empty if it was.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(json.dumps(content, indent=1), encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        return error.strerror or type(error).__name__
    return ""


def bounded(entries: dict[str, Entry], worth: Callable[[str], Any]) -> dict[str, Entry]:
    """Returns the entries that are kept in a file: the MOST that are worth most, in their order. Somebody else may have
    put many others there, and a file with all of them would be too large to be read again.

    worth: gives each name a value by which the names are sorted. An entry with a larger value is worth more.
    """
    names = {*sorted((name for name in entries if len(name) <= LONGEST), key=worth, reverse=True)[:MOST]}
    return {name: entry for name, entry in entries.items() if name in names}


def found(path: Path) -> Any:
    """Returns the content of a JSON file. Raises FileNotFoundError if there is no file. Raises ValueError, with a
    sentence, for everything odd about it."""
    data = content(path)
    try:
        return parsed(data)
    except ValueError as error:
        raise ValueError(f"{path.name} is not as it was written: {error}") from None


def content(path: Path, most: int = LARGEST) -> bytes:
    """Returns the bytes of a file that has at most `most` bytes. Raises the same errors as `found`."""
    try:
        if not path.is_file() and path.exists():
            raise ValueError(f"{path.name} is not a file")
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ValueError(f"{path.name} can't be read: {error.strerror}") from None
    if len(data) > most:
        raise ValueError(f"{path.name} has more than {most:,} bytes")
    return data


def parsed(data: bytes) -> Any:
    """Reads JSON with finite numbers. Raises ValueError for anything else, and if it is nested too deeply to be
    read."""
    try:
        return json.loads(data, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError("it nests too deeply") from None


def put_beside(path: Path) -> str:
    """Renames a file that cannot be read, so that a new one can be written in its place. Returns a sentence that says
    so."""
    kept = next(other for number in range(1, 10_000)
                if not (other := path.with_name(f"{path.name}.odd{number}")).exists())
    try:
        os.replace(path, kept)
    except OSError as error:
        return f"{path.name} could not be read, nor put aside: {error.strerror}."
    return f"{path.name} could not be read. It is kept as {kept.name}, and a new one was begun."


def _whole(digits: str) -> int:
    if len(digits) > DIGITS + 1:
        raise ValueError(f"a number of {len(digits)} digits")
    return int(digits)


def _finite(digits: str) -> float:
    if not math.isfinite(number := float(digits)):
        raise ValueError(f"the number {digits[:20]}")
    return number
