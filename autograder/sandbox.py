"""Starts the processes in which learners' code runs, holds them to their limits, and ends them.

For now the wall is a process of its own with limits; what it is given is the text of three files, a socket and an empty folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from torch import Tensor

from . import wire

CPU_SECONDS = 10.0  # for one cell or one question
WALL_SECONDS = 45.0
START_SECONDS = 120.0
PULSE = 0.05  # seconds between two looks at what a worker has used
LIMITS = {"RLIMIT_AS": 8 << 30, "RLIMIT_CPU": 300, "RLIMIT_FSIZE": 16 << 20, "RLIMIT_NOFILE": 256, "RLIMIT_CORE": 0}
SOURCES = {"wire": "wire.py", "stand_ins": "stand_ins.py", "worker": "worker.py"}  # in the order of their imports
ISOLATIONS = ("auto", "none")

Remote = Callable[[dict[str, Any], dict[str, Tensor]], tuple[dict[str, Any], dict[str, Tensor]]]


class Died(Exception):
    """A worker is no more. kind: "cpu" or "wall" (out of time), "ended" (it stopped by itself), "broken" (no honest answer)."""

    def __init__(self, kind: str, text: str):
        super().__init__(text)
        self.kind = kind


class Worker:
    """One process that runs one submission's cells. Answers `ask` until it dies."""

    def __init__(self, sock: socket.socket, pid: int, folder: Path, child: subprocess.Popen | None = None):
        self.sock, self.pid, self.folder, self.number = sock, pid, folder, 0
        self.child = child  # where it is our own, and not forked by another
        self.process: psutil.Process | None = None
        with contextlib.suppress(psutil.Error):  # it may be over already
            self.process = psutil.Process(pid)
        sock.settimeout(PULSE)

    def ask(self, header: dict[str, Any], tensors: dict[str, Tensor] | None = None,
            remote: Remote | None = None) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The answer to one question. remote: answers what the worker asks meanwhile. Raises Died, and then the worker is gone."""
        self.number += 1
        began, spent = time.monotonic(), None

        def waiting() -> None:
            nonlocal spent
            passed = time.monotonic() - began
            if passed < PULSE:  # most answers have come by then
                return
            spent = self._cpu_seconds() if spent is None else spent
            if self._cpu_seconds() - spent > CPU_SECONDS:
                raise Died("cpu", f"more than {CPU_SECONDS:g} seconds of computing")
            if passed > WALL_SECONDS:
                raise Died("wall", f"no answer within {WALL_SECONDS:g} seconds")
        try:
            self._send({**header, "id": self.number}, tensors)
            while True:
                reply, out = wire.receive(self.sock, waiting)
                if reply["id"] != self.number:
                    raise ValueError(f"an answer to question {reply['id']!r} instead of {self.number}")
                if "remote" not in reply:
                    if not isinstance(reply["answer"], dict):
                        raise ValueError(f"an answer is an object, not {type(reply['answer']).__name__}")
                    return reply["answer"], out
                self._send(*remote(reply["remote"], out))
        except Died:
            self.close()
            raise
        except (EOFError, ConnectionError) as error:
            self.close()
            raise Died("ended", "the process ended") from error
        except Exception as error:  # whatever a hostile frame raises is the worker's end, not ours
            self.close()
            raise Died("broken", f"{type(error).__name__}: {error}"[:400]) from error

    def _send(self, header: dict[str, Any], tensors: dict[str, Tensor] | None) -> None:
        self.sock.settimeout(WALL_SECONDS)
        wire.send(self.sock, header, tensors)
        self.sock.settimeout(PULSE)

    def _cpu_seconds(self) -> float:
        """What the worker and its children have computed."""
        try:
            used = self.process.cpu_times()
            return used.user + used.system + used.children_user + used.children_system
        except (AttributeError, psutil.Error):
            return 0.0  # it has ended; the socket will say so

    def close(self) -> None:
        """End the process with all that it started, and empty its folder."""
        self.sock.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(self.pid, signal.SIGTERM)
        if self.child:
            self.child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Sandbox:
    """Makes workers. Use as a context manager.

    isolation: "auto" (the strongest wall that there is) or "none". device: "cpu", or "cuda" for workers that see the GPU: those
    are started one by one, because a process that has touched a GPU can't be forked, and without a limit on addresses, which
    CUDA reserves by the terabyte.
    """

    def __init__(self, isolation: str = "auto", device: str = "cpu"):
        if isolation not in ISOLATIONS:
            raise ValueError(f"isolation {isolation!r} is none of {', '.join(ISOLATIONS)}")
        self.walls = "limits" if isolation == "auto" and os.name == "posix" else "none"
        self.fork = hasattr(os, "fork") and sys.platform == "linux" and device == "cpu"
        self.device = device
        self.scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
        self.count, self.first = 0, None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def worker(self) -> Worker:
        """A new worker, ready for its first question. Raises RuntimeError where none starts."""
        self.count += 1
        folder = self.scratch / str(self.count)
        folder.mkdir()
        if not self.fork:
            process, sock = self._start(folder)
            return Worker(sock, process.pid, folder, process)
        if self.first is None or self.first[0].poll() is not None:
            self.first = self._start(folder)
        control, (mine, theirs) = self.first[1], socket.socketpair()
        socket.send_fds(control, [str(folder).encode()], [theirs.fileno()])
        theirs.close()
        return Worker(mine, int.from_bytes(control.recv(8), "little"), folder)

    def _start(self, folder: Path) -> tuple[subprocess.Popen, socket.socket]:
        """A process with torch imported: the worker itself, or the one that forks them."""
        limits = {} if self.walls == "none" else {k: v for k, v in LIMITS.items() if not (self.device == "cuda" and k == "RLIMIT_AS")}
        settings = {"fork": self.fork, "folder": str(folder), "limits": limits}
        mine, theirs = socket.socketpair()
        process = subprocess.Popen([sys.executable, "-I", "-c", _program(theirs.fileno(), settings)], pass_fds=[theirs.fileno()],
                                   env=_environment(self.device), cwd=self.scratch, start_new_session=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        theirs.close()
        mine.settimeout(START_SECONDS)
        try:
            ready = mine.recv(5)
        except TimeoutError:
            ready = b""
        if ready != b"ready":
            process.kill()
            raise RuntimeError(f"no worker starts:\n{process.stderr.read().decode(errors='replace')[-2000:]}")
        process.stderr.close()
        return process, mine

    def close(self) -> None:
        if self.first:
            process, control = self.first
            control.close()
            process.kill()
            process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _environment(device: str) -> dict[str, str]:
    """What a worker finds in its environment: nothing of the user's."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg",
                   "MPLCONFIGDIR": "/nonexistent", "CUDA_VISIBLE_DEVICES": ""}
    if device == "cuda":
        environment["CUDA_VISIBLE_DEVICES"] = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    if os.name == "nt":  # Python doesn't start without it
        environment["SYSTEMROOT"] = os.environ["SYSTEMROOT"]
    return environment


def _program(descriptor: int, settings: dict[str, Any]) -> str:
    """A Python program that holds the texts of the worker's modules: it imports nothing of the repository."""
    texts = {name: Path(__file__).with_name(file).read_text(encoding="utf-8") for name, file in SOURCES.items()}
    return f"""
import sys, types
for name, text in {texts!r}.items():
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, f"<{{name}}>", "exec"), vars(module))
sys.modules["worker"].main({descriptor}, {settings!r})
"""
