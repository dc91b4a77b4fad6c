"""Unpacks a zip or tar of strangers' files. Only plain files with plain names are unpacked, and only within bounds.

A class's archive comes from a platform, which chose the names in it. The files inside were made by learners. If one
file is left out, the others are still unpacked. The one left out is kept or listed (see `aside`). So is an archive
inside an archive, whatever is in it.

Another process reads the archive: see unpacking.py. This one counts what comes out, and writes it.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.intake.aside import Aside
from autograder.intake.folders import CHUNK, DEEPEST, LARGEST, MOST, MOST_FILES, TooMuch
from autograder.intake.plain_file import open_plain
from autograder.intake.process import MEMORY, Process
from autograder.intake.unpacking import ARCHIVES, DATA, END, END_OF_FILE, FILE, FRAME, PACKED, matters
from autograder.outward import named

CPU_SECONDS, WALL_SECONDS = 120, 1800.0  # for one archive
INSIDE = "it is an archive inside an archive: to have it unpacked, put it into the folder archive/{}/ and collect again"
UNUSUAL = "it is an archive of a kind that is not unpacked: unpack it into the folder archive/{}/ and collect again"


@dataclass
class Allowance:
    """How many files and bytes may still come out of an archive."""

    files: int
    bytes: int

    def take(self, files: int, size: int) -> None:
        """Raises TooMuch if nothing is left."""
        self.files, self.bytes = self.files - files, self.bytes - size
        if self.files < 0 or self.bytes < 0:
            raise TooMuch(f"holds more {'files' if self.files < 0 else 'bytes'} than may be unpacked")


CLASS, LEARNER = (20_000, 4 << 30), (MOST_FILES, MOST)  # files and bytes of a class's archive, and of one learner's


class _Ended(Exception):
    """No more files come out of an archive. The message completes "It is set aside, because ..."."""


class _Unpacker(Process):
    """The process that reads one archive."""

    def __init__(self, archive: IO[bytes], wanted: tuple[str, ...], left: Allowance, content: bool = True):
        super().__init__("autograder.intake.unpacking", archive, seconds=CPU_SECONDS, wanted=wanted, most=left.bytes,
                         content=content)
        self.left = left

    def files(self) -> Iterator[tuple[str, str, Iterator[bytes]]]:
        """Yields for each file its name, the reason why its content is not there, and its content. Raises _Ended or
        TooMuch."""
        with self.within(WALL_SECONDS):
            while (frame := self._frame())[0] != END:
                if frame[0] == FILE:
                    self.left.take(1, 0)
                    name, wrong = json.loads(frame[1])
                    yield name, wrong, self._content()
        if frame[1]:
            raise _Ended(named(frame[1].decode()))

    def _content(self) -> Iterator[bytes]:
        """Raises ValueError with a sentence if a file can't be read to its end."""
        while (frame := self._frame())[0] == DATA:
            yield frame[1]
        if frame[0] != END_OF_FILE or frame[1]:
            raise ValueError(named(frame[1].decode()))

    def _frame(self) -> tuple[bytes, bytes]:
        try:
            kind, size = struct.unpack(FRAME, self.exactly(struct.calcsize(FRAME)))
            self.left.take(0, size if kind == DATA else 0)
            return kind, self.exactly(min(size, CHUNK))
        except EOFError:
            raise _Ended(f"it takes more than {CPU_SECONDS} seconds of computing, {WALL_SECONDS / 60:.0f} minutes or "
                         f"{MEMORY >> 20:,} MB of memory to unpack") from None


