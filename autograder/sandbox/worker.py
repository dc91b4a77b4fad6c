"""A worker as the judge sees it: a process that answers over a socket, is held to its limits, and is ended."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
from torch import Tensor

from autograder.sandbox import limits
from autograder.sandbox.budget import Budget, Died, Times, waited
from autograder.sandbox.remove import remove
from autograder.worker import wire

PULSE = 0.02  # seconds between two looks at what a worker has used
THREADS = 64
ENDED = -1  # in the place of a descriptor

Remote = Callable[[dict[str, Any], dict[str, Tensor], Callable[[], None]], tuple[dict[str, Any], dict[str, Tensor]]]


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
