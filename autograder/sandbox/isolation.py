"""Finds out which sandbox layers around learners' code this machine has, what each of them stops, and how to get a
missing one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.lessons.course import CLASS, LIBRARY, ROOT, document, own_lessons
from autograder.sandbox import ISOLATIONS, gpu, system_calls

WORKER = ROOT / "autograder/worker"  # what is sent to a worker, as text
# RLIMIT_AS limits addresses, not memory in use, in addition to what torch maps when it is imported. RLIMIT_CPU is for a
# whole worker, and sandbox.py holds each question to less.
LIMITS = {"RLIMIT_AS": 3 << 30, "RLIMIT_CPU": 300, "RLIMIT_FSIZE": 16 << 20, "RLIMIT_NOFILE": 256, "RLIMIT_CORE": 0}
FOLDER = {"bytes": 64 << 20, "files": 1000}  # what a worker's files may take in memory, in a room of its own
# Without such a room they are on the disk. Whatever a worker does with them, it makes no more files than these, and
# none is larger.
FILES, FILE_BYTES = 400, 512 << 10
DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"]


@dataclass(frozen=True)
class Layer:
    """A layer of the sandbox.

    keeps: which of "files" and "network" it keeps from learners' code; grading strangers needs both.
    stops: what it stops, in words.
    """

    name: str
    keeps: frozenset[str]
    stops: str
    missing: str


LAYERS = (
    Layer("limits", frozenset(), "memory, processor time, size and number of open files are bounded",
          "it needs Linux or macOS"),
    Layer("landlock", frozenset({"files"}),
          "only the files of Python and torch can be read, only an empty folder can be written to, and there is no TCP",
         "it needs Linux 5.13 or newer with Landlock among the security modules (`cat /sys/kernel/security/lsm`)"),
    Layer("seccomp", frozenset({"network"}),
          "only system calls on a list: no sockets, processes or signals, no access to other processes' memory, and no "
          "changes of a file's owner, mode or attributes",
          "it needs Linux with libseccomp (`apt install libseccomp2`) and `make .venv/grade`"),
    Layer("namespaces", frozenset({"files", "network"}),
          "a room for each submission: no other process, no network, no other file, and its own files in memory",
          "it needs a Linux that lets users make namespaces. Most containers don't, nor does Ubuntu with AppArmor "
          "(`sysctl kernel.apparmor_restrict_unprivileged_userns`)"),
)

TRIAL = """
import json, os, socket, sys
from worker import layers, room
settings = json.loads(sys.argv[1])
layers.enclose(settings, room.enter(settings))
kept = ["files", "network"]
tries = {"files": lambda: open(settings["forbidden"]).close(),
         "network": lambda: socket.create_connection(("127.0.0.1", settings["port"]), 2)}
for what, go in tries.items():
    try:
        go()
        kept.remove(what)
    except OSError:
        pass
print(json.dumps(kept))
"""


class NoLayers(RuntimeError):
    """Learners' code can't be kept from files or the network on this machine."""


class NoRoom(RuntimeError):
    """A worker can't have on this machine what a right answer may need: enough memory, or the GPU."""


def layers_for(isolation: str) -> tuple[str, ...]:
    """Returns the layers that are used. Raises ValueError for an unknown isolation. Raises NoLayers on Windows, and if
    the layers of "auto" can't keep strangers' code in."""
    if isolation not in ISOLATIONS:
        raise ValueError(f"isolation {isolation!r} is not one of {', '.join(ISOLATIONS)}")
    refuse_windows()
    if isolation == "none":
        return ()
    layers = probed()
    open_to = {"files", "network"} - set().union(*(layer.keeps for layer in LAYERS if layer.name in layers))
    if open_to:
        page = document("docs/instructors/sandbox.md")
        raise NoLayers(f"Nothing on this machine keeps learners' code from your {' and the '.join(sorted(open_to))}, "
                       "so nothing was run. `autograder doctor` says what to install. The container in "
                       f"{page} has all of it. Notebooks whose authors you trust can be graded with "
                       "`--isolation none` (with nbgrader: `--JudgeCells.isolation=none`).")
    return layers


def refuse_windows() -> None:
    """Raises NoLayers on Windows, where a process can't be given a socket by its number. So nobody could talk to a
    worker."""
    if sys.platform == "win32":
        raise NoLayers("Nothing can be graded on Windows, not even with `--isolation none`. Use the Windows Subsystem "
                       "for Linux, or the container in "
                       f"{document('docs/instructors/sandbox.md')}.")


@cache
def probed() -> tuple[str, ...]:
    """Returns the layers of this machine. Each of them is tested by trying to get through it."""
    return tuple(layer.name for layer in LAYERS if works(layer))


def works(layer: Layer) -> bool:
    """Says whether the layer exists here, and keeps learners' code from everything that it should keep from them."""
    if layer.name == "limits":
        return os.name == "posix"
    if sys.platform != "linux" or layer.name == "seccomp" and not system_calls.program("cpu"):
        return False
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.NamedTemporaryFile(prefix="autograder-") as secret:
        trial = _inside((layer.name,), TRIAL, forbidden=secret.name, port=server.getsockname()[1])
    return trial.returncode == 0 and layer.keeps <= set(json.loads(trial.stdout))


