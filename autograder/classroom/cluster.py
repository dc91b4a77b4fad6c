"""Judges on other machines: the jobs of a pool are sent to the workers of a Dask cluster."""

from __future__ import annotations

import ipaddress
import json
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbformat import NotebookNode

from autograder.classroom import cluster_worker
from autograder.classroom.cluster_worker import CodeChanged, Job, NoSuchRun
from autograder.intake.files import content
from autograder.judge.cache import result_from
from autograder.judge.identity import differences, identity
from autograder.judge.judge import Result
from autograder.judge.seed import class_seed
from autograder.judge.settings import USUAL, Settings
from autograder.lessons.course import INSTALLED, document
from autograder.sandbox.isolation import NoRoom
from autograder.submission.parse import Unreadable

LOOK = 0.5  # seconds between two checks of which workers there are
# seconds to wait for a scheduler's answer, for the first worker, or for another worker when the last one is gone
PATIENCE = 30.0
END_SECONDS = 5.0  # for the workers to hear that the run has ended
TRIES = 3  # how many workers may be lost while they grade one submission
LOUD = (
    "it logs every message, so the class's seed would be in its log: start it without Dask's debug log level"
)
LOST = "Not graded: {} workers were lost while they graded this notebook. Run the same command to try again."
# A function and its arguments. A logger is sent as its name, so the other process uses its own.
LOGS_MESSAGES = logging.Logger.isEnabledFor, logging.getLogger("distributed.core"), logging.DEBUG
INSTALL = "--cluster needs Dask: " + ("pip install 'distributed>=2026.1'" if INSTALLED else
                                      ".venv/bin/python -m pip install -c constraints.txt --group cluster")


class NoWorkers(ValueError):
    """No worker of the cluster can judge, or none is left."""


class Lost(Exception):
    """A worker was lost before it was done."""


@dataclass(frozen=True)
class Worker:
    """A worker's process. Its folder distinguishes it from a later process at the same address."""

    address: str
    folder: str


@dataclass(eq=False)
class Waiting:
    """A job and its result."""

    job: Job
    began: Callable[[], object] | None
    future: Future[Result]
    lost: int = 0


