"""Reads the archive that `backup` wrote, or that somebody made up: entry by entry, within bounds on what is read, and
never by what a header claims."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from typing import IO

from autograder.classroom.class_files import EVERYTHING
from autograder.intake.folders import CHUNK

DESCRIPTION = 16 << 10  # bytes that describe one file: its header, and long names
DESCRIBES = {"path", "mtime", "uid", "gid", "uname", "gname", "hdrcharset"}  # what a header may add: no size, no holes
MOST = EVERYTHING.bytes + EVERYTHING.largest + EVERYTHING.entries * DESCRIPTION  # files, gradebook, headers
LONGEST, NAMES = 4096, 64 << 20  # characters of a name, and of all names, which are kept in memory
DAMAGED = tarfile.TarError, zlib.error, EOFError, OSError, ValueError, RecursionError, OverflowError


class Archive:
    """The bytes of an archive, which is read once, forwards. `tarfile` reads the headers, we read the files.

    Raises EOFError, ValueError, OSError or zlib.error, where the bytes end too early, are too many, or are damaged.
    """

    def __init__(self, file: IO[bytes]):
        self.file, self.at, self.describes, self.header = gzip.GzipFile(fileobj=file), 0, DESCRIPTION, b""

    def entries(self) -> Iterator[tarfile.TarInfo]:
        """Yields each file's name and size. What the caller does not read of it is skipped. Raises ValueError for
        anything but a plain file, and for a second file of the same name."""
        names: set[str] = set()
        letters = 0
        archive = tarfile.TarFile(fileobj=self, mode="r")  # type: ignore[arg-type]  # what it uses of a file is here
        while entry := archive.next():
            archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
            archive.pax_headers = {}
            if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or entry.size < 0:
                raise ValueError(f"{entry.name!r} is not a plain file")
            if other := entry.pax_headers.keys() - DESCRIBES:
                raise ValueError(f"{entry.name!r} has a header with {min(other)!r}")
            if entry.name in names:
                raise ValueError(f"it holds {entry.name!r} twice")
            names.add(entry.name)
            letters += len(entry.name)
            if len(entry.name) > LONGEST or letters > NAMES:
                raise ValueError(f"its names have more than {LONGEST:,} characters, or {NAMES:,} together")
            if len(names) > EVERYTHING.entries + 2:  # the gradebook, and what the backup says of itself
                raise ValueError(f"it holds more than {EVERYTHING.entries:,} files")
            end = self.at + entry.size
            yield entry
            self.seek(end)
            self.describes = DESCRIPTION
        if self.header.count(0) != tarfile.BLOCKSIZE:  # tarfile takes damage for the end
            raise EOFError("it ends too early")
        while self._next(CHUNK):  # gzip has its sum at the end
            pass

    def content(self, size: int) -> Iterator[bytes]:
        """Yields the next bytes, and at the end there were exactly so many."""
        while size:
            if not (data := self._next(min(size, CHUNK))):
                raise EOFError("it ends too early")
            size -= len(data)
            yield data

    def read(self, size: int) -> bytes:
        """Returns bytes of a header."""
        self.describes -= size
        if self.describes < 0:
            raise ValueError(f"it describes a file with more than {DESCRIPTION:,} bytes")
        self.header = b""
        while len(self.header) < size and (data := self._next(size - len(self.header))):
            self.header += data
        return self.header

    def tell(self) -> int:
        return self.at

    def seek(self, place: int) -> None:
        if place < self.at:
            raise ValueError("its headers contradict each other")
        for _ in self.content(place - self.at):
            pass

    def _next(self, most: int) -> bytes:
        data = self.file.read(most)
        self.at += len(data)
        if self.at > MOST:
            raise ValueError(f"it holds more than {MOST:,} bytes")
        return data
