"""The UNTRUSTED side: the layers that a worker puts around itself before any learner's code runs. None of them needs a
privilege, and none of them can be undone.

This file is sent to the worker as text. isolation.py tells it what to do. It imports only the standard library.

- limits: `setrlimit`. Root's capabilities are given up as well, because with them the limits could be lifted again.
- Landlock (Linux 5.13 or newer, kernel documentation "Landlock: unprivileged access control"): limits the paths that
  can be opened. Its three calls have the same numbers on every machine.
- seccomp: limits the system calls. The filter was made by libseccomp.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
from collections.abc import Iterable
from typing import Any

from .room import NO_NEW_PRIVILEGES, call, give_up_capabilities, let_look, prctl

SECCOMP, SET_FILTER, ASKING = 317 if platform.machine() == "x86_64" else 277, 1, 8
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
FILES = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # version of Landlock -> how many kinds of access to files it knows
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE, MAKE_DIR, MAKE_REG = 1, 2, 4, 8, 16, 32, 128, 256
REFER, TRUNCATE, IOCTL = 1 << 13, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR  # executing: libraries are mapped so
# no devices, links, pipes
CHANGE = READ_FILE | READ_DIR | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL
TCP, ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3


def enclose(settings: dict[str, Any], above: socket.socket | None = None) -> None:
    """Sets up the layers that `settings` names. Raises OSError if a layer is not available.

    settings: limits {RLIMIT name: value}; landlock {"read": paths, "devices": paths} or None; seccomp, asking: the
        programs of two filters in hexadecimal, or "".
    folder: the only place where files may be written.
    above: the socket of room.enter. It is closed.
    """
    let_look(True)  # the judge sees what it uses, and the layers keep others away
    if settings["limits"]:
        limit(settings["limits"])
        give_up_capabilities()
    if settings["landlock"]:
        landlock(settings["landlock"]["read"], [settings["folder"]], settings["landlock"]["devices"])
    if above:
        if settings["asking"]:  # before the filter that lets nobody send a descriptor
            seccomp(bytes.fromhex(settings["asking"]), above)
        above.close()
    if settings["seccomp"]:
        seccomp(bytes.fromhex(settings["seccomp"]))


def limit(limits: dict[str, int]) -> None:
    """Sets limits that this process cannot lift again, unless it has root's capabilities.

    limits: by the names of the module `resource`. The limit on the address space (RLIMIT_AS) is added to what is mapped
        now. A CPU build of torch maps 0.7 GiB when it is imported, and a build for CUDA maps 3 to 4 GiB.
    """
    import resource  # Unix only

    for name, value in limits.items():
        value += mapped() if name == "RLIMIT_AS" else 0
        most = resource.getrlimit(getattr(resource, name))[1]
        # an ordinary user can't lift what the machine allows
        value = value if most == resource.RLIM_INFINITY else min(value, most)
        resource.setrlimit(getattr(resource, name), (value, value))


def mapped() -> int:
    """Returns the bytes of addresses that this process has mapped. (Only on Linux; other systems do not enforce this
    limit.)"""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 1 << 30


def landlock(read: Iterable[str], change: Iterable[str], devices: Iterable[str]) -> None:
    """From now on, only `devices` and files below `read` and `change` can be opened. If Landlock is new enough, there
    is also no TCP, and no signal and no abstract socket reaches a process that is not behind the same layer."""
    version = call(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    handled = (1 << FILES[min(version, 5)]) - 1
    attributes = struct.pack("<QQQ", handled, TCP,
                             ABSTRACT_SOCKETS_AND_SIGNALS)[:8 if version < 4 else 16 if version < 6 else 24]
    rules = call(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    for paths, access in ((read, READ), (change, CHANGE), ([os.devnull], READ_FILE | WRITE_FILE),
                          (devices, READ_FILE | WRITE_FILE | IOCTL)):
        for path in paths:
            try:
                opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue  # what is not there need not be allowed
            allowed = access & handled & (-1 if os.path.isdir(path) else OF_A_FILE)
            call(ADD_RULE, rules, 1, struct.pack("<Qi", allowed, opened), ctypes.c_uint32(0))
            os.close(opened)
    prctl(NO_NEW_PRIVILEGES, 1)
    call(RESTRICT_SELF, rules, ctypes.c_uint32(0))
    os.close(rules)


def seccomp(program: bytes, above: socket.socket | None = None) -> None:
    """From now on, the kernel applies this filter (instructions of 8 bytes) to every system call.

    above: is sent the filter's listener, if the filter asks about some calls.
    """
    held = ctypes.create_string_buffer(program, len(program))
    filtered = struct.pack("@HP", len(program) // 8, ctypes.addressof(held))
    prctl(NO_NEW_PRIVILEGES, 1)
    listener = call(SECCOMP, ctypes.c_uint(SET_FILTER), ctypes.c_uint(ASKING if above else 0), filtered)
    if above:
        socket.send_fds(above, [b"listener"], [listener])
        os.close(listener)
