"""Unpacks a zip or tar of strangers' files, and the archives inside it. Only plain files with plain names are unpacked,
and only within bounds.

A class's archive comes from a platform, which chose the names in it. The files inside were made by learners, and some
of them are archives too. If one file is left out, the others are still unpacked. The one left out is kept or listed
(see `aside`).
"""

from __future__ import annotations

import gzip
import lzma
import os
import shutil
import stat
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from autograder.intake.aside import Aside
from autograder.intake.folders import CHUNK, DEEPEST, LARGEST, MOST, MOST_FILES, TooMuch
from autograder.intake.plain_file import open_plain

CLASS_FILES, CLASS_BYTES = 20_000, 4 << 30  # of a class's archive, all that is in it together
# Of a tar, bytes that describe one file, beside its header, and all files on average. Python reads them into memory,
# and takes quadratic time and memory for some.
LARGEST_DESCRIPTION, DESCRIPTION = 8 << 10, 1 << 10
SHARE = 8  # of the bytes that are left of a class's archive, an archive inside may take one in so many
LARGEST_INSIDE = 20 << 20  # bytes of an archive inside another: the list of what is in it is read into memory
ARCHIVES = (".zip", ".gz", ".tar", ".tgz")  # by the end of a name, the outer one first
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error,
           ValueError, RuntimeError,
           NotImplementedError, OverflowError)


