"""Which sandbox layers around learners' code this machine has, what each of them stops, and how to get one that is missing."""

from __future__ import annotations

import json
import os
import shutil
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

import attention_lab
from solutions.shared.course import ROOT

ISOLATIONS = ("auto", "none")
# Addresses, not use: torch alone reserves 0.7 GiB. CPU: of a whole worker; sandbox.py holds each question to less.
LIMITS = {"RLIMIT_AS": 4 << 30, "RLIMIT_CPU": 300, "RLIMIT_FSIZE": 16 << 20, "RLIMIT_NOFILE": 256, "RLIMIT_CORE": 0}


@dataclass(frozen=True)
class Layer:
    """keeps: what it keeps from learners' code, of "files" and "network"; grading strangers needs both. stops: in words."""

    name: str
    keeps: frozenset[str]
    stops: str
    missing: str


LAYERS = (
    Layer("limits", frozenset(), "memory, processor time, size and number of open files are bounded", "it needs Linux or macOS"),
    Layer("landlock", frozenset({"files"}), "no file but Python's and torch's can be read, none outside an empty folder written; no TCP",
         "it needs Linux 5.13 or newer with Landlock among the security modules (`cat /sys/kernel/security/lsm`)"),
    Layer("seccomp", frozenset({"network"}), "no sockets, no new processes, no signals, no other process's memory, no file's owner or mode",
         "it needs Linux with libseccomp (`apt install libseccomp2`) and `make .venv/grade`"),
    Layer("bubblewrap", frozenset({"files", "network"}), "a world of its own: no other process, no network, no other file",
         "it needs Linux with `apt install bubblewrap`, and a system that lets users make namespaces (a container mostly does not)"),
)

# What the kernel refuses. Files are Landlock's matter, but for what it does not look at: owner, mode, times, attributes.
REFUSED = """
socket connect bind listen accept accept4
fork vfork execve execveat
kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp migrate_pages move_pages
chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat
setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat
shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open mq_unlink memfd_create memfd_secret
inotify_init inotify_init1 fanotify_init mknod mknodat
unshare setns mount umount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fspick fsmount fsconfig mount_setattr
bpf perf_event_open keyctl add_key request_key userfaultfd io_uring_setup io_uring_enter io_uring_register
init_module finit_module delete_module kexec_load kexec_file_load open_by_handle_at name_to_handle_at personality
setpriority ioprio_set sched_setattr sched_setscheduler sched_setparam
reboot swapon swapoff acct quotactl quotactl_fd syslog sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex
ioperm iopl modify_ldt vhangup
""".split()
CLONE_THREAD = 0x10000

