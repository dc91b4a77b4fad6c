"""Copies a stranger's folder while its owner may change it. Only plain files are copied, and each is opened below the
descriptor of its own folder."""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from autograder.outward import named

MOST_FILES, DEEPEST = 1000, 8  # files and folders of one submission, and folders inside each other
LARGEST, MOST = 100 << 20, 200 << 20  # bytes of one file, and of all
CHUNK = 1 << 20
ONLY_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class TooMuch(Exception):
    """A submission has more files or bytes than are copied. The message completes "The folder ..."."""


@dataclass
class _Copying:
    ignore: tuple[str, ...]
    left_out: list[str] = field(default_factory=list)
    files: int = 0
    bytes: int = 0

    def folder(self, source: int, into: Path, owner: int, below: str = "", depth: int = 0) -> None:
        into.mkdir()
        with os.scandir(source) as entries:
            for entry in entries:
                self.files += 1
                if self.files > MOST_FILES:
                    raise TooMuch(f"holds more than {MOST_FILES} files")
                name = below + entry.name
                if any(fnmatch.fnmatch(entry.name, pattern) for pattern in self.ignore):
                    continue
                if why := self._copy(source, entry.name, into, owner, name, depth):
                    self.left_out.append(f"{named(repr(name))}: {why}")

    def _copy(self, folder: int, entry: str, into: Path, owner: int, name: str, depth: int) -> str:
        """Copies one file or folder. Returns why it is left out; empty if it is copied."""
        if not entry.isprintable():
            return "its name cannot be printed"
        try:
            file = os.open(entry, ONLY_READ, dir_fd=folder)
        except OSError as error:
            return "a link" if error.errno == errno.ELOOP else f"it can't be opened: {error.strerror}"
        try:
            about = os.fstat(file)
            if about.st_uid != owner:
                return "it belongs to somebody else"
            if stat.S_ISDIR(about.st_mode):
                if depth == DEEPEST:
                    return f"a folder that is more than {DEEPEST} levels deep"
                self.folder(file, into / entry, owner, f"{name}/", depth + 1)
                return ""
            if not stat.S_ISREG(about.st_mode):
                return "not a plain file"
            if about.st_nlink > 1:
                return "a file that has a second name elsewhere (a hard link)"
            if about.st_size > LARGEST:
                return f"{about.st_size:,} bytes; at most {LARGEST:,} are copied"
            self._write(file, into / entry)
            return ""
        finally:
            os.close(file)

    def _write(self, file: int, path: Path) -> None:
        with open(path, "xb") as copy:
            while data := os.read(file, CHUNK):
                self.bytes += len(data)
                if self.bytes > MOST:
                    raise TooMuch(f"holds more than {MOST:,} bytes")
                copy.write(data)


def copy_folder(source: Path, into: Path, ignore: Iterable[str] = (), owner: int | None = None) -> list[str]:
    """Copies the plain files of `source` to `into`, which must not exist yet. Returns what is left out, with the
    reasons.

    No link is followed, not even if the folder itself is one. Files that would block, such as pipes, are not waited
    for. A file must belong to the folder's owner.

    ignore: patterns of names that are left out, and are not listed.
    owner: the number of the account that the folder must belong to when it is opened.

    Raises TooMuch, or OSError if `source` is not a folder or not the owner's. What was copied before that stays.
    """
    copying = _Copying(tuple(ignore))
    parent = os.open(source.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        folder = os.open(source.name, ONLY_READ | os.O_DIRECTORY, dir_fd=parent)
    finally:
        os.close(parent)
    try:
        folder_owner = os.fstat(folder).st_uid
        if owner not in (None, folder_owner):
            raise PermissionError(errno.EPERM, "it belongs to somebody else")
        copying.folder(folder, into, folder_owner)
    finally:
        os.close(folder)
    return copying.left_out


def notebooks_in(folder: Path) -> list[str]:
    """Returns the sorted paths of the notebooks in a stranger's folder. Only plain files count, and only among the
    folder's first MOST_FILES entries. None of them is opened. Empty if the folder is a link or can't be read."""
    try:
        descriptor = os.open(folder, ONLY_READ | os.O_DIRECTORY)
    except OSError:
        return []
    try:
        with os.scandir(descriptor) as entries:
            return sorted(str(folder / entry.name) for entry in islice(entries, MOST_FILES)
                          if entry.name.endswith(".ipynb") and entry.is_file(follow_symlinks=False))
    finally:
        os.close(descriptor)