class _Opened(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass
class Allowance:
    """How many files and bytes may still be unpacked."""

    files: int
    bytes: int

    def take(self, many: int) -> None:
        """Subtracts bytes. Raises TooMuch if none are left."""
        self.bytes -= many
        if self.bytes < 0:
            raise TooMuch("holds more bytes than may be unpacked")


@dataclass(frozen=True)
class _Member:
    """A file in an archive. wrong: why it is not even opened."""

    name: str
    wrong: str
    open: Any


class Unpacking:
    """Unpacks archives. wanted: the endings of the names of the files to unpack; all other files are skipped without
    being read."""

    def __init__(self, wanted: tuple[str, ...], aside: Aside):
        self.wanted, self.aside = wanted, aside

    def add(self, path: Path, into: Path) -> bool:
        """Copies a file into a folder, or unpacks it into a folder with its name there. Returns whether it was an
        archive. Problems are listed, not raised."""
        left = Allowance(CLASS_FILES, CLASS_BYTES)
        if not path.name.lower().endswith(ARCHIVES):
            self._one(_Member(path.name, "", partial(open_plain, path)), into, path.name, left, inside=False)
            return False
        self._unpack(path, into / unpacked_name(path.name), left)
        return True

    def _unpack(self, archive: Path, into: Path, left: Allowance) -> None:
        try:
            with open_plain(archive) as file:
                self._members(file, into, archive.name, left, inside=False)
        except TooMuch as problem:
            self.aside.note(archive.name, f"it {problem}, and the rest was left out")
        except DAMAGED as error:
            self.aside.note(archive.name, f"it can't be unpacked ({_said(error)})")

    def _members(self, file: IO[bytes], into: Path, shown: str, left: Allowance, inside: bool) -> None:
        for member in _members(file, left):
            self._one(member, into, f"{shown}/{member.name}", left, inside)

    def _one(self, member: _Member, into: Path, shown: str, left: Allowance, inside: bool) -> None:
        name = member.name.lower()
        archive = name.endswith(ARCHIVES)
        if _hidden(name) or not archive and not any(ending in name for ending in self.wanted):
            return
        if member.wrong:
            self.aside.note(shown, member.wrong)
            return
        wrong = _odd(member.name)
        if not archive and not member.name.endswith(self.wanted):
            wrong = wrong or f"its name does not end in {' or '.join(self.wanted)}"
        if archive and inside:
            wrong = wrong or "it is an archive inside a student's archive"
        if not wrong and (into / member.name).exists():
            wrong = "another file has the same name"
        try:
            if wrong:
                self._keep(member, shown, wrong, left)
            elif archive:
                self._inside(member, into / PurePosixPath(member.name).parent, shown, left)
            else:
                self._write(member, into / member.name, left)
        except _Large as large:
            self.aside.note(shown, str(large))
        except TooMuch:
            raise
        except DAMAGED as error:
            self.aside.note(shown, f"it can't be unpacked ({_said(error)})")

    def _write(self, member: _Member, path: Path, left: Allowance) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(path, "xb") as copy, member.open() as opened:
                _copy(opened, copy, left, LARGEST)
        except BaseException:
            path.unlink()
            raise

    def _keep(self, member: _Member, shown: str, why: str, left: Allowance) -> None:
        kept, copy = self.aside.create(member.name)
        try:
            with copy, member.open() as opened:
                _copy(opened, copy, left, LARGEST)
        except BaseException:
            (self.aside.home / kept).unlink()
            raise
        self.aside.note(shown, why, kept)

    def _inside(self, member: _Member, folder: Path, shown: str, left: Allowance) -> None:
        """Unpacks a learner's own archive into a folder with its name. If not all of it can be unpacked, the whole
        archive is set aside instead."""
        home = folder / unpacked_name(PurePosixPath(member.name).name)
        with tempfile.TemporaryFile() as file:
            with member.open() as opened:
                _copy(opened, file, left, LARGEST_INSIDE)
            file.seek(0)
            own = Allowance(MOST_FILES, min(MOST, left.bytes // SHARE))
            left.bytes -= own.bytes
            try:
                home.mkdir(parents=True)
                self._members(file, home, shown, own, inside=True)
                return
            except FileExistsError:
                why = "another file or folder has the same name"
            except TooMuch as problem:
                why = f"it {problem}"
                shutil.rmtree(home)
            except DAMAGED as error:
                why = f"it can't be unpacked ({_said(error)})"
                shutil.rmtree(home, ignore_errors=True)
            finally:
                left.bytes += max(0, own.bytes)
            file.seek(0)
            kept, copy = self.aside.create(member.name)
            with copy:
                shutil.copyfileobj(file, copy)
            self.aside.note(shown, why, kept)


def unpacked_name(archive: str) -> str:
    """Returns the name of the folder into which an archive is unpacked."""
    for ending in ARCHIVES:
        archive = archive[:-len(ending)] if archive.lower().endswith(ending) else archive
    return archive or "archive"


class _Large(Exception):
    """One file is too large. The message completes "It is set aside, because ..."."""


def _copy(opened: _Opened, copy: IO[bytes], left: Allowance, most: int) -> None:
    while data := opened.read(CHUNK):
        left.take(len(data))
        if copy.tell() + len(data) > most:
            raise _Large(f"it has more than {most:,} bytes")
        copy.write(data)


def _hidden(name: str) -> bool:
    """Says whether a system added this file to an archive, so that nobody handed it in."""
    return any(part == "__macosx" or part.startswith(".") and part.strip(".") for part in name.split("/"))


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


def _members(file: IO[bytes], left: Allowance) -> Iterator[_Member]:
    """Yields the files of an archive. Raises TooMuch, and the errors in DAMAGED."""
    if zipfile.is_zipfile(file):
        yield from _in_zip(file, left)
    else:
        file.seek(0)
        yield from _in_tar(file, left)


def _in_zip(file: IO[bytes], left: Allowance) -> Iterator[_Member]:
    with zipfile.ZipFile(file) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        left.files -= len(members)
        if left.files < 0:
            raise TooMuch("holds more files than may be unpacked")
        names = Counter(info.filename for info in members)
        # What is large, or may become so, takes nobody else's place.
        for info in sorted(members, key=lambda info: (info.filename.lower().endswith(ARCHIVES), info.file_size)):
            mode = info.external_attr >> 16
            wrong = ""
            if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
                wrong = "it is a link" if stat.S_ISLNK(mode) else "it is not a plain file"
            elif info.flag_bits & 1:
                wrong = "it is encrypted"
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                wrong = "it is packed in an unusual way"
            elif names[info.filename] > 1:
                wrong = "the archive holds this name more than once"
            yield _Member(info.filename, wrong, partial(archive.open, info))


class _Bounded:
    """The bytes of a tar, decompressed, up to a bound. There is a bound because even a file that is skipped has to be
    read.

    most: how many bytes of metadata about files may still come in all.
    describes: how many of these may still come before the next file. It is None inside a file.
    """

    def __init__(self, file: _Opened, left: Allowance, most: int):
        self.file, self.left, self.most = file, left, most
        self.describes: int | None = self._before_a_file()

    def _before_a_file(self) -> int:
        return tarfile.BLOCKSIZE + min(self.most, LARGEST_DESCRIPTION)

    def next(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        """Returns the next file, and forgets all files before it."""
        stream = archive.fileobj
        if self.describes is None and stream:
            stream.seek(max(stream.tell(), archive.offset - 1))
            self.describes = self._before_a_file()
        info = archive.next()
        self.most -= max(0, self._before_a_file() - tarfile.BLOCKSIZE - (self.describes or 0))
        self.describes = None
        archive.members = []  # type: ignore[attr-defined]  # Python keeps all of them, with all that describes them
        archive.pax_headers = {}
        return info

    def read(self, size: int) -> bytes:
        if size > self.left.bytes:
            raise TooMuch("holds more bytes than may be unpacked")
        if self.describes is not None:
            self.describes -= size
            if self.describes < 0:
                raise TooMuch("has too many bytes of metadata about its files. At most "
                              f"{LARGEST_DESCRIPTION:,} bytes are read for one file, and {DESCRIPTION:,} for a file "
                              "on average")
        data = self.file.read(size)
        self.left.take(len(data))
        return data


def _in_tar(file: IO[bytes], left: Allowance) -> Iterator[_Member]:
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    unpacked = gzip.GzipFile(fileobj=file) if zipped else file
    bounded = _Bounded(unpacked, Allowance(left.files, left.bytes), DESCRIPTION * left.files)
    with tarfile.open(fileobj=bounded, mode="r|",  # type: ignore[call-overload]  # of a stream it only reads
                      bufsize=tarfile.BLOCKSIZE) as archive:  # so that nothing is read ahead
        while info := bounded.next(archive):
            left.files -= 1
            if left.files < 0:
                raise TooMuch("holds more files than may be unpacked")
            if not info.isdir():
                wrong = (
                    "" if info.isreg() else "it is a link" if info.issym() or info.islnk() else "it is not a plain file"
                )
                yield _Member(info.name, wrong, partial(archive.extractfile, info))


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__
