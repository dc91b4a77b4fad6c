"""The only place in which a submitted file is opened. Another process reads its content: see reader.py."""

from __future__ import annotations

import errno
import logging
from contextlib import suppress
from pathlib import Path

from nbformat import NotebookNode

from autograder.intake import reader
from autograder.intake.plain_file import open_plain
from autograder.outward import on_terminal
from autograder.submission.parse import LARGEST, NOTE, SMALLER, Unreadable

LOG = logging.getLogger(__name__)


def read(path: Path) -> NotebookNode:
    """Reads the notebook in a file; see parse. Raises Unreadable with the file's name. Logs which part of the file
    could not be read."""
    try:
        notebook = load(path)
    except Unreadable as error:
        raise Unreadable(f"{on_terminal(path)} {error}") from error
    if NOTE in notebook.metadata:
        LOG.warning("%s %s", on_terminal(path), notebook.metadata[NOTE])
    return notebook


def load(path: Path) -> NotebookNode:
    """Reads the notebook in a file; see parse. Raises Unreadable."""
    return reader.notebook(content(path))


def load_with_digest(path: Path) -> tuple[str, NotebookNode | Unreadable]:
    """Returns the digest of a file, and its notebook or the reason why there is none. The file is opened only once, so
    that the digest and the notebook come from the same content.

    The digest is empty if even computing it takes too much time or memory. Raises Unreadable for a file that can't be
    opened.
    """
    data = content(path)
    try:
        return reader.both(data)
    except Unreadable as problem:
        with suppress(Unreadable):
            return reader.digest(data), problem
        return "", problem


def digest(path: Path) -> str:
    """Returns the digest of the notebook in a file; see parse.digest. Raises Unreadable."""
    return reader.digest(content(path))


def content(path: Path) -> bytes:
    """Returns all bytes of a plain file.

    Raises Unreadable if the file is too large, or is not a plain file. A link may lead anywhere, and a pipe or device
    may have no end.
    """
    data = beginning(path, LARGEST + 1)
    if len(data) > LARGEST:
        raise Unreadable(f"has {path.lstat().st_size:,} bytes; at most {LARGEST:,} are read. {SMALLER}")
    return data


def beginning(path: Path, size: int) -> bytes:
    """Returns the first bytes of a plain file, at most `size` of them. Raises Unreadable as `content` does."""
    try:
        with open_plain(path) as file:
            return file.read(size)
    except OSError as error:
        why = "it is a link to another file" if error.errno == errno.ELOOP else error.strerror or error
        raise Unreadable(f"can't be read: {why}") from error
