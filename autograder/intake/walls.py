"""The beginning of a process that process.py started: the walls, and the processor time. Like everything that such a
process imports, it does not import torch."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from autograder.worker import layers, room

READY = b"ready"


def enclose(settings: dict[str, Any]) -> None:
    """Switches on every sandbox layer that this machine has, and says that the process is ready. None of the layers is
    needed to hold code back, because no stranger's code runs here.

    settings: those of layers.enclose.
    """
    with contextlib.suppress(AttributeError, OSError):  # not Linux
        room.end_with_parent()
    for layer in ("limits", "landlock", "seccomp"):
        with contextlib.suppress(ImportError, OSError):
            layers.enclose({name: given if name in (layer, "folder") else None for name, given in settings.items()})
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()


def allow(seconds: int) -> None:
    """Allows so many seconds of computing from now on; then the kernel ends this process."""
    with contextlib.suppress(ImportError, OSError):
        import resource  # Unix only

        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
