"""Files that the library writes or reads beside a notebook. Whoever wrote the small ones, they may hold only data, and
not too much of it.

A folder may come from somebody else, so nothing here writes through a link that lies in it, and no other module of the
library writes at all. The folder that a caller names is another matter: it may be a link, as `data` often is.
"""

from __future__ import annotations

import contextlib
import errno
import json
import math
import os
import secrets
import stat
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

Entry = TypeVar("Entry")

LARGEST = 4 << 20  # bytes; the largest file of the course's own, all questions of a lesson, has 8 kB
DIGITS = 18  # the most digits of a whole number
MOST, LONGEST = 200, 64  # of a file that grows: its entries, and the characters of a name in it


@contextlib.contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to write it anew. It gets its name in one step, at the end, so it is never half written. If an error
    is raised before that, what was there stays as it was.

    A link in its place is replaced, and the file that it leads to stays as it is. A file keeps its mode.

    Raises OSError, with the name of this file, if it can't be written.
    """
    beside = path.with_name(f".{secrets.token_hex(16)}.new")  # so nobody can have put a link there
    try:
        if path.is_dir() and not path.is_symlink():
            raise IsADirectoryError(errno.EISDIR, "a folder is in its place", str(path))
        with beside.open("xb") as file:
            if stat.S_ISREG(mode := path.lstat().st_mode if os.path.lexists(path) else 0):
                with contextlib.suppress(OSError):  # some file systems have no modes
                    os.chmod(beside, mode & 0o777)
            yield file
        os.replace(beside, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError) and str(error.filename) == str(beside):
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def write(path: Path, content: str | bytes) -> None:
    """Writes a whole file, as `writing` does."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with writing(path) as file:
        file.write(data)


def keep(path: Path, content: Any) -> str:
    """Writes `content` as JSON. If the folder is read-only, nothing is remembered, and nothing else goes wrong.

    Returns why the file could not be written; empty if it was.
    """
    try:
        write(path, json.dumps(content, indent=1))
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def folder(path: Path) -> None:
    """Makes a folder whose name the library chose, if it is not there. Raises NotADirectoryError if a link or a file is
    in its place."""
    if path.is_symlink() or path.exists() and not path.is_dir():
        what = "link" if path.is_symlink() else "file"
        raise NotADirectoryError(f"{path} is a {what}, and a folder is needed there: move it away, or rename it")
    path.mkdir(parents=True, exist_ok=True)


def only(names: Collection[str], within: Path, pattern: str) -> None:
    """Removes the files of a folder that match a pattern and have none of these names."""
    for path in within.glob(pattern):
        if path.name not in names and (path.is_symlink() or not path.is_dir()):
            path.unlink()


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
    kept = next((other for number in range(1, 1000)
                 if not os.path.lexists(other := path.with_name(f"{path.name}.odd{number}"))),
                path.with_name(f"{path.name}.odd-{secrets.token_hex(4)}"))
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
