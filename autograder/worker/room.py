"""The UNTRUSTED side: a room of its own for each worker, and the process above it. layers.py puts walls inside.

This file is sent to the worker as text. It imports only the standard library, and nothing here needs a privilege.

- With namespaces, a worker's child becomes the first process of new user, mount, pid, network, ipc and uts namespaces.
  It sees no other process. What it may read is bound into its room. What it writes is in memory, in a tmpfs that has a
  bound. The process above it only waits, and ends as it ended.
- Without them, a worker writes into a folder on the disk. The filter of system calls then asks the process above about
  each call that may make a file (seccomp_unotify(2)), and that process lets only so many through.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
import select
import signal
import socket
import struct
import sys
from typing import Any, NoReturn

PARENT_DEATH_SIGNAL, DUMPABLE, NO_NEW_PRIVILEGES = 1, 4, 38  # prctl
CAPABILITY_VERSION = 0x20080522
USER, MOUNTS, PIDS, NETWORK, IPC, UTS = 0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_PROGRAMS, REMOUNT, BIND, DEEP, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
# options that a mount keeps when it is mounted again, because nobody in a namespace may take them away
KEPT = {"nosuid": NO_SETUID, "nodev": NO_DEVICES, "noexec": NO_PROGRAMS, "noatime": 1 << 10, "nodiratime": 1 << 11,
        "relatime": 1 << 21}
DETACH = 2  # umount2
PIVOT_ROOT = 155 if platform.machine() == "x86_64" else 41  # the C library has no name for it
RECEIVE, SEND, LET_THROUGH, NO_SPACE = 0xC0502100, 0xC0182101, 1, 28  # of a filter that asks
QUESTION, REPLY = 80, "=QqiI"  # its bytes, and the form of a reply
MANY = 256  # descriptors; a worker has fewer


def enter(settings: dict[str, Any]) -> socket.socket | None:
    """Enters the room that `settings` names, in a child of this process. Raises OSError if it can't be made.

    namespaces: {"read": paths, "devices": paths, "bytes": ..., "files": ...} as in `furnish`, or None.
    files: the number of calls that may make a file, to which the filter of system calls is held; 0 if it asks nobody.
    folder: the only place where files may be written.

    Returns a socket over which the process above expects the filter's listener; None if there is no process above.
    """
    if settings["namespaces"]:
        part()
    elif not settings["files"]:
        return None
    ours, theirs = socket.socketpair()
    if child := os.fork():
        stay_above(child, ours, settings["files"])
    ours.close()
    os.setsid()  # a group of its own, which ends as a whole
    end_with_parent()
    if settings["namespaces"]:
        furnish(settings["folder"], **settings["namespaces"])
    return theirs


def stay_above(child: int, heard: socket.socket, files: int) -> NoReturn:
    """Waits until the child has ended, and ends in the same way."""
    let_look(False)
    kept = heard.fileno()
    os.closerange(0, kept)
    os.closerange(kept + 1, MANY)
    if files:
        _, given, *_ = socket.recv_fds(heard, 16, 1)
        if given:
            ration(given[0], files)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


def ration(listener: int, files: int) -> None:
    """Lets so many calls through that the filter asks about. All further calls are told that no space is left. Returns
    when no process has the filter any more."""
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    while waiting.poll()[0][1] & select.POLLIN:
        question = ctypes.create_string_buffer(QUESTION)
        if libc().ioctl(listener, ctypes.c_ulong(RECEIVE), question) < 0:
            continue  # whoever asked was interrupted
        number, = struct.unpack_from("=Q", question)
        files -= 1
        error, flags = (0, LET_THROUGH) if files >= 0 else (-NO_SPACE, 0)
        libc().ioctl(listener, ctypes.c_ulong(SEND), struct.pack(REPLY, number, 0, error, flags))


def part() -> None:
    """Gives this process namespaces of its own, in which it is the same user. Its next child is their first process."""
    user, group = os.geteuid(), os.getegid()
    let_look(True)  # otherwise it may not write the files below
    checked(libc().unshare(USER | MOUNTS | PIDS | NETWORK | IPC | UTS), "unshare")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def furnish(folder: str, read: list[str], devices: list[str], bytes: int, files: int) -> None:
    """Leaves all folders of the system for new ones, in which only these paths exist.

    folder: an empty folder, the only one that can be written to. Its files are in memory.
    read, devices: paths that are as they were, but only to be read. Devices can be written to.
    bytes, files: the most that the folder holds.
    """
    mount("none", "/", "", DEEP | PRIVATE)
    mount("tmpfs", folder, "tmpfs", NO_SETUID | NO_DEVICES, "mode=755")
    bound: list[str] = []
    for path in sorted({*read, *devices}):
        if os.path.exists(path) and not path.startswith(tuple(f"{other}/" for other in bound)):
            bind(path, folder + path)
            bound.append(path)
    proc, scratch = f"{folder}/proc", folder + folder
    os.makedirs(proc)
    os.makedirs(scratch)
    for place, options in mounts(folder):
        kept = sum(flag for name, flag in KEPT.items() if name in options)
        mount("none", place, "", BIND | REMOUNT | READ_ONLY | NO_SETUID | kept)
    alone = NO_SETUID | NO_DEVICES | NO_PROGRAMS | READ_ONLY  # root could write to /proc/sys
    try:
        mount("proc", proc, "proc", alone, "subset=pid")  # what is there about the machine, root could read
    except OSError:  # Linux before 5.8
        mount("proc", proc, "proc", alone)
    mount("tmpfs", scratch, "tmpfs", NO_SETUID | NO_DEVICES, f"mode=700,size={bytes},nr_inodes={files}")
    os.chdir(folder)
    call(PIVOT_ROOT, b".", b".")
    checked(libc().umount2(b".", DETACH), "umount2")
    os.chdir(folder)
    prctl(NO_NEW_PRIVILEGES, 1)
    give_up_capabilities()


def bind(source: str, place: str) -> None:
    if os.path.isdir(source):
        os.makedirs(place, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, "w").close()
    mount(source, place, "", BIND | DEEP)


def mounts(folder: str) -> list[tuple[str, list[str]]]:
    """Returns what is mounted at a folder and below it, with its options."""
    with open("/proc/self/mountinfo", "rb") as file:
        fields = [os.fsdecode(re.sub(rb"\\([0-7]{3})", lambda code: bytes([int(code[1], 8)]), line)).split(" ")
                  for line in file]
    return [(each[4], each[5].split(",")) for each in fields if f"{each[4]}/".startswith(f"{folder}/")]


def mount(source: str, place: str, kind: str, flags: int, options: str = "") -> None:
    given = [os.fsencode(text) for text in (source, place, kind, options)]
    checked(libc().mount(*given[:3], ctypes.c_ulong(flags), given[3] or None), f"mount {kind or source} at {place}")


def let_look(allowed: bool) -> None:
    """Says whether processes of the same user may look into this one's memory and files (Linux)."""
    if sys.platform == "linux":
        prctl(DUMPABLE, int(allowed))


def end_with_parent() -> None:
    """Has this process killed when the process that forked it ends, however it ends (Linux)."""
    prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def give_up_capabilities() -> None:
    """Makes root an ordinary user in this process, so that it cannot lift a limit (Linux)."""
    if sys.platform == "linux":
        header, none = struct.pack("Ii", CAPABILITY_VERSION, 0), bytes(24)
        checked(libc().capset(header, none), "capset")


def prctl(option: int, *values: Any) -> None:
    given = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in values]
    checked(libc().prctl(option, *given, *[ctypes.c_ulong(0)] * (4 - len(given))), f"prctl {option}")


def call(number: int, *values: Any) -> int:
    return checked(libc().syscall(ctypes.c_long(number), *values), f"call {number} of the kernel")


def libc() -> ctypes.CDLL:
    found = ctypes.CDLL(None, use_errno=True)
    found.syscall.restype = ctypes.c_long
    return found


def checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
