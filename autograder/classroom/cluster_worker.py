"""The functions that a Dask worker runs for `autograder grade --cluster`. The worker has a pool of judges for each run.
The judges use the same sandbox as on any other machine.

`cluster.ClusterPool` calls these functions over the scheduler's connection. The class's seed comes with `begin`, and is
kept only in memory. Dask writes the arguments of a call that fails to its log, so Settings don't show their seed.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from nbformat import NotebookNode, from_dict

from autograder.classroom.pool import File, Pool
from autograder.classroom.ready import get_ready
from autograder.judge.depends import unchanged
from autograder.judge.identity import identity
from autograder.judge.settings import Settings
from autograder.sandbox.sandbox import Sandbox

IDLE = 900.0  # seconds without a job after which another run's beginning ends a run, whose command was killed


@dataclass(repr=False)
class Job:
    """A submission: its notebook as JSON, or a file's content and name. The notebook from which missing answers are
    taken is in it too, as JSON."""

    content: bytes
    file: str | None
    lesson: str | None
    solved: bytes | None

    def task(self) -> tuple[NotebookNode | File, str | None, NotebookNode | None]:
        submission = (
            File(Path(self.file), self.content) if self.file is not None else from_dict(json.loads(self.content))
        )
        return submission, self.lesson, from_dict(json.loads(self.solved)) if self.solved else None


@dataclass
class Run:
    pool: Pool
    used: float


RUNS: dict[str, Run] = {}


class NoSuchRun(Exception):
    """This worker process does not know the run, because it was started later, or because the run was idle for a long
    time."""


class CodeChanged(Exception):
    """The code on this machine's disk has changed since the judges started."""


def knows_jobs() -> None:
    """Does nothing. A call from another machine fails if the process that is called can't import this module."""


async def who(settings: Settings) -> dict[str, str]:
    """Returns this machine's `identity`.

    Raises the errors of `identity`, ValueError if the worker is not allowed to start processes, and NoRoom if learners'
    code can't have the memory that it needs here.
    """
    if multiprocessing.current_process().daemon:
        raise ValueError("its process is not allowed to start others: start it with "
                         "DASK_CONFIG=docs/cluster.yaml, or with --no-nanny")
    get_ready(settings.isolation)
    known = await asyncio.to_thread(identity, settings)
    await asyncio.to_thread(_prove, settings.isolation)
    return known


def _prove(isolation: str) -> None:
    with Sandbox(isolation) as sandbox:
        sandbox.prove()


async def begin(run: str, settings: Settings, jobs: int) -> None:
    """Gets a pool of `jobs` judges ready for a run. The settings hold the class's seed."""
    for other in [name for name, each in RUNS.items() if time.monotonic() - each.used > IDLE]:
        await leave(other)
    if run not in RUNS:
        RUNS[run] = Run(Pool(jobs, settings), time.monotonic())


async def leave(run: str) -> None:
    """Ends a run's judges, whatever they are doing, and forgets its seed."""
    if run in RUNS:
        await asyncio.to_thread(RUNS.pop(run).pool.__exit__)


def judged(run: str, job: Job) -> bytes:
    """Returns the result as JSON. Raises NoSuchRun, CodeChanged, and the errors of the pool's future."""
    if run not in RUNS:
        raise NoSuchRun
    known = RUNS[run]
    known.used = time.monotonic()
    result = known.pool.submit(*job.task()).result()
    known.used = time.monotonic()
    if not unchanged():
        raise CodeChanged
    return json.dumps(asdict(result)).encode("ascii")
