"""Run first in a process of its own: it takes away what Windows or macOS does not have, by the standard library's
documentation.

It is a stand-in and no proof: file systems, terminals and torch's own builds stay those of this machine.
"""

from __future__ import annotations

import builtins  # noqa: F401
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import torch  # noqa: F401  before sys.platform changes, on which torch and the standard library rely

NOT_ON_WINDOWS = ("fcntl", "grp", "posix", "pwd", "resource", "termios", "tty")
CALLS = ("chown", "fork", "forkpty", "geteuid", "getgid", "getpgid", "getuid", "killpg", "mkfifo", "register_at_fork",
         "setsid", "wait4")


def windows() -> None:
    """No Unix modules and calls, no passing of descriptors, no sockets of Unix, and no folder moves in which a
    process is."""
    import asyncio  # noqa: F401  and what else of the standard library looks at the system when it is imported
    import multiprocessing.popen_spawn_posix  # noqa: F401
    import socket

    from IPython.core.interactiveshell import InteractiveShell  # noqa: F401

    for name in NOT_ON_WINDOWS:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in CALLS:
        if hasattr(os, name):
            delattr(os, name)
    del socket.AF_UNIX
    begin, move = subprocess.Popen.__init__, os.rename

    def popen(self: Any, *arguments: Any, **options: Any) -> None:
        assert not options.get("pass_fds"), "pass_fds not supported on Windows."
        if options.get("preexec_fn"):
            raise ValueError("preexec_fn is not supported on Windows platforms")
        begin(self, *arguments, **options)

    def rename(source: Any, target: Any, **options: Any) -> None:
        if Path.cwd().is_relative_to(Path(source).resolve()):
            raise PermissionError(13, "The process cannot access the file because it is being used by another process",
                                  str(source))
        move(source, target, **options)

    subprocess.Popen.__init__ = popen  # type: ignore[method-assign]
    os.rename = rename
    sys.platform = "win32"
    # The encoding that open() takes by itself is not UTF-8 there. Python warns, with -X warn_default_encoding.
    warnings.filterwarnings("error", category=EncodingWarning)


def macos() -> None:
    """Nothing of Linux: no /proc, no control groups, no libseccomp, no fork of a process that has threads.

    (psutil still reads /proc: there it asks the system otherwise.)
    """
    sys.platform = "darwin"
    open_file, scan = Path.open, os.scandir

    def refuse(path: Any) -> None:
        if str(path).startswith(("/proc", "/sys")):
            raise FileNotFoundError(2, "No such file or directory", str(path))

    def opened(self: Path, *arguments: Any, **options: Any) -> Any:
        refuse(self)
        return open_file(self, *arguments, **options)

    def scanned(path: Any = ".") -> Any:
        refuse(path)
        return scan(path)

    Path.open, os.scandir = opened, scanned  # type: ignore[method-assign, assignment]
    for name in ("setxattr", "getxattr", "sched_getaffinity", "memfd_create"):
        delattr(os, name)