class Unpacking:
    """Unpacks archives. wanted: the endings of the names of the files to unpack; all other files are skipped without
    being read."""

    def __init__(self, wanted: tuple[str, ...], aside: Aside):
        self.wanted, self.aside = wanted, aside

    def add(self, path: Path, into: Path, bounds: tuple[int, int] = CLASS) -> bool:
        """Copies a file into a folder, or unpacks it into a folder with its name there. Returns whether it was an
        archive. Problems are listed, not raised.

        bounds: files and bytes that may come out of an archive.
        """
        archive = path.name.lower().endswith(ARCHIVES)
        try:
            if archive:
                with open_plain(path) as file:
                    self._unpack(file, path.name, into / unpacked_name(path.name), Allowance(*bounds))
            elif matters(path.name, self.wanted):
                with open_plain(path) as file:
                    self._put(path.name, _pieces(file), into, path.name)
        except OSError as error:
            self.aside.note(path.name, f"it can't be opened ({error.strerror or error})")
        return archive

    def _unpack(self, archive: IO[bytes], shown: str, into: Path, left: Allowance) -> None:
        process, many = _Unpacker(archive, self.wanted, left), 0
        try:
            for name, wrong, content in process.files():
                if wrong:
                    self.aside.note(f"{shown}/{name}", wrong)
                else:
                    many += self._put(name, content, into, f"{shown}/{name}")
        except (_Ended, TooMuch) as ended:
            why = str(ended) if isinstance(ended, _Ended) else f"it {ended}"
            self.aside.note(shown, f"{why}; {many} file{'s' * (many != 1)} came out of it, and the rest was left out")
        finally:
            process.end()

    def _put(self, name: str, content: Iterable[bytes], into: Path, shown: str) -> bool:
        """Writes a file, or keeps it aside. Returns whether it was written to its place."""
        path, name_aside = into / name, ""
        why = _odd(name) or self._other(name) or ("another file has the same name" if path.exists() else "")
        try:
            if why:
                name_aside, copy = self.aside.create(name)
                path = self.aside.home / name_aside
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                copy = open(path, "xb")
        except OSError as error:
            self.aside.note(shown, f"it can't be written ({error.strerror})")
            return False
        try:
            with copy:
                for piece in content:
                    copy.write(piece)
        except BaseException as error:
            path.unlink()
            if not isinstance(error, (OSError, ValueError)):
                raise
            why, name_aside = str(error), ""
        if why:
            self.aside.note(shown, why, name_aside or "not kept")
        return not why

    def _other(self, name: str) -> str:
        """Says what a file is that has not one of the wanted names; empty if it has one."""
        if name.endswith(self.wanted):
            return ""
        if not name.lower().endswith(PACKED):
            return f"its name does not end in {' or '.join(self.wanted)}"
        return (INSIDE if name.lower().endswith(ARCHIVES) else UNUSUAL).format(unpacked_name(name))


def names(archive: Path, wanted: tuple[str, ...]) -> list[str]:
    """Returns the names of the files in a class's archive that have one of these endings, as far as they can be read.
    Nothing is unpacked."""
    found: list[str] = []
    try:
        with open_plain(archive) as file:
            process = _Unpacker(file, wanted, Allowance(*CLASS), content=False)
            try:
                found.extend(name for name, _, _ in process.files() if name.endswith(wanted))
            finally:
                process.end()
    except (OSError, _Ended, TooMuch):
        pass
    return found


def unpacked_name(archive: str) -> str:
    """Returns the name of the folder into which an archive is unpacked."""
    for ending in PACKED:  # the outer one first
        archive = archive[:-len(ending)] if archive.lower().endswith(ending) else archive
    return archive or "archive"


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yields the content of a plain file. Raises ValueError if it is too large."""
    left = LARGEST
    while data := file.read(CHUNK):
        left -= len(data)
        if left < 0:
            raise ValueError(f"it has more than {LARGEST:,} bytes")
        yield data


def _odd(name: str) -> str:
    """Says why a file cannot be unpacked under this name; empty if it can."""
    parts = name.split("/")
    if not name.isprintable():
        return "its name can't be printed"
    if (
        name.startswith("/")
        or any(part in ("", ".", "..") for part in parts)
        or "\\" in name
        or os.name == "nt"
        and ":" in name
    ):
        return "its name could lead out of the folder"
    if len(parts) > DEEPEST:
        return f"it is {DEEPEST} or more folders deep"
    return "its name is too long" if any(len(os.fsencode(part)) > 240 for part in parts) else ""
