"""Starts the processes in which learners' code runs, holds them to their limits, and ends them.

A worker is given the text of a few files, a socket, and an empty folder. layers.py closes off everything else before
any learner's code runs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

import psutil
from torch import Tensor

import attention_lab
from autograder.sandbox import gpu, limits
from autograder.sandbox.budget import Budget, Times, waited
from autograder.sandbox.isolation import NoRoom, layers_for, settings, with_modules
from autograder.sandbox.remove import remove
from autograder.worker import wire

PULSE = 0.02  # seconds between two looks at what a worker has used
THREADS = 64
ENDED = -1  # in the place of a descriptor
ROOM = 1 << 30  # bytes that a worker must be able to hold: three times what the largest right answer needs
ON_GPU = "import torch\nx = torch.ones(8, 8, device='cuda')\nassert (x @ x).sum().item() == 512, 'a wrong product'"
# in the order of their imports
MODULES = "wire", "room", "layers", "restore", "proxies", "cells", "bars", "main"

Remote = Callable[[dict[str, Any], dict[str, Tensor], Callable[[], None]], tuple[dict[str, Any], dict[str, Tensor]]]


class Died(Exception):
    """A worker has ended.

    kind: "cpu", "wall", "spent" or "budget" if time ran out (the first two for a question, the others for the whole
        notebook), "excess" (too many threads), "ended" (it stopped by itself), or "broken" (it gave no honest
        answer).
    """

    def __init__(self, kind: str, text: str):
        super().__init__(text)
        self.kind = kind


class _Watch:
    """Watches a worker while it works on one question. Calling it raises Died if a limit is exceeded.

    meanwhile: also called each time.
    subject: what the question's time is charged to.
    """

    def __init__(self, worker: Worker, meanwhile: Callable[[], object] | None, subject: str):
        self.worker, self.meanwhile, self.subject = worker, meanwhile, subject
        # What it has computed since its last answer, perhaps by a trick, counts for this question.
        self.began, self.used = replace(worker.times(), cpu=worker.seen), Times(0.0, 0.0, 0.0)
        self.looked = self.began.wall

    def __call__(self) -> None:
        now = time.monotonic()
        if now > self.worker.until:
            raise Died("budget", "the time for one notebook is over")
        if self.meanwhile:
            self.meanwhile()
        if now - self.looked < PULSE:  # most answers have come by then
            return
        self.looked = now
        self.measure()
        if self.worker.budget and (over := self.worker.budget.over(self.used, self.subject)):
            raise Died(*over)
        if self.used.cpu > limits.QUESTION_CPU:
            raise Died("cpu", f"more than {limits.QUESTION_CPU:g} seconds of computing")
        if self.used.own > limits.QUESTION_WALL:
            raise Died("wall", f"no answer within {limits.QUESTION_WALL:g} seconds")

    def measure(self) -> None:
        """Measures what the worker has used since the question was asked. Raises Died if it has too many threads."""
        self.worker.within_bounds()
        used = self.worker.times().since(self.began)
        if used.cpu >= self.used.cpu:  # otherwise the process has ended, and the kernel has forgotten what it used
            self.used = used


class Worker:
    """One process that runs one submission's cells. Answers `ask` until it dies. Between two questions it is stopped.
    """

    def __init__(self, sock: socket.socket, pid: int, folder: Path, child: subprocess.Popen | None = None,
                 budget: Budget | None = None, group: bool = True):
        self.group = group  # may it have started other processes?
        self.budget = budget  # of the submission that runs here
        self.sock, self.pid, self.folder, self.number = sock, pid, folder, 0
        self.until = float("inf")  # the time.monotonic() after which it is asked nothing more
        self.child = child  # set if this process itself started the worker, and no other process forked it
        self.process: psutil.Process | None = None
        with contextlib.suppress(psutil.Error):  # it may be over already
            self.process = psutil.Process(pid)
        # Its id may be another process's as soon as it has ended; this stays its own.
        self.handle = _handle(pid)
        self.seen = self.cpu_seconds()  # when it was last looked at: its start is nobody's fault
        sock.settimeout(PULSE)

    def ask(self, question: dict[str, Any] | wire.Packed, remote: Remote | None = None,
            meanwhile: Callable[[], object] | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Returns the answer to one question. Raises Died, and then the worker has ended.

        remote: answers the questions that the worker asks meanwhile. It is given a function to call while it waits, so
            that this worker is watched even then.
        meanwhile: such a function for this worker.
        """
        self.number = secrets.randbelow(1 << 53)  # so that nobody can answer a question before it is asked
        watch = _Watch(self, meanwhile, self._subject(question))
        try:
            watch()
            self._signal(signal.SIGCONT)
            packed = question if isinstance(question, wire.Packed) else wire.Packed(question)
            wire.send(self.sock, self.number, packed, watch)
            answer = self._answer(remote, watch)
            self._signal(signal.SIGSTOP)
            return answer
        except Died:
            self._end(watch)
            raise
        except (EOFError, ConnectionError) as error:
            self._end(watch)
            raise Died("ended", "the process ended") from error
        except Exception as error:  # whatever a hostile frame raises is the worker's end, not ours
            self._end(watch)
            raise Died("broken", f"{type(error).__name__}: {error}"[:400]) from error
        finally:
            self.seen = watch.began.cpu + watch.used.cpu
            if self.budget:
                self.budget.charge(watch.used, watch.subject)

    def _answer(self, remote: Remote | None, watch: _Watch) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Returns the worker's final answer, after its own questions. Raises ValueError for anything that is neither a
        question nor an answer."""
        while True:
            reply, out = wire.receive(self.sock, watch)
            if reply.pop("id", None) != self.number:
                raise ValueError("an answer to another question")
            (kind, content), = reply.items()
            if kind not in ("answer", "remote") or not isinstance(content, dict):
                raise ValueError(f"neither an answer nor a question: {str(kind)[:100]!r} with {type(content).__name__}")
            if kind == "answer":
                watch.measure()
                return content, out
            if remote is None:
                raise ValueError("a question, but nobody answers questions here")
            wire.send(self.sock, self.number, wire.Packed(*remote(content, out, watch)), watch)

    def _subject(self, question: dict[str, Any] | wire.Packed) -> str:
        """Returns the cell or exercise to which a question's time is charged."""
        if not self.budget:
            return ""
        if isinstance(question, dict) and question["op"] == "cell":
            return self.budget.cells[question["number"]]
        return self.budget.exercise

    def times(self) -> Times:
        return Times(time.monotonic(), self.cpu_seconds(), waited(self.pid))

    def within_bounds(self) -> None:
        """Raises Died if the worker has too many threads."""
        with contextlib.suppress(psutil.Error):
            if self.process and self.process.num_threads() > THREADS:
                raise Died("excess", f"more than {THREADS} threads")

    def cpu_seconds(self) -> float:
        """Returns the seconds that the worker and its children have computed."""
        with contextlib.suppress(psutil.Error):
            if self.process:
                used = self.process.cpu_times()
                return used.user + used.system + used.children_user + used.children_system
        return 0.0  # it has ended; the socket will say so

    def forget_peak(self) -> bool:
        """Resets the peak of the process's memory. Returns False if the system can't do that (only Linux can)."""
        try:
            Path(f"/proc/{self.pid}/clear_refs").write_text("5")
            return True
        except OSError:
            return False

    def resident(self) -> dict[str, int]:
        """Returns the process's memory in bytes: "VmRSS" is that of now, "VmHWM" that at its peak. Raises Died if it
        has ended."""
        if found := self._told("status", "VmRSS", "VmHWM"):
            return found
        raise Died("ended", "the process ended")

    def written(self) -> int:
        """Returns the bytes of memory that the process itself has written and still holds, whether or not they are
        swapped out. Memory that it shares with the process that forked it does not count, nor do pages of files that it
        has read, because it could give these back. Returns 0 if the system doesn't tell."""
        return sum(self._told("smaps_rollup", "Private_Dirty", "Swap").values())

    def _told(self, file: str, *names: str) -> dict[str, int]:
        """Returns the bytes that the kernel tells about the process, by name; empty if the process has ended."""
        try:
            lines = (line.partition(":") for line in Path(f"/proc/{self.pid}/{file}").read_text().splitlines())
            return {name: int(value.split()[0]) << 10 for name, _, value in lines if name in names}
        except OSError:
            return {}

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if self.handle is None:
                os.killpg(self.pid, number)
            elif self.handle != ENDED:
                signal.pidfd_send_signal(self.handle, number)

    def _end(self, watch: _Watch) -> None:
        with contextlib.suppress(Died):
            watch.measure()  # the last that can be known
        self.close()

    def close(self) -> None:
        """Ends the process with all processes that it started, and removes its folder."""
        self.sock.close()
        self._signal(signal.SIGKILL)
        if self.group:  # whose number stays taken while one of them lives
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        if self.handle not in (None, ENDED):
            os.close(self.handle)
            self.handle, self.group = ENDED, False
        if self.child:
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        if os.path.lexists(self.folder):  # until it has ended, it could put something in the place of what is removed
            with contextlib.suppress(psutil.Error):
                self.process and self.process.wait(limits.END)
            remove(str(self.folder))


