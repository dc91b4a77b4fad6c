"""Starts the processes in which learners' code runs.

A worker is given the text of a few files, a socket, and an empty folder. layers.py closes off everything else before
any learner's code runs. Nothing here imports torch before a worker is asked for, so that the process that workers are
forked from can be started first.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from autograder.sandbox import gpu, limits
from autograder.sandbox.budget import Budget, Died
from autograder.sandbox.isolation import LIBRARY, NoRoom, layers_for, settings, with_modules
from autograder.sandbox.remove import remove

if TYPE_CHECKING:
    from autograder.sandbox.worker import Worker

ROOM = 1 << 30  # bytes that a worker must be able to hold: three times what the largest right answer needs
ON_GPU = "import torch\nx = torch.ones(8, 8, device='cuda')\nassert (x @ x).sum().item() == 512, 'a wrong product'"
# in the order of their imports
MODULES = "wire", "room", "layers", "snapshot", "proxies", "cells", "bars", "main"
ANOTHER = b"another"  # asks a forker for a forker; any other request names a worker's folder


class Forker:
    """A process from which workers are forked. It imports torch once, and runs no learner's code.

    process: None if another forker has forked it. Otherwise it may still be starting.
    control: the socket over which workers are requested.
    """

    def __init__(self, process: subprocess.Popen[bytes] | None, control: socket.socket):
        self.process, self.control, self.ready = process, control, process is None

    def wait(self) -> None:
        """Waits until it is ready. Raises RuntimeError with what it says if it says something else."""
        if self.process and not self.ready:
            _wait_for(self.process, self.control)
            self.ready = True

    def ask(self, request: bytes, kind: socket.SocketKind) -> socket.socket:
        """Has a process forked, and returns the socket to it."""
        mine, theirs = _pair(kind)
        with theirs:
            socket.send_fds(self.control, [request], [theirs.fileno()])
        return mine

    def end(self) -> None:
        """Ends it. One that another has forked ends by itself, when nobody can ask it any more."""
        self.control.close()
        if self.process:
            self.process.kill()
            self.process.wait()


@dataclass(frozen=True)
class Shared:
    """What other processes of ours need to get forkers of their own from a sandbox's forker.

    layers: those of the sandbox.
    control: the forker's socket.
    """

    layers: tuple[str, ...]
    control: socket.socket


class Sandbox:
    """Makes workers. Use it as a context manager.

    isolation: "auto" (every layer that this machine has) or "none".
    device: "cpu", or "cuda" for workers that see the GPU. Those are started one by one, because a process that has
        touched a GPU can't be forked.
    layers: used instead of those that the machine has.
    shared: the sandbox of another process, from which this one gets its layers and its forker.

    Raises NoLayers if "auto" can't keep learners' code from files or the network.
    """

    def __init__(self, isolation: str = "auto", device: str = "cpu", layers: Sequence[str] | None = None,
                 shared: Shared | None = None):
        self.above = shared if device == "cpu" else None
        layers = self.above.layers if self.above else layers
        self.layers = layers_for(isolation) if layers is None else tuple(layers)
        self.fork = hasattr(os, "fork") and sys.platform == "linux" and device == "cpu"
        self.device = device
        self.scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
        self.janitor = _janitor(self.scratch)
        self.first: Forker | None = None
        self.budget: Budget | None = None  # of the submission whose workers are made
        self.roomy = False  # is it known that workers can hold ROOM, or use the GPU?

    @property
    def isolation(self) -> str:
        """The layers in use, by the names that reports use."""
        return "+".join(self.layers) or "none"

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def worker(self) -> Worker:
        """Returns a new worker behind its layers, ready for its first question. Raises RuntimeError if no worker
        starts."""
        from autograder.sandbox.worker import Worker  # imports torch

        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        group = not {"seccomp", "namespaces"} & set(self.layers)
        if not self.fork:
            process, sock = self._start(folder)
            return Worker(sock, _wait_for(process, sock), folder, process, self.budget, group)
        forker = self._forker()
        forker.wait()
        try:
            sock = forker.ask(str(folder).encode(), socket.SOCK_STREAM)
            return Worker(sock, _first_word(sock), folder, budget=self.budget, group=group)
        except (RuntimeError, OSError):  # something stopped it, perhaps: the next worker gets another
            self._end_first()
            raise

    def get_ready(self) -> None:
        """Begins to start the process from which workers are forked, which takes a few seconds. `worker` waits for it.
        """
        if self.fork and not self.above:
            self._forker()

    def share(self) -> Shared | None:
        """Returns what another process needs for a sandbox like this one; None if workers are not forked here."""
        return Shared(self.layers, self._forker().control.dup()) if self.fork else None

    def _forker(self) -> Forker:
        if self.first is None or self.first.process and self.first.process.poll() is not None:
            self.first = self._from_above() or Forker(*self._start(self.scratch))
        return self.first

    def _from_above(self) -> Forker | None:
        """Returns a forker that the shared one has forked. Returns None if nothing is shared. If the shared one does
        not answer, or was asked before, it is left alone from then on."""
        above, self.above = self.above, None
        if above:
            with suppress(RuntimeError, OSError), above.control:
                forker = Forker(None, Forker(None, above.control).ask(ANOTHER, socket.SOCK_SEQPACKET))
                _first_word(forker.control)
                return forker
        return None

    def prove(self) -> None:
        """Makes sure, once, that a worker can hold ROOM, or that it can compute on the GPU. Memory is only looked at if
        workers are forked, because then it takes only milliseconds. Raises NoRoom if the worker can't, and RuntimeError
        if none starts."""
        if self.roomy:
            return
        if self.device != "cpu":
            try:
                said = self._failure(ON_GPU)
            except (RuntimeError, Died) as error:
                said = str(error)
            if said:
                raise NoRoom("Learners' code can't use this machine's GPU inside the sandbox, so right answers would "
                             "lose points and nothing is graded on it. Grade with `--device cpu`. The reason: " + said)
        elif self.fork and (said := self._failure(f"import torch\ntorch.empty({ROOM}, dtype=torch.uint8)")):
            raise NoRoom(f"Learners' code can't have {ROOM >> 30} GiB of memory on this machine, so right answers "
                         f"might lose points and nothing is graded on it. The reason: {said}. Is there a "
                         "limit on memory (`ulimit -v`), or is too little of it free? `autograder doctor --full` tries "
                         "more.")
        self.roomy = True

    def _failure(self, source: str) -> str:
        """Says why code of ours fails in a worker; empty if it doesn't."""
        worker = self.worker()
        worker.budget = None
        try:
            answer, _ = worker.ask({"op": "cell", "source": source, "number": 0})
        finally:
            worker.close()
        return answer["raised"]["message"] if answer["raised"] else ""

    def _start(self, folder: Path) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Returns a process that imports torch: the worker itself, or the process that forks workers."""
        # Messages, not a stream: several judges may ask one process for workers.
        mine, theirs = _pair(socket.SOCK_SEQPACKET if self.fork else socket.SOCK_STREAM)
        given = {"fork": self.fork, "device": self.device, "folder": str(folder), **settings(self.layers, self.device)}
        process = subprocess.Popen([sys.executable, "-I", "-c", _program(theirs.fileno(), given)],
                                   pass_fds=[theirs.fileno()], env=_environment(self.device), cwd=self.scratch,
                                   start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        theirs.close()
        return process, mine

    def _end_first(self) -> None:
        if self.first:
            self.first.end()
            self.first = None

    def close(self) -> None:
        self._end_first()
        remove(str(self.scratch))
        self.janitor.communicate()


def _pair(kind: socket.SocketKind) -> tuple[socket.socket, socket.socket]:
    """Returns a pair of sockets. With each message that comes out of the first one, the kernel says which process wrote
    it, by our ids (on Linux)."""
    mine, theirs = socket.socketpair(type=kind)
    if hasattr(socket, "SO_PASSCRED"):
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    return mine, theirs


def _wait_for(process: subprocess.Popen[bytes], sock: socket.socket) -> int:
    """Waits until a process that was started is ready, and returns its id, which may be that of a child. Raises
    RuntimeError with what it says if it says something else."""
    errors = cast(IO[bytes], process.stderr)  # it was started with a pipe for them
    try:
        ready = _first_word(sock)
    except (RuntimeError, OSError) as error:
        process.kill()
        raise RuntimeError(f"{error}\n{errors.read()[-2000:].decode(errors='replace')}") from error
    errors.close()
    return ready or process.pid


def _first_word(sock: socket.socket) -> int:
    """Returns the id of a worker that says "ready", or 0 if the system does not tell it. If it says something else,
    raises RuntimeError with that text."""
    sock.settimeout(limits.START)
    word, about, *_ = sock.recvmsg(4096, socket.CMSG_SPACE(struct.calcsize("3i")))
    if word != b"ready":
        raise RuntimeError(f"no worker starts: {word.decode(errors='replace') or 'it ended at once'}")
    if not about:
        return 0
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
    return struct.unpack("3i", about[0][2])[0]


def _janitor(folder: Path) -> subprocess.Popen:
    """Starts a process that waits until its standard input ends, which happens when this process ends, however it ends.
    Then it removes the folder."""
    return subprocess.Popen([sys.executable, "-I", "-S", remove.__code__.co_filename, str(folder)],
                            stdin=subprocess.PIPE, cwd="/",
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _environment(device: str) -> dict[str, str]:
    """Returns the environment of a worker, which holds nothing of the user's. TMPDIR is the worker's own folder, in
    which it starts. MALLOC_... makes freed blocks of a megabyte or more go back to the system at once, so that a peak
    of memory shows what was in use. LOGNAME and TORCHINDUCTOR_CACHE_DIR are there because some builds of torch ask for
    them when they are imported. Without them, torch would look for the user's name in a file that isn't there."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1",
                   "MPLBACKEND": "Agg",
                   "MPLCONFIGDIR": ".", "TMPDIR": ".", "LOGNAME": "nobody", "TORCHINDUCTOR_CACHE_DIR": ".",
                   "CUDA_VISIBLE_DEVICES": "",
                   "MALLOC_MMAP_THRESHOLD_": "1000000", "MALLOC_TRIM_THRESHOLD_": "1000000"}
    if device == "cuda":
        environment["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(gpu.library_folders())
    if os.name == "nt":  # Python doesn't start without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _program(descriptor: int, settings: dict[str, Any]) -> str:
    """Returns a Python program that holds the texts of the worker's modules. It imports nothing from the repository
    except attention_lab, and always the one that this process uses, whatever else is installed."""
    return (f"import sys; sys.path.insert(0, {str(LIBRARY.parent)!r})" + with_modules(MODULES)
            + f"worker.main.main({descriptor}, {settings!r})\n")
