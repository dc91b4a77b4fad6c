"""Time in tests. No test asserts how long something takes by the clock, which on a busy machine says nothing: a test
asks what was computed, or what came first. A clock only ends what hangs."""

import os
import time
from collections.abc import Callable

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
