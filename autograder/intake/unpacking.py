"""The work of the process that archives.py starts: it reads an archive, its standard input, and writes the files in it
to its standard output. It makes no file itself.

Nothing here is a bound. What an archive says about itself is believed only where that is harmless, and the process may
be ended at any time.
"""

from __future__ import annotations

import gzip
import json
import os
import stat
import struct
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import IO, Any

from autograder.intake.folders import CHUNK, LARGEST
from autograder.intake.walls import allow, enclose

FRAME = ">cI"  # what follows, and in how many bytes
FILE, DATA, END_OF_FILE, END = b"f", b"d", b"e", b"."
LONGEST_NAME = 5_000  # characters of a name that are passed on: no file can have so many
ARCHIVES = (".zip", ".gz", ".tar", ".tgz")  # by the end of a name, the outer one first
PACKED = (*ARCHIVES, ".7z", ".rar", ".bz2", ".xz")  # with those that can't be unpacked


@dataclass(frozen=True)
class Member:
    """A file in an archive. wrong: why it is not even opened."""

    name: str
    wrong: str
    open: Callable[[], Any]


def serve(settings: dict[str, Any]) -> None:
    """Writes the files that matter, each with its name, the reason why its content is not there, and its content.

    settings: those of walls.enclose; "seconds" of processor time; "wanted", see matters; "most", the bytes that a tar
        may have when it is unpacked; "content", whether more than the names is written.
    """
    enclose(settings)
    allow(settings["seconds"])
    try:
        for member in members(sys.stdin.buffer, settings["most"]):
            if matters(member.name, settings["wanted"]):
                _send(FILE, json.dumps([member.name[:LONGEST_NAME], member.wrong]).encode())
                _send(END_OF_FILE, b"" if member.wrong or not settings["content"] else _send_content(member))
        _send(END, b"")
    except Exception as error:
        _send(END, _error_message(error))


def matters(name: str, wanted: tuple[str, ...]) -> bool:
    """Says whether a file may be somebody's work. Other files are not read. Systems add hidden files to archives, which
    nobody handed in."""
    name = name.lower()
    hidden = any(part == "__macosx" or part.startswith(".") and part.strip(".") for part in name.split("/"))
    return not hidden and (name.endswith(PACKED) or any(ending in name for ending in wanted))


def members(file: IO[bytes], most: int) -> Iterator[Member]:
    """Yields the files of an archive, of a zip the small ones first. Raises any error."""
    begin = file.read(4)  # not the end, where a tar may hold somebody's zip
    file.seek(0)
    yield from _in_zip(file) if begin in (b"PK\3\4", b"PK\5\6") else _in_tar(file, begin[:2] == b"\x1f\x8b", most)


def _send_content(member: Member) -> bytes:
    """Writes a file's content. Returns the reason if not all of it can be read."""
    try:
        with member.open() as file:
            while data := file.read(CHUNK):
                _send(DATA, data)
        return b""
    except Exception as error:
        return _error_message(error)


def _in_zip(file: IO[bytes]) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        files = [info for info in archive.infolist() if not info.is_dir()]
        names = Counter(info.filename for info in files)
        for info in _in_turn(files):
            mode = info.external_attr >> 16
            wrong = _too_large(info.file_size)
            if stat.S_IFMT(mode) and not stat.S_ISREG(mode):
                wrong = "it is a link" if stat.S_ISLNK(mode) else "it is not a plain file"
            elif info.flag_bits & 1:
                wrong = "it is encrypted"
            elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                wrong = "it is packed in an unusual way"
            elif names[info.filename] > 1:
                wrong = "the archive holds this name more than once"
            yield Member(info.filename, wrong, partial(archive.open, info))


def _in_turn(files: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Returns the files in an order in which nobody takes the others' place, with many files or with large ones: each
    owner's smallest, then each owner's next. An owner is told by the first folder that differs, or by the beginning of
    a name."""
    depth = len(os.path.commonprefix([info.filename.split("/")[:-1] for info in files]))
    many: Counter[str] = Counter()
    turns: list[tuple[bool, int, int, zipfile.ZipInfo]] = []
    for info in sorted(files, key=lambda info: info.file_size):
        owner = info.filename.split("/")[depth].partition("_")[0]
        many[owner] += 1
        turns.append((info.filename.lower().endswith(PACKED), many[owner], info.file_size, info))
    return [info for *_, info in sorted(turns, key=lambda turn: turn[:3])]


def _in_tar(file: IO[bytes], zipped: bool, most: int) -> Iterator[Member]:
    unpacked: Any = gzip.GzipFile(fileobj=file) if zipped else file
    with tarfile.open(fileobj=unpacked, mode="r:") as archive:
        begin = -1
        # A header may say that its file ends before it begins. So the next one is looked for only further on.
        while begin < archive.offset <= most and (info := archive.next()):
            begin, archive.members = info.offset, []  # type: ignore[attr-defined]  # Python keeps all of them
            wrong = _too_large(info.size)
            if not info.isreg():
                wrong = "it is a link" if info.issym() or info.islnk() else "it is not a plain file"
            elif info.issparse():
                wrong = "it is packed in an unusual way"
            if not info.isdir():
                yield Member(info.name, wrong, partial(archive.extractfile, info))
        if archive.offset > most:
            raise ValueError(f"it has more than {most:,} bytes")
        if archive.offset <= begin:
            raise ValueError("a file in it has fewer than 0 bytes")
        unpacked.seek(archive.offset)
        if unpacked.read(tarfile.BLOCKSIZE).strip(b"\0"):  # to Python, a damaged header is the end
            raise ValueError("it is damaged")


def _too_large(size: int) -> str:
    return f"it has more than {LARGEST:,} bytes" if size > LARGEST else ""


def _error_message(error: BaseException) -> bytes:
    return f"it can't be unpacked ({str(error)[:2_000] or type(error).__name__})".encode(errors="replace")


def _send(kind: bytes, data: bytes) -> None:
    sys.stdout.buffer.write(struct.pack(FRAME, kind, len(data)))
    sys.stdout.buffer.write(data)
    if kind != DATA:
        sys.stdout.buffer.flush()