class ClusterPool:
    """Grades notebooks on the workers of the Dask scheduler at `address`; otherwise it is like Pool. Use it as a
    context manager.

    say: called with a sentence for each worker that is left out.

    Raises ValueError for an address where others could listen. When it is entered, raises ValueError if the scheduler
    does not answer. Raises NoWorkers if no worker can give the verdicts that this machine would give, or if the class's
    seed would get into a log.
    """

    def __init__(self, address: str, settings: Settings = USUAL, say: Callable[[str], object] = print):
        self.address, self.settings, self.say = safe_address(address), settings, say
        self.run = secrets.token_hex(8)
        self.members: set[Worker] = set()
        self.refused: dict[Worker, str] = {}
        self.jobs: deque[Waiting] = deque()
        self.change = threading.Condition()  # of jobs, members, closed and ended
        self.closed, self.ended = False, ""
        self.last_seen = 0.0  # the last time at which there was a member

    def __enter__(self) -> ClusterPool:
        self.here = identity(self.settings)
        seed = self.settings.seed or class_seed(self.settings.seed_file)
        self.private = replace(self.settings, seed=seed)
        self.client = _client(self.address)
        self.last_seen = time.monotonic()
        try:
            if self.client.run_on_scheduler(*LOGS_MESSAGES):
                raise NoWorkers(f"the scheduler {self.address} is not used: {LOUD}")
            self._introduce()
            self._meet()
            while not self.members and not self.refused and time.monotonic() - self.last_seen < PATIENCE:
                time.sleep(LOOK)
                self._meet()
            if not self.members:
                raise NoWorkers(self._nobody())
        except BaseException:
            self.__exit__()
            raise
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        with self.change:
            self.closed = True
            waiting, addresses = list(self.jobs), [worker.address for worker in self.members]
            self.jobs.clear()
            self.change.notify_all()
        for each in waiting:
            each.future.cancel()
        parting = threading.Thread(target=self._part, args=[addresses], daemon=True)
        parting.start()
        parting.join(END_SECONDS)
        with suppress(Exception):
            self.client.close(timeout=END_SECONDS)

    def submit(self, submission: NotebookNode | Path, lesson: str | None = None, solved: NotebookNode | None = None,
               began: Callable[[], object] | None = None) -> Future[Result]:
        """Submits a notebook, as Pool does. The future raises NoWorkers when the last worker has gone and no other one
        has come."""
        future: Future[Result] = Future()
        try:
            job = _job(submission, lesson, solved)
        except Unreadable as error:
            future.set_result(Result(None, self.here["sandbox"], self.here["device"], error=f"{submission} {error}"))
            return future
        with self.change:
            if self.closed:
                raise RuntimeError("the pool is closed")
            if self.ended:
                future.set_exception(NoWorkers(self.ended))
            else:
                self.jobs.append(Waiting(job, began, future))
                self.change.notify()
        return future

    def _introduce(self) -> None:
        """Makes sure that Dask's scheduler, which reads each job before it passes it on, can read the course's jobs.
        Raises NoWorkers if it can't."""
        try:
            self.client.run_on_scheduler(cluster_worker.knows_jobs)
        except Exception as error:
            raise NoWorkers(f"the scheduler {self.address} can't read the course's jobs ({type(error).__name__}: "
                            f"{error}): start it in the repository's folder, after `export "
                            "DASK_CONFIG=docs/cluster.yaml`") from error

    def _look(self) -> None:
        while not self.closed:
            self._meet()
            if self.members:
                self.last_seen = time.monotonic()
            elif time.monotonic() - self.last_seen > PATIENCE:
                self._give_up()
                return
            time.sleep(LOOK)

    def _meet(self) -> None:
        """Finds out which workers have come and which have gone."""
        try:
            # Not scheduler_info(): what it returns may just have been replaced by a summary that names no workers.
            workers = self.client.sync(self.client.scheduler.identity, n_workers=-1)["workers"]
        except Exception:  # the scheduler itself may be gone: then so are they
            workers = {}
        present = {Worker(address, about["local_directory"]): about["nthreads"] for address, about in workers.items()}
        with self.change:
            self.members &= set(present)
            new = [worker for worker in present if worker not in self.members and worker not in self.refused]
        if new:
            with ThreadPoolExecutor(len(new)) as together:
                list(together.map(self._admit, new, map(present.get, new)))

    def _admit(self, worker: Worker, threads: int) -> None:
        """Lets a worker take part if it is like this machine and has enough memory; otherwise says why it can't."""
        try:
            safe_address(worker.address)
            wrong = LOUD if self._ask(worker, *LOGS_MESSAGES) else differences(
                self.here, self._ask(worker, cluster_worker.who, replace(self.settings, seed=None)))
            if not wrong:
                self._ask(worker, cluster_worker.begin, self.run, self.private, threads)
        except OSError:  # it has gone again
            return
        except Exception as error:
            wrong = str(error) or type(error).__name__
        if wrong:
            self._leave_out(worker, wrong)
            return
        with self.change:
            self.members.add(worker)
        for _ in range(threads):
            threading.Thread(target=self._serve, args=[worker], daemon=True).start()

    def _leave_out(self, worker: Worker, wrong: str) -> None:
        """Gives a worker no more jobs, and says why, once."""
        with self.change:
            known = worker in self.refused
            self.members.discard(worker)
            self.refused[worker] = wrong
            self.change.notify_all()
        if not known:
            self.say(f"The worker {worker.address} is left out: {wrong}")

    def _ask(self, worker: Worker, function: Callable[..., Any], *arguments: Any) -> Any:
        return self.client.run(function, *arguments, workers=[worker.address])[worker.address]

    def _serve(self, worker: Worker) -> None:
        """Gives a worker one job after another, for as long as it is there."""
        while True:
            with self.change:
                self.change.wait_for(lambda: self.jobs or self.closed or worker not in self.members)
                if self.closed or worker not in self.members:
                    self.change.notify()  # wakes another worker, in case this one was woken for a job
                    return
                waiting = self.jobs.popleft()
            if not waiting.future.running() and not waiting.future.set_running_or_notify_cancel():
                continue
            if waiting.began:
                waiting.began()
            try:
                result = self._judge(worker, waiting.job)
            except Lost:
                waiting.lost += 1
                self._return(worker, waiting)
            except NoRoom as error:  # its memory was enough when it was admitted
                self._leave_out(worker, str(error))
                self._return(worker, waiting)
            except Exception as error:
                waiting.future.set_exception(error)
            else:
                waiting.future.set_result(result)

    def _judge(self, worker: Worker, job: Job) -> Result:
        done = threading.Event()
        future = self.client.submit(cluster_worker.judged, self.run, job, key=f"judge-{secrets.token_hex(8)}",
                                    workers=[worker.address],
                                    allow_other_workers=False, pure=False, retries=0)
        future.add_done_callback(lambda _: done.set())
        while not done.wait(LOOK):
            if self.closed or worker not in self.members:
                with suppress(Exception):
                    future.cancel()
                raise Lost
        if future.status != "finished":
            error = future.exception() if future.status == "error" else None
            if (
                error is None
                or isinstance(error, (NoSuchRun, CodeChanged))
                or type(error).__module__.startswith("distributed")
            ):
                raise Lost from error
            raise error
        return result_from(json.loads(future.result()))

    def _return(self, worker: Worker, waiting: Waiting) -> None:
        """Gives a job that a worker could not finish to another worker."""
        with self.change:
            self.members.discard(worker)  # if the worker is still there, it will be found again
            if not (self.closed or self.ended or waiting.lost >= TRIES):
                self.jobs.appendleft(waiting)
                self.change.notify_all()
                return
        if self.closed:
            waiting.future.set_exception(Lost())
        elif self.ended:
            waiting.future.set_exception(NoWorkers(self.ended))
        else:
            lost = LOST.format(waiting.lost)
            waiting.future.set_result(Result(waiting.job.lesson, self.settings.isolation, self.settings.device,
                                             error=lost))

    def _give_up(self) -> None:
        with self.change:
            self.ended = self._nobody()
            waiting = list(self.jobs)
            self.jobs.clear()
        self.say(self.ended)
        for each in waiting:
            if each.future.running() or each.future.set_running_or_notify_cancel():
                each.future.set_exception(NoWorkers(self.ended))

    def _nobody(self) -> str:
        left_out = "; ".join(f"{worker.address} was left out: {wrong}" for worker, wrong in self.refused.items())
        return f"no worker of the cluster {self.address} can judge" + (f" ({left_out})"
                                                                    if left_out
                                                                    else f": none came within {PATIENCE:g} s")

    def _part(self, addresses: list[str]) -> None:
        with suppress(Exception):
            self.client.run(cluster_worker.leave, self.run, workers=addresses, on_error="ignore")