TRIAL = """
import json, os, socket, sys
settings = json.loads(sys.argv[1])
layers = type(sys)("layers")
exec(settings["text"], vars(layers))
layers.enclose(settings)
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


def layers_for(isolation: str) -> tuple[str, ...]:
    """The layers that are put up. Raises ValueError for an unknown isolation, NoLayers where "auto" can't keep strangers' code in."""
    if isolation not in ISOLATIONS:
        raise ValueError(f"isolation {isolation!r} is none of {', '.join(ISOLATIONS)}")
    if isolation == "none":
        return ()
    layers = probed()
    open_to = {"files", "network"} - set().union(*(layer.keeps for layer in LAYERS if layer.name in layers))
    if open_to:
        raise NoLayers(f"Nothing on this machine keeps learners' code from your {' and the '.join(sorted(open_to))}, so nothing was run. "
                      "`autograder doctor` says what to install; the container in docs/instructors.md has it; for notebooks whose authors "
                      "you trust there is `--isolation none` (with nbgrader: `--JudgeCells.isolation=none`).")
    return layers


@cache
def probed() -> tuple[str, ...]:
    """The layers of this machine, each by trying to go through it."""
    return tuple(layer.name for layer in LAYERS if works(layer))


def works(layer: Layer) -> bool:
    """Does the layer stand here, and keep what it says?"""
    if layer.name == "limits":
        return os.name == "posix"
    if sys.platform != "linux" or layer.name == "seccomp" and not program() or layer.name == "bubblewrap" and not shutil.which("bwrap"):
        return False
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory(prefix="autograder-") as scratch, \
            tempfile.NamedTemporaryFile(prefix="autograder-") as secret:
        given = {"text": (ROOT / "autograder/worker/layers.py").read_text(encoding="utf-8"), "forbidden": secret.name,
                 "port": server.getsockname()[1], **settings((layer.name,), "cpu"), "folder": scratch, "limits": {}}
        command = [*around((layer.name,), scratch), sys.executable, "-I", "-S", "-c", TRIAL, json.dumps(given)]
        trial = subprocess.run(command, capture_output=True, cwd=scratch, timeout=60)
    return trial.returncode == 0 and layer.keeps <= set(json.loads(trial.stdout))


def settings(layers: Sequence[str], device: str) -> dict[str, Any]:
    """What layers.enclose is told, but for the folder. CUDA reserves addresses by the terabyte, so they have no limit there."""
    limits = LIMITS if device == "cpu" else {name: value for name, value in LIMITS.items() if name != "RLIMIT_AS"}
    if "bubblewrap" in layers:  # elsewhere all that its user runs would be counted
        limits = {**limits, "RLIMIT_NPROC": 128}
    return {"limits": limits if "limits" in layers else {}, "landlock": {"read": readable()} if "landlock" in layers else None,
            "seccomp": program().hex() if "seccomp" in layers else ""}


def around(layers: Sequence[str], folder: Path | str) -> list[str]:
    """The command that a Python process is started with: bubblewrap's, or none."""
    if "bubblewrap" not in layers:
        return []
    python = [*readable(), sysconfig.get_path("scripts"), str(Path(sys.executable).resolve().parent), f"{sys.prefix}/pyvenv.cfg"]
    seen = _each("--ro-bind-try", [path for path in dict.fromkeys(python) if not path.startswith(("/proc", "/dev"))])
    devices = _each("--dev-bind", ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"])
    return ["bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL", *seen, *devices,
            "--proc", "/proc", "--bind", str(folder), str(folder), "--remount-ro", "/", "--"]


def _each(option: str, paths: list[str]) -> list[str]:
    return [argument for path in paths for argument in (option, path, path)]


@cache
def readable() -> tuple[str, ...]:
    """What learners' code may read: Python, torch and the libraries of the system; nothing of the course but attention_lab.

    Raises NoLayers where references or graders lie below one of these.
    """
    python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    course = str(Path(attention_lab.__file__).parent)
    system = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo",
              "/usr/share/fonts", "/etc/fonts", "/dev/zero", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
              "/sys/devices/system/cpu"]
    wanted = dict.fromkeys([*python, sysconfig.get_config_var("LIBDIR"), course, *system])
    paths = tuple(path for path in wanted if path and os.path.exists(path))
    for path in paths:
        if ROOT.is_relative_to(os.path.realpath(path)):
            raise NoLayers(f"The course lies in {ROOT}, below {path}, which learners' code may read: move it.")
    return paths


@cache
def program() -> bytes:
    """The seccomp filter, made by libseccomp for this machine; empty where there is no libseccomp."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return b""
    import errno

    refuse = pyseccomp.ERRNO(errno.EPERM)
    made = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        try:
            made.add_rule(refuse, name)
        except (OSError, ValueError, RuntimeError):
            pass  # a call that this machine, or its libseccomp, does not know
    made.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags can't be looked at; the C library then takes clone
    made.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, CLONE_THREAD, 0))  # threads are allowed
    made.add_rule(refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))  # one's own limits only
    made.add_rule(refuse, "sched_setaffinity", pyseccomp.Arg(0, pyseccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        made.export_bpf(file)
        file.seek(0)
        return file.read()
