"""Starts a process of our own code that holds a stranger's bytes. Its time and its memory are bounded, and it writes no
file.

Whatever the bytes do to this process, the process that started it continues.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from autograder.intake.walls import READY
from autograder.lessons.course import ROOT
from autograder.sandbox import system_calls

MEMORY = 1 << 30  # bytes, in addition to those that Python itself has mapped
LIMITS = {"RLIMIT_AS": MEMORY, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}
PROGRAM = "import sys; sys.path.insert(0, {root!r}); from {module} import serve; serve({settings!r})"


class Process:
    """A process behind walls.py that runs `serve` of a module. It ends when this process does.

    stdin: what it reads, if that is not a pipe from here.
    settings: what `serve` is told besides the walls.
    """

    def __init__(self, module: str, stdin: IO[bytes] | int = subprocess.PIPE, **settings: Any):
        self.owner = os.getpid()
        walls = {"limits": LIMITS, "landlock": {"read": [os.path.dirname(os.__file__)], "devices": []},
                 "seccomp": system_calls.program("cpu").hex(), "folder": os.devnull}
        program = PROGRAM.format(root=str(ROOT), module=module, settings=walls | settings)
        self.process = subprocess.Popen([sys.executable, "-c", program], stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, cwd="/", start_new_session=True)
        self.stdout, self.stderr = cast(tuple[IO[bytes], IO[bytes]], (self.process.stdout, self.process.stderr))
        if self.stdout.read(len(READY)) != READY:
            said = self.stderr.read()[-2000:].decode(errors="replace")
            self.end()
            raise RuntimeError(f"the process for strangers' files does not start: {said}")

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Ends the process if the block is not done after so many seconds."""
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def exactly(self, size: int) -> bytes:
        """Returns the next bytes that the process writes. Raises EOFError if it ends before."""
        data = self.stdout.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def end(self) -> None:
        if self.owner == os.getpid():  # a process that was forked since has no business with it
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.stdout, self.stderr):
                with suppress(OSError):
                    if pipe:
                        pipe.close()
