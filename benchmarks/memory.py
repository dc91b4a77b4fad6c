"""The largest memory that a command and all processes below it hold together."""

from __future__ import annotations

import contextlib
import subprocess
import time

import psutil

from .courses import Class

EVERY = 0.05  # seconds


def peak(course: Class, command: list[str]) -> float:
    """MiB of the whole tree of processes at its largest, looked at every 50 ms. What processes share is counted once
    (PSS), so that a fork is not charged for torch a second time."""
    process = subprocess.Popen(command, cwd=course.folder, env=course.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    root, largest = psutil.Process(process.pid), 0.0
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):  # the command itself has ended
            largest = max(largest, sum(map(_mib, [root, *root.children(recursive=True)])))
        time.sleep(EVERY)
    if process.returncode not in (0, 1):  # `autograder check` ends with 1 where somebody lost points
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return largest


def _mib(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / 2**20
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return 0.0
