"""`python -m benchmarks.cluster`: a class judged by 1, 2 and 4 workers of a Dask cluster on this machine, with what a
submission costs.

Scheduler and workers are processes of their own on `localhost`, without TLS.
Processor time is that of the worker and all that it started.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from autograder.classroom.cluster import ClusterPool
from autograder.judge.settings import Settings
from tests.classroom.pupils import LESSON, ROOT, notebook_of

from .submissions import solved, submissions

PORT = 18786


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="submissions (%(default)s)")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], help="how many, run after run")
    options = parser.parse_args()
    people = [notebook_of(pupil) for pupil in submissions(options.count)]
    table = Table("workers", "seconds", "submissions a second", "CPU s a submission", box=None)
    with tempfile.TemporaryDirectory() as folder:
        seed_file = Path(folder, "seed")
        for workers in options.workers:
            with _cluster(workers) as processes:
                with ClusterPool(f"tcp://127.0.0.1:{PORT}", Settings(seed_file=seed_file)) as pool:
                    while len(pool.members) < workers:
                        time.sleep(0.1)
                    for future in [pool.submit(notebook_of(solved(number)), LESSON) for number in range(4 * workers)]:
                        future.result()  # every judge has started
                    spent, began = _computed(processes), time.perf_counter()
                    for future in [pool.submit(notebook, LESSON) for notebook in people]:
                        assert future.result().error is None
                    took, spent = time.perf_counter() - began, _computed(processes) - spent
            table.add_row(str(workers), f"{took:.1f}", f"{len(people) / took:.1f}", f"{spent / len(people):.3f}")
    Console().print(f"{len(people)} submissions of {LESSON}, {os.cpu_count()} cores, load before: "
                    f"{os.getloadavg()[0]:.1f}")
    Console().print(table)


@contextmanager
def _cluster(workers: int) -> Iterator[list[psutil.Process]]:
    """The processes of a scheduler and its workers, one judge each."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "course")])}
    quiet = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = [sys.executable, "-m"]
    processes = [subprocess.Popen([*run, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(PORT)],
                                  **quiet)]
    try:
        processes += [subprocess.Popen([*run, "distributed.cli.dask_worker", f"tcp://127.0.0.1:{PORT}", "--no-nanny",
                                        "--nthreads", "1"],
                                       **quiet) for _ in range(workers)]
        yield [psutil.Process(process.pid) for process in processes]
    finally:
        for process in reversed(processes):  # a worker that loses its scheduler while it ends may never end
            process.terminate()
            process.wait()


def _computed(processes: list[psutil.Process]) -> float:
    """Seconds, with those of processes that have ended in between (a submission's own is one of these)."""
    total = 0.0
    for process in processes:
        for each in [process, *process.children(recursive=True)]:
            try:
                total += sum(each.cpu_times()[:4])
            except psutil.Error:
                pass
    return total


if __name__ == "__main__":
    main()