def safe_address(address: str) -> str:
    """Returns the address if nobody else can listen to what is sent there. Raises ValueError if somebody could."""
    parts = urlsplit(address)
    if parts.scheme not in ("tls", "tcp") or not parts.hostname:
        raise ValueError(f"{address!r} is not the address of a cluster: an address looks like tls://HOST:8786")
    if parts.scheme == "tcp" and not _is_here(parts.hostname):
        raise ValueError(f"{address} is refused: without encryption, anybody on the network could read the class's "
                         "seed and send code to be run. Use tls:// with certificates, as "
                         f"{document('docs/instructors/cluster.md')} shows; tcp:// is only for this machine")
    return address


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _client(address: str) -> Any:
    try:
        from distributed import Client, Security
    except ImportError:
        raise ValueError(INSTALL) from None
    security = Security() if address.startswith("tls:") else None
    ours = security.get_tls_config_for_role("client") if security else None
    if ours and not (ours["ca_file"] and ours["cert"]):
        raise ValueError("the cluster's certificates are not set up: first run `export DASK_CONFIG=docs/cluster.yaml` "
                         f"({document('docs/instructors/cluster.md')})")
    try:
        return Client(address, security=security, timeout=PATIENCE, set_as_default=False)
    except OSError as error:
        raise ValueError(
            f"the scheduler {address} does not answer, or refuses this machine's certificate: {error}"
        ) from error


def _job(submission: NotebookNode | Path, lesson: str | None, solved: NotebookNode | None) -> Job:
    """Raises Unreadable."""
    answers = json.dumps(solved).encode("ascii") if solved is not None else None
    if isinstance(submission, Path):
        return Job(content(submission), str(submission), lesson, answers)
    return Job(json.dumps(submission).encode("ascii"), None, lesson, answers)
