"""The process from which judge processes are forked. It imports what they need, above all torch, while the command
that needs them still imports its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
from multiprocessing import forkserver

# A process in which torch has computed can't be forked. A process that has only imported torch can be forked, and then
# its children need not import it again.
START = multiprocessing.get_context("forkserver") if sys.platform == "linux" else multiprocessing.get_context("spawn")


def get_ready() -> None:
    """Starts to import, in the background, what judges need. Raises OSError if TMPDIR's name is too long for a socket,
    and NoLayers on Windows, before anything is started."""
    if sys.platform != "linux":
        from autograder.sandbox.isolation import refuse_windows

        refuse_windows()
    else:
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
