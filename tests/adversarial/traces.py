"""What an attack leaves behind, seen from outside: processes, what they use, files, and what a listener hears."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import stat
import threading
from pathlib import Path

import psutil

# More than any submission needs, and more than one is granted. In bytes, except for numbers of things. A worker has a
# process above it, and those that are ending count too.
MOST = {"resident": 4352 << 20, "mapped": 10 << 30, "processes": 16, "threads": 1000, "scratch": 256 << 20,
        "files": 12_000,
        "deleted": 160 << 20}


def marked(*marks: str, but: tuple[int, ...] = ()) -> list[psutil.Process]:
    """The living processes that have one of `marks` in their command line or as a part of their working directory."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            seen = " ".join(process.cmdline()) + " " + (process.cwd() or "")
            if (
                process.pid not in but
                and any(mark in seen for mark in marks)
                and process.status() != psutil.STATUS_ZOMBIE
            ):
                found.append(process)
    return found


def end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(processes, 5)


def size(folder: Path) -> tuple[int, int]:
    """Bytes and number of the files below `folder`, which may be changing; it stops to count at twice what is allowed.

    Folders are opened from the one above, so that no path is too long.
    """
    count = total = 0
    waiting = [first] if (first := _opened(str(folder))) is not None else []
    while waiting:
        below = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(below) as entries:
            for entry in entries if count < 2 * MOST["files"] else ():
                count += 1
                with contextlib.suppress(OSError):
                    about = os.stat(entry.name, dir_fd=below, follow_symlinks=False)
                    total += about.st_blocks * 512
                    if stat.S_ISDIR(about.st_mode) and (found := _opened(entry.name, below)) is not None:
                        waiting.append(found)
        os.close(below)
    return total, count


def _opened(name: str, below: int | None = None) -> int | None:
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=below)
    except OSError:
        return None


def deleted(pid: int) -> int:
    """Bytes of the files that a process holds open though no folder has them any more."""
    total, folder = 0, f"/proc/{pid}/fd"
    for name in os.listdir(folder):
        with contextlib.suppress(OSError):
            about = os.stat(f"{folder}/{name}")
            total += about.st_blocks * 512 * (about.st_nlink == 0)
    return total


class Watch:
    """The most that the processes with a mark used, and what they had in their scratch folder, since this was made."""

    def __init__(self, marks: tuple[str, ...], scratch: Path, but: tuple[int, ...] = ()):
        self.marks, self.scratch, self.but = marks, scratch, but
        self.seen = dict.fromkeys(MOST, 0)
        self.over = threading.Event()

    def look(self) -> None:
        now = dict.fromkeys(MOST, 0)
        for process in marked(*self.marks, but=self.but):
            with contextlib.suppress(psutil.Error, OSError):
                memory = process.memory_info()
                now["resident"] = max(now["resident"], memory.rss)
                now["mapped"] = max(now["mapped"], memory.vms)
                now["threads"] = max(now["threads"], process.num_threads())
                now["processes"] += 1
                now["deleted"] += deleted(process.pid)
        now["scratch"], now["files"] = size(self.scratch)
        self.seen = {name: max(self.seen[name], value) for name, value in now.items()}

    def exceeded(self) -> list[str]:
        return [f"{name}: {value:,}" for name, value in self.seen.items() if value > MOST[name]]

    def __enter__(self) -> Watch:
        self.thread = threading.Thread(target=self._keep_looking, daemon=True)
        self.thread.start()
        return self

    def _keep_looking(self) -> None:
        while not self.over.wait(0.2):
            self.look()

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()


class Listener:
    """Hears what is sent to one port over TCP and UDP, and to unix sockets: one with connections, and for datagrams one
    that has a path and one that has only a name."""

    def __init__(self, folder: Path):
        self.pieces: list[bytes] = []  # appended to by three threads
        self.path = str(folder / "listener")
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.unix = socket.socket(socket.AF_UNIX)
        self.unix.bind(self.path)
        self.unix.listen()
        self.named, self.nameless = (socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
        self.named.bind(f"{self.path}-datagrams")
        self.nameless.bind("\0" + self.path[-90:])
        for server in (self.tcp, self.unix):
            threading.Thread(target=self._accept, args=(server,), daemon=True).start()
        for server in (self.udp, self.named, self.nameless):
            threading.Thread(target=self._datagrams, args=(server,), daemon=True).start()

    @property
    def heard(self) -> bytes:
        return b"".join(self.pieces)

    def _accept(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.settimeout(2)
                    with contextlib.suppress(OSError):
                        self.pieces.append(connection.recv(1 << 16))

    def _datagrams(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.pieces.append(server.recv(1 << 16))

    def close(self) -> None:
        for server in (self.tcp, self.unix, self.udp, self.named, self.nameless):
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
