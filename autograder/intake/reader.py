"""A separate process that reads a stranger's bytes as a notebook. Its time, its memory and its answers are bounded.

Whatever a file does to this process, the process that asked continues, and a new one reads the next file.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import threading
from contextlib import suppress
from typing import IO, Any, cast

from nbformat import NotebookNode, from_dict

from autograder.intake.process import MEMORY, Process
from autograder.intake.reading import ANSWER, ASKED, BOTH, DIGEST, LARGEST_ANSWER, NOTEBOOK, REFUSED
from autograder.submission.parse import SMALLER, Unreadable

CPU_SECONDS = 10  # for one file; the slowest files of the largest size take four
WALL_SECONDS = 120.0
TRIES = 2  # a process may end during a file by accident
# After a file with more bytes than this, a new process is started, because used memory is rarely given back.
LARGE = 8 << 20


def notebook(data: bytes) -> NotebookNode:
    """Returns the notebook in a file's bytes; see parse.parse. Raises Unreadable."""
    return from_dict(_ask(NOTEBOOK, data))


def digest(data: bytes) -> str:
    """Returns a digest of a file's content; see parse.digest. Raises Unreadable if even the digest takes too much time
    or memory."""
    return _ask(DIGEST, data)


def both(data: bytes) -> tuple[str, NotebookNode | Unreadable]:
    """Returns the digest of these bytes, with the notebook or the reason why there is none. The bytes are read only
    once. Raises Unreadable if there is not even a digest."""
    name, content, why = _ask(BOTH, data)
    return name, from_dict(content) if content is not None else Unreadable(why)


class Reader(Process):
    """One process that reads."""

    def __init__(self) -> None:
        super().__init__("autograder.intake.reading", seconds=CPU_SECONDS)
        self.stdin = cast(IO[bytes], self.process.stdin)

    def ask(self, what: bytes, data: bytes) -> Any:
        """Returns the answer of the process. Raises Unreadable, EOFError and OSError. The process ends after a large
        file, or if it has not answered."""
        reusable = False
        try:
            with self.within(WALL_SECONDS):
                self.stdin.write(struct.pack(ASKED, what, len(data)))
                self.stdin.write(data)
                self.stdin.flush()
                how, size = struct.unpack(ANSWER, self.exactly(struct.calcsize(ANSWER)))
                if size > LARGEST_ANSWER:
                    raise EOFError
                answer = json.loads(self.exactly(size))
            reusable = len(data) <= LARGE
        except json.JSONDecodeError as error:
            raise EOFError from error
        finally:
            if not reusable:  # also after an interrupt, in the middle of an answer
                self.end()
        if how == REFUSED:
            raise Unreadable(answer)
        return answer


_lock = threading.Lock()
_reader: Reader | None = None


def _ask(what: bytes, data: bytes) -> Any:
    """Asks a process. Raises Unreadable. Raises RuntimeError or OSError if no such process starts on this machine,
    which is not the file's fault."""
    global _reader
    with _lock:
        for _ in range(TRIES):
            if _reader is None or _reader.owner != os.getpid() or _reader.process.poll() is not None:
                _reader = Reader()
            with suppress(EOFError, OSError):
                return _reader.ask(what, data)
    raise Unreadable(f"takes more than {CPU_SECONDS} seconds or {MEMORY >> 20} MB to read. {SMALLER}")


@atexit.register
def end() -> None:
    """Ends the process, if there is one. A new process reads the next file."""
    global _reader
    if _reader is not None:
        _reader.end()
        _reader = None
