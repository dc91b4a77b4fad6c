"""Time in tests. No test asserts how long something takes by the clock, which on a busy machine says nothing: a test
asks what was computed, or what came first. A clock only ends what hangs."""

import contextlib
import os
import time
from collections.abc import Callable, Iterable

import psutil

HANG_SECONDS = 300.0  # nothing that a test waits for takes that long, on any machine


def comes_true(ready: Callable[[], object]) -> bool:
    """Wait until `ready` gives something true. Returns False if that hangs."""
    ends = time.monotonic() + HANG_SECONDS
    while not ready():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


def computed() -> float:
    """The seconds that this process has computed, and on Unix all processes that it started and that have ended."""
    return sum(os.times()[:4])


def _gone(process: psutil.Process) -> bool:
    """Says whether a process has ended, even if nobody has asked yet how."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def left_working(processes: Iterable[psutil.Process], seconds: float = 5.0) -> list[psutil.Process]:
    """Waits until processes have ended. Ends those that have not after so many more seconds of their own computing, and
    returns them. What a limit of the sandbox would end at last takes longer."""
    until = {process: _computed(process) + seconds for process in processes}
    comes_true(lambda: all(_gone(process) or _computed(process) > most for process, most in until.items()))
    left = [process for process in until if not _gone(process)]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return left


def _computed(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        return sum(process.cpu_times()[:2])
    return 0.0