def answered(layers: Sequence[str], asked: Sequence[Sequence[int]]) -> list[int]:
    """Asks the kernel for system calls inside `layers`, and returns its answers. Each call is given as its number and
    its arguments. An answer is system_calls.THROUGH if nothing prevents the call (it is not carried out). Otherwise it
    is the number of the error. If the call ended the process, it is minus the number of the signal. Raises
    RuntimeError if the layers don't work."""
    trial = _inside(layers, system_calls.TRIAL, calls=asked, mark=system_calls.MARK, through=system_calls.THROUGH)
    if trial.returncode:
        raise RuntimeError(f"no process starts inside {'+'.join(layers)}: "
                           f"{trial.stderr.decode(errors='replace')[-500:]}")
    return json.loads(trial.stdout)


def unlisted(layers: Sequence[str]) -> list[int]:
    """Returns the numbers of all calls that get through to the kernel although system_calls.py does not list them.
    Raises the errors of `answered`."""
    numbers = [*system_calls.NUMBERS, *(system_calls.X32 + number for number in system_calls.NUMBERS)]
    found = answered(layers, [[number] for number in numbers])
    through = {number for number, answer in zip(numbers, found) if answer not in system_calls.REFUSALS}
    return sorted(through - system_calls.listed() - system_calls.UNFILTERED)


def _inside(layers: Sequence[str], program: str, **given: Any) -> subprocess.CompletedProcess:
    """Runs a Python program inside `layers`. Its argument holds `given`, and everything that it needs to set up the
    layers."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        told = {**settings(layers, "cpu"), "folder": scratch, **given, "limits": {}}
        command = [sys.executable, "-I", "-S", "-c", with_modules(("room", "layers")) + program, json.dumps(told)]
        return subprocess.run(command, capture_output=True, cwd=scratch, timeout=300)


def with_modules(names: Sequence[str]) -> str:
    """Returns the beginning of a program: it has these modules of `worker` as text, in the order of their imports."""
    texts = {name: (WORKER / f"{name}.py").read_text(encoding="utf-8") for name in names}
    return f"""
import sys, types
worker = sys.modules["worker"] = types.ModuleType("worker")
worker.__path__ = []
for name, text in {texts!r}.items():
    module = sys.modules[f"worker.{{name}}"] = types.ModuleType(f"worker.{{name}}")
    module.__package__ = "worker"
    setattr(worker, name, module)
    exec(compile(text, f"<{{name}}>", "exec"), vars(module))
"""


def settings(layers: Sequence[str], device: str) -> dict[str, Any]:
    """Returns the settings of room.enter and layers.enclose, except for the folder. With CUDA there is no limit on the
    address space, because CUDA reserves terabytes of it, and the driver's device files may be opened."""
    limits = LIMITS if device == "cpu" else {name: value for name, value in LIMITS.items() if name != "RLIMIT_AS"}
    apart = "namespaces" in layers
    limits = limits | ({"RLIMIT_NPROC": 128} if apart  # elsewhere everything that its user runs would be counted
                       else {"RLIMIT_FSIZE": FILE_BYTES})
    counted = "seccomp" in layers and not apart
    read = [path for path in visible(device) if not path.startswith(("/proc", "/dev"))]
    return {"namespaces": {"read": read, "devices": [*DEVICES, *driver(device)], **FOLDER} if apart else None,
            "limits": limits if "limits" in layers else {},
            "landlock": {"read": visible(device), "devices": driver(device)} if "landlock" in layers else None,
            "asking": system_calls.asking().hex() if counted else "",
            "seccomp": system_calls.program(device).hex() if "seccomp" in layers else "",
            "files": FILES if counted else 0}


def driver(device: str) -> tuple[str, ...]:
    """Returns the device files of the GPU's driver, which workers on the GPU may use."""
    return gpu.devices() if device == "cuda" else ()


def visible(device: str) -> tuple[str, ...]:
    """Returns the paths that a worker may read: those of `readable`, and on the GPU also what the driver needs."""
    return readable() if device == "cpu" else (*readable(), gpu.ABOUT, *gpu.library_folders())


@cache
def readable() -> tuple[str, ...]:
    """Returns the paths that learners' code may read: Python, torch and the libraries of the system, but nothing of the
    course except attention_lab.

    Raises NoLayers if references or graders are below one of these paths.
    """
    python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    # what a virtual environment shares
    python += [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
              "/usr/share/zoneinfo", "/usr/share/fonts", "/etc/fonts", "/dev/zero", "/dev/urandom", "/proc/self",
              "/proc/cpuinfo", "/proc/meminfo",
              "/sys/devices/system/cpu"]
    wanted = dict.fromkeys([*python, sysconfig.get_config_var("LIBDIR"), str(LIBRARY), *system])
    paths = tuple(path for path in wanted if path and os.path.exists(path))
    secret = {"The course": ROOT, "The class": CLASS,
              **{f"The lesson {own.name}": Path(own.folder).resolve() for own in own_lessons()}}
    for path in paths:
        for what, folder in secret.items():
            if folder.is_relative_to(os.path.realpath(path)):
                raise NoLayers(f"{what} is in {folder}, below {path}, which learners' code may read: move it.")
    return paths
