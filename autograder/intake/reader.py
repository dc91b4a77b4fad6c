"""A separate process that reads a stranger's bytes as a notebook. Its time, its memory and its answers are bounded.

Whatever a file does to this process, the process that asked continues, and a new one reads the next file.
"""

from __future__ import annotations

import atexit
import json
import os
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO, Any, cast

from nbformat import NotebookNode, from_dict

from autograder.intake.reading import ANSWER, ASKED, BOTH, DIGEST, LARGEST_ANSWER, NOTEBOOK, READY, REFUSED
from autograder.lessons.course import ROOT
from autograder.sandbox import system_calls
from autograder.submission.parse import SMALLER, Unreadable

CPU_SECONDS = 10  # for one file; the slowest files of the largest size take four
WALL_SECONDS = 120.0
TRIES = 2  # a process may end during a file by accident
MEMORY = 1 << 30  # bytes, in addition to those that Python itself has mapped
# After a file with more bytes than this, a new process is started, because used memory is rarely given back.
LARGE = 8 << 20
LIMITS = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}
PROGRAM = "import sys; sys.path.insert(0, {root!r}); from autograder.intake.reading import serve; serve({settings!r})"


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


class Reader:
    """One process that reads. It ends when this process does."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        settings = {"limits": LIMITS, "landlock": {"read": [os.path.dirname(os.__file__)], "devices": []},
                    "seccomp": system_calls.program("cpu").hex(),
                    "folder": os.devnull, "seconds": CPU_SECONDS}
        program = PROGRAM.format(root=str(ROOT), settings=settings)
        self.process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd="/", start_new_session=True)
        pipes = self.process.stdin, self.process.stdout, self.process.stderr
        self.stdin, self.stdout, self.stderr = cast(tuple[IO[bytes], IO[bytes], IO[bytes]], pipes)  # it has all three
        if self.stdout.read(len(READY)) != READY:
            said = self.stderr.read()[-2000:].decode(errors="replace")
            self.end()
            raise RuntimeError(f"the process that reads notebooks does not start: {said}")

    def ask(self, what: bytes, data: bytes) -> Any:
        """Returns the answer of the process. Raises Unreadable, EOFError and OSError. The process ends after a large
        file, or if it has not answered."""
        timer = threading.Timer(WALL_SECONDS, self.process.kill)
        timer.daemon = True
        timer.start()
        reusable = False
        try:
            self.stdin.write(struct.pack(ASKED, what, len(data)))
            self.stdin.write(data)
            self.stdin.flush()
            how, size = struct.unpack(ANSWER, self._exactly(struct.calcsize(ANSWER)))
            if size > LARGEST_ANSWER:
                raise EOFError
            answer = json.loads(self._exactly(size))
            reusable = len(data) <= LARGE
        except json.JSONDecodeError as error:
            raise EOFError from error
        finally:
            timer.cancel()
            if not reusable:  # also after an interrupt, in the middle of an answer
                self.end()
        if how == REFUSED:
            raise Unreadable(answer)
        return answer

    def _exactly(self, size: int) -> bytes:
        data = self.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def end(self) -> None:
        if self.owner == os.getpid():  # a process that was forked since has no business with it
            self.process.kill()
            self.process.wait()
            for pipe in (self.stdin, self.stdout, self.stderr):
                with suppress(OSError):
                    pipe.close()


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