class Sandbox:
    """Makes workers. Use it as a context manager.

    isolation: "auto" (every layer that this machine has) or "none".
    device: "cpu", or "cuda" for workers that see the GPU. Those are started one by one, because a process that has
        touched a GPU can't be forked.
    layers: used instead of those that the machine has.

    Raises NoLayers if "auto" can't keep learners' code from files or the network.
    """

    def __init__(self, isolation: str = "auto", device: str = "cpu", layers: Sequence[str] | None = None):
        self.layers = layers_for(isolation) if layers is None else tuple(layers)
        self.fork = hasattr(os, "fork") and sys.platform == "linux" and device == "cpu"
        self.device = device
        self.scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
        self.janitor = _janitor(self.scratch)
        self.first: tuple[subprocess.Popen[bytes], socket.socket] | None = None
        self.budget: Budget | None = None  # of the submission whose workers are made
        self.started = False  # has the first one said so?
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
        folder = Path(tempfile.mkdtemp(dir=self.scratch))
        group = not {"seccomp", "namespaces"} & set(self.layers)
        if not self.fork:
            process, sock = self._start(folder)
            return Worker(sock, _wait_for(process, sock), folder, process, self.budget, group)
        process, control = self._forker()
        if not self.started:
            _wait_for(process, control)
            self.started = True
        mine, theirs = _pair(socket.SOCK_STREAM)
        socket.send_fds(control, [str(folder).encode()], [theirs.fileno()])
        theirs.close()
        try:
            return Worker(mine, _first_word(mine), folder, budget=self.budget, group=group)
        except (RuntimeError, OSError):  # something stopped it, perhaps: the next worker gets another
            mine.close()
            self._end_first()
            raise

    def get_ready(self) -> None:
        """Begins to start the process from which workers are forked, which takes a few seconds. `worker` waits for it.
        """
        if self.fork:
            self._forker()

    def _forker(self) -> tuple[subprocess.Popen[bytes], socket.socket]:
        """Returns the process from which workers are forked, which may still be starting, and the socket over which
        workers are requested."""
        if self.first is None or self.first[0].poll() is not None:
            self.first, self.started = self._start(self.scratch), False
        return self.first

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
                         "limit on memory (`ulimit -v`), or is too little of it free? `autograder doctor` tries more.")
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
            process, control = self.first
            control.close()
            process.kill()
            process.wait()
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


def _handle(pid: int) -> int | None:
    """Returns a descriptor of a process. Returns ENDED if it has ended, and None if the system has no such thing (only
    Linux 5.3 or newer has), or if a container refuses it."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return ENDED
    except AttributeError:
        return None
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):
            raise
        return None


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
    library = str(Path(attention_lab.__file__).parents[1])
    return (f"import sys; sys.path.insert(0, {library!r})" + with_modules(MODULES)
            + f"worker.main.main({descriptor}, {settings!r})\n")
