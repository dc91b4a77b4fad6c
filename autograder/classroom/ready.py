"""The two processes from which judge processes and their workers are forked. They import what those need, above all
torch, while the command that needs them still imports its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
from functools import cache
from multiprocessing import forkserver, util
from pathlib import Path

from autograder.sandbox.isolation import NoLayers, refuse_windows
from autograder.sandbox.sandbox import Sandbox, Shared

# A process in which torch has computed can't be forked. A process that has only imported torch can be forked, and then
# its children need not import it again.
START = multiprocessing.get_context("forkserver") if sys.platform == "linux" else multiprocessing.get_context("spawn")


def get_ready(isolation: str = "auto") -> None:
    """Starts to import, in the background, what judges and workers need. Raises OSError if TMPDIR's name is too long
    for a socket, and NoLayers on Windows, before anything is started."""
    if sys.platform != "linux":
        refuse_windows()
    else:
        with contextlib.suppress(NoLayers):  # the judges say so
            _keep_together(_sandbox(isolation).scratch)
        START.set_forkserver_preload(["autograder.judge.judge"])
        # In Python 3.11, that process gets its paths in no other way. Without PYTHONSAFEPATH, it would look in the
        # class's folder first, where another version of the course may lie.
        ours = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONSAFEPATH": "1"}
        before = {name: os.environ[name] for name in ours if name in os.environ}
        os.environ |= ours
        try:
            with undisturbed():
                forkserver.ensure_running()
        except OSError as error:
            if "too long" not in str(error):
                raise
            raise OSError(f"{tempfile.gettempdir()}, the folder for temporary files, has too long a name for a socket: "
                          "set TMPDIR to a shorter one") from error
        finally:
            for name in ours:
                os.environ.pop(name)
            os.environ |= before
        with contextlib.suppress(NoLayers):  # the judges say so
            _sandbox(isolation).get_ready()


def _keep_together(scratch: Path) -> None:
    """Has multiprocessing keep its sockets in a folder that is removed however this process ends."""
    before, tempfile.tempdir = tempfile.tempdir, str(scratch)
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = before


def share_sandbox(isolation: str) -> Shared | None:
    """Returns what judge processes need so that one process imports for the workers of all of them. Raises the errors
    of Sandbox."""
    return _sandbox(isolation).share()


@cache
def _sandbox(isolation: str) -> Sandbox:
    return Sandbox(isolation)


@contextlib.contextmanager
def undisturbed():
    """Keeps Ctrl-C from a process that is started in this context until it has left the terminal's process group. Its
    parent ends it in an orderly way instead."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
