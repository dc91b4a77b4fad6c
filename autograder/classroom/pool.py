"""Judge processes, which grade several notebooks at the same time."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import psutil
import torch
from nbformat import NotebookNode

from autograder.classroom.ready import START, share_sandbox, undisturbed
from autograder.intake import reader
from autograder.intake.files import read
from autograder.judge.judge import Judge, Result
from autograder.judge.settings import USUAL, Settings
from autograder.sandbox.isolation import NoRoom
from autograder.sandbox.sandbox import Shared
from autograder.submission.parse import Unreadable

END_SECONDS = 5.0  # that a judge process has to end in order
TRIES = 2  # a judge process may end during a notebook by accident
DIED = (
    "The process that graded this notebook ended {} times before it was done: too little memory, or a crash inside"
    " torch?"
)
FAILED = "Not graded: the grader could not work on this machine: {}"  # a program or a file is missing, the disk is full
# What the trusted side may need for one notebook. Its own work is small, but it reads what strangers wrote.
COMPUTING, LONGEST = 60.0, 600.0  # seconds of the judge's process, seconds by the clock
MEMORY = 600 << 20  # bytes of it, in addition to what it held before, which with some builds of torch is a gigabyte
GPU_MEMORY = 3 << 30  # and on a GPU for what CUDA's libraries load when they are first used
# After so many seconds a notebook keeps no other one waiting: most probably it sleeps, and is left beside the others
# until its limits end it.
ASIDE = 8.0
LOOK = 0.1  # seconds between two checks of its use of time and memory
# What a process says before and after it draws. A class's hidden questions are drawn once, and no notebook's time goes
# into it.
DRAWING, DRAWN = "drawing", "drawn"
WAIT = 3.0  # after so many seconds, somebody who waits for the questions is told so
DRAWS = "Drawing this class's hidden questions, once for each lesson. This takes some seconds."
TOO_MUCH = "Not graded: the process that graded this notebook needed more than {}. Please look at the notebook."


@dataclass(frozen=True)
class File:
    """A file from another machine, with its name there and its content."""

    path: Path
    data: bytes


Submission = NotebookNode | Path | File


class Pool:
    """Grades notebooks in up to `jobs` processes, each with its own judge. Beside a notebook that takes long, there is
    one more, but not on a GPU, whose memory two jobs may have filled. The processes start when they are needed. Use it
    as a context manager: at its end, the processes end, whatever they are doing.

    log: the file for what the processes print.
    say: called with a sentence when something takes long.
    """

    def __init__(self, jobs: int, settings: Settings = USUAL, log: Path | None = None,
                 say: Callable[[str], object] = lambda sentence: None):
        self.settings, self.log = settings, log
        self.say = cache(say)  # says it once, however many processes draw
        self.most = jobs + (settings.device == "cpu" or not torch.cuda.is_available())
        self.threads = ThreadPoolExecutor(self.most)  # each waits for one process, or for its turn
        self.turns = threading.Semaphore(jobs)
        self.free: queue.SimpleQueue[JudgeProcess] = queue.SimpleQueue()
        self.processes: list[JudgeProcess] = []
        self.starting, self.closed = threading.Lock(), False
        # One process draws, and the others find what it has kept. What is drawn from a given seed is not kept.
        self.drawing: AbstractContextManager = contextlib.nullcontext() if settings.seed else threading.Lock()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: Any) -> None:
        with self.starting:
            self.closed = True
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.turns.release(self.most)  # whoever waits for a turn is told that the pool is closed
        for process in self.processes:
            process.process.terminate()
        for process in self.processes:
            process.end()
        self.threads.shutdown()

    def submit(self, submission: Submission, lesson: str | None = None, solved: NotebookNode | None = None,
               began: Callable[[], object] | None = None) -> Future[Result]:
        """Returns the future result of Judge.grade. The result has an error if the file is not a notebook, or if no
        process survives it.

        The future raises NoRoom. If no judge can work with these settings, it raises the errors of Judge.

        began: called when a process starts on it.
        """
        return self.threads.submit(self._grade, (submission, lesson, solved), began)

    def _grade(self, task: tuple[Submission, str | None, NotebookNode | None],
               began: Callable[[], object] | None) -> Result:
        self.turns.acquire()
        held = iter([self.turns])

        def give_way() -> None:  # once
            for turns in held:
                turns.release()

        try:
            return self._result(task, began, give_way)
        finally:
            give_way()

    def _result(self, task: tuple[Submission, str | None, NotebookNode | None],
                began: Callable[[], object] | None, give_way: Callable[[], None]) -> Result:
        why = DIED.format(TRIES)
        for _ in range(TRIES):
            process = self._process()
            try:
                if not process.ready:
                    process.begin()
                if began:
                    began()
                result = process.ask(task, self.drawing, self.say, give_way)
            except (EOFError, OSError) as error:
                if isinstance(error, OSError) and not isinstance(error, ConnectionError):
                    why = FAILED.format(error)
                process.end()
                continue
            except TooMuch as error:
                process.end()
                return Result(task[1], self.settings.isolation, self.settings.device, error=TOO_MUCH.format(error))
            except Exception:
                process.end()
                raise
            if process.is_swollen():
                process.end()
            else:
                self.free.put(process)
            return result
        return Result(task[1], self.settings.isolation, self.settings.device, error=why)

    def _process(self) -> JudgeProcess:
        """Returns a free process, or a new one. Each thread holds one at most."""
        with contextlib.suppress(queue.Empty):
            return self.free.get_nowait()
        with self.starting:
            if self.closed:
                raise RuntimeError("the pool is closed")
            process = JudgeProcess(self.settings, self.log)
            self.processes.append(process)
            return process


class TooMuch(Exception):
    """A judge process needs more for a notebook than it may use. The message says of what."""


class JudgeProcess:
    """One process with a judge. Its methods raise EOFError or OSError if it ends."""

    def __init__(self, settings: Settings, log: Path | None):
        self.connection, theirs = START.Pipe()
        self.process = START.Process(target=_serve, args=(theirs, settings, log, share_sandbox(settings.isolation)),
                                     daemon=True)
        with undisturbed():
            self.process.start()
        theirs.close()
        self.ready = False
        self.most = MEMORY + (GPU_MEMORY if settings.device != "cpu" and torch.cuda.is_available() else 0)

    def begin(self) -> None:
        """Waits until the process has started. If no judge can work with these settings, raises the same errors as
        Judge."""
        if error := self.connection.recv():
            raise error
        self.base_memory = self._resident()
        self.ready = True

    def ask(self, task: tuple[Submission, str | None, NotebookNode | None], drawing: AbstractContextManager,
            say: Callable[[str], object], give_way: Callable[[], None]) -> Result:
        """Has a notebook graded. Raises TooMuch or NoRoom; the process must then be ended.

        drawing: the context in which the process may draw hidden questions.
        give_way: called when the notebook takes long.
        """
        self.connection.send(task)
        while (message := self._receive(give_way)) == DRAWING:
            before = self._resident()
            timer = threading.Timer(WAIT, say, [DRAWS])
            timer.daemon = True
            timer.start()
            try:
                with drawing:
                    self.connection.send(None)
                    self._receive()  # until it says DRAWN
            finally:
                timer.cancel()
            self.base_memory += max(0, self._resident() - before)  # the questions are the class's, not this notebook's
        if isinstance(message, (NoRoom, OSError)):
            raise message
        return message

    def is_swollen(self) -> bool:
        """Says whether a notebook has left so much memory in use that it would count against the next notebooks."""
        return self._resident() - self.base_memory > self.most / 2

    def _receive(self, give_way: Callable[[], None] | None = None) -> Any:
        """Returns the next message of the process. give_way: given if it now works on a notebook, with a notebook's
        limits."""
        bounded = give_way is not None
        began, spent = time.monotonic(), self._cpu_seconds()
        while not self.connection.poll(LOOK):
            if bounded and self._cpu_seconds() - spent > COMPUTING:
                raise TooMuch(f"{COMPUTING:g} seconds of computing")
            if bounded and self._resident() - self.base_memory > self.most:
                raise TooMuch(f"{self.most >> 20} MB of memory")
            if bounded and time.monotonic() - began > LONGEST:
                raise TooMuch(f"{LONGEST:g} seconds")
            if give_way and time.monotonic() - began > ASIDE:
                give_way()
        return self.connection.recv()

    def _cpu_seconds(self) -> float:
        try:
            used = psutil.Process(self.process.pid).cpu_times()
            return used.user + used.system
        except psutil.Error:
            return 0.0  # it has ended; the connection will say so

    def _resident(self) -> int:
        try:
            return psutil.Process(self.process.pid).memory_info().rss
        except psutil.Error:
            return 0

    def end(self) -> None:
        self.process.terminate()
        self.process.join(END_SECONDS)
        self.process.kill()
        self.process.join()


def _serve(connection: Connection, settings: Settings, log: Path | None, workers: Shared | None) -> None:
    """Grades the notebooks that come over the connection, until the other side ends."""
    _leave_the_terminal()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the judge then ends its workers
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)  # the process that records comes first: everything waits for it in the end
    if log:
        with open(log, "ab") as file:
            os.dup2(file.fileno(), 1), os.dup2(file.fileno(), 2)

    @contextlib.contextmanager
    def drawing():
        connection.send(DRAWING)
        connection.recv()  # when it may
        yield
        connection.send(DRAWN)

    try:
        judge = Judge(settings, drawing, workers)
        judge.sandboxes["cpu"].get_ready()
    except Exception as error:  # there can be no judge with these settings
        connection.send(error)
        return
    connection.send(None)
    with judge, contextlib.suppress(EOFError, OSError):
        while True:
            task = connection.recv()
            try:
                answer: Result | NoRoom | OSError = result_of(judge, *task)
            except (NoRoom, OSError) as error:
                answer = error
            connection.send(answer)


def _leave_the_terminal() -> None:
    if hasattr(os, "setsid"):
        os.setsid()
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # drops an interrupt that came meanwhile
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, handler)


def _end_with_parent() -> None:
    """Ends this process soon after its parent. If the parent was killed, the connection is closed, but a judge notices
    only after the notebook that it is grading."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_SECONDS)  # Python hears a signal only between two steps of its own
    os.kill(os.getpid(), signal.SIGKILL)


def result_of(judge: Judge, submission: Submission, lesson: str | None = None,
              solved: NotebookNode | None = None) -> Result:
    """Returns the result for a notebook, or for the notebook in a file. It does so whatever the file holds, and
    whatever happens to the judge. Raises NoRoom."""
    try:
        return judge.grade(_notebook(submission), lesson, solved)
    except Unreadable as error:
        return Result(None, judge.isolation, judge.device, error=str(error))


def _notebook(submission: Submission) -> NotebookNode:
    if isinstance(submission, Path):
        return read(submission)
    if isinstance(submission, File):
        try:
            return reader.notebook(submission.data)
        except Unreadable as error:
            raise Unreadable(f"{submission.path} {error}") from error
    return submission
