"""`autograder doctor`: what works on this machine, what is missing, and how to get it.

What needs gigabytes or many seconds is tried with `--full` only.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import math
import os
import platform
import shlex
import shutil
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch
from rich.console import Console
from rich.text import Text
from torch import nn

from autograder.intake.files import read
from autograder.judge import proxy_process
from autograder.judge.judge import Judge
from autograder.judge.proxy_process import ProxyProcess
from autograder.judge.seed import FILE
from autograder.judge.settings import Settings
from autograder.lessons.course import INSTALLED, ROOT
from autograder.lessons.topics import topic
from autograder.sandbox import limits
from autograder.sandbox.budget import Died
from autograder.sandbox.isolation import FILE_BYTES, FILES, FOLDER, LAYERS, LIMITS, NoLayers, probed, unlisted
from autograder.sandbox.sandbox import Sandbox
from autograder.sandbox.system_calls import NUMBERS, listed
from autograder.submission import notebook

SOLVED, HUNGRIEST = ROOT / "solutions/notebooks", "05b_memory"
SIGNS = {"good": ("✓", "green"), "missing": ("○", "yellow"), "bad": ("✗", "red")}


@dataclass(frozen=True)
class Finding:
    """A finding of the doctor.

    state: "good"; "missing", if grading works without it; or "bad", if it does not.
    text: the sentence to print.
    """

    state: str
    text: str


def examine(full: bool, console: Console) -> int:
    """Prints the findings. Returns 1 if grading does not work on this machine, else 0.

    full: True tries what FULL names, too.
    """
    failed = False
    for title, look in (LOOKS | FULL if full else LOOKS).items():
        console.print(Text(title, style="bold"))
        for found in look():
            sign, colour = SIGNS[found.state]
            failed |= found.state == "bad"
            console.print(Text(f"  {sign} ", style=colour), Text(found.text), sep="")
    if not full:
        console.print(NOT_TRIED)
    return int(failed)


def _python() -> Iterator[Finding]:
    # an old one is refused by attention_lab
    yield Finding("good", f"Python {platform.python_version()}, {platform.platform()}")
    yield Finding("good", f"torch {torch.__version__}, {os.cpu_count()} CPU cores")
    if batch_norm_defect():
        yield Finding("missing", "this torch computes wrong gradients in BatchNorm2d at batch size 1 if memory "
                                 "layouts are mixed; marks are not affected, because graders compare such gradients "
                                 "at batch size 2 or more")


def batch_norm_defect() -> bool:
    """Says whether the gradient of BatchNorm2d at batch size 1 depends on the strides of the incoming gradient."""
    g = torch.Generator().manual_seed(0)
    x, incoming = (torch.randn(1, 3, 4, 5, generator=g, dtype=torch.float64) for _ in range(2))
    tokens = incoming.flatten(2).mT.contiguous().mT.unflatten(2, (4, 5))  # the same numbers, strides as after an einsum
    norm, leaf = nn.BatchNorm2d(3).double(), x.requires_grad_()
    usual, other = (torch.autograd.grad(norm(leaf), leaf, g)[0] for g in (incoming, tokens))
    return not torch.allclose(usual, other)


def _device() -> Iterator[Finding]:
    if torch.cuda.is_available():
        yield Finding("good", f"CUDA: {torch.cuda.get_device_name()}; the device check runs there")
    else:
        yield Finding("missing", "no CUDA: the device check runs on torch's meta device, which finds tensors that "
                                 "stay on the CPU. The CPU computes the numbers. To check the numbers on a GPU too, "
                                 "grade on a machine with an NVIDIA GPU")


def _machine() -> Iterator[Finding]:
    """Looks at what protects the rest of the machine if the sandbox has a hole, or if a class hands in more than
    anybody expects."""
    if not hasattr(os, "getuid"):
        return
    if os.getuid():
        yield Finding("good", f"grading runs as an ordinary account (user {os.getuid()})")
    else:
        yield Finding("missing",
                      "grading runs as root: use a separate account that owns this folder and nothing else")
    limit, total = memory_limit(), psutil.virtual_memory().total
    if limit < total:
        yield Finding("good", f"memory is limited to {limit / (1 << 30):.1f} of {total / (1 << 30):.1f} GiB")
    else:
        yield Finding("missing", "nothing limits the memory of all processes together: begin the command with "
                                 "`systemd-run --user --scope -p MemoryMax=8G`")


def memory_limit(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> float:
    """Returns the bytes that the control groups of this process allow (Linux, version 1 or 2); infinity if there is no
    limit."""
    try:
        lines = [line.split(":", 2) for line in own.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return math.inf
    limits = [math.inf]
    for _, controllers, path in lines:
        if controllers not in ("", "memory"):
            continue
        root, name = (groups, "memory.max") if not controllers else (groups / "memory", "memory.limit_in_bytes")
        group = Path(path.lstrip("/"))
        for each in (group, *group.parents):
            # a group without a limit says "max", or is not to be seen from a container
            with suppress(OSError, ValueError):
                limits.append(int((root / each / name).read_text(encoding="ascii")))
    return min(limits)


def _walls() -> Iterator[Finding]:
    have = probed()
    if "namespaces" in have:
        yield Finding("good", "a room for each submission, by namespaces")
    elif {"landlock", "seccomp"} <= set(have):
        yield Finding("good", "no room for each submission, because there are no namespaces: the walls are Landlock "
                              "and seccomp")
    for layer in LAYERS:
        if layer.name in have:
            yield Finding("good", f"{layer.name}: {layer.stops}")
        else:
            yield Finding("missing", f"no {layer.name} ({layer.stops}): {layer.missing}")
    if "seccomp" in have:
        yield _calls(have)
    if "limits" in have:
        bounds = [f"{LIMITS['RLIMIT_AS'] >> 30} GiB of memory in addition to torch's own",
                  f"{LIMITS['RLIMIT_CPU']} s of computing", written(have),
                  f"{LIMITS['RLIMIT_NOFILE']} open files"]
        yield Finding("good", f"limits of a worker: {', '.join(bounds)}; one question gets {limits.QUESTION_CPU:g} s "
                              f"of computing and {limits.QUESTION_WALL:g} s in all, and one notebook "
                              f"{limits.NOTEBOOK_CPU:g} s of computing and {limits.NOTEBOOK_OWN:g} s in all")
    try:
        sandbox = Sandbox()
    except NoLayers as missing:
        yield Finding("bad", str(missing))
        return
    with sandbox:
        start = time.perf_counter()
        try:
            worker = sandbox.worker()
            first = time.perf_counter() - start
            start = time.perf_counter()
            if sandbox.fork:
                worker = sandbox.worker()
                yield Finding("good", f"workers: the first starts in {first:.1f} s, the next ones are forked in "
                                      f"{1000 * (time.perf_counter() - start):.0f} ms")
            else:
                yield Finding("missing", f"workers: each starts in {first:.1f} s, because processes can't be forked "
                                         "here (on Linux they can)")
            source = "".join(f"try:\n    import {name}\n    raise SystemExit('{name}')\nexcept ImportError:\n    pass\n"
                             for name in ("autograder", "solutions"))
            answer, _ = worker.ask({"op": "cell", "source": source, "number": 0})
        except (RuntimeError, Died) as error:
            yield Finding("bad", f"no worker runs: {error}")
            return
        if answer["raised"]:
            yield Finding("bad", f"a submission can import {answer['raised']['message']!r}: uninstall this package, "
                                 "because the course runs from its repository")
        else:
            yield Finding("good", "graders and references cannot be imported by a submission")


def written(layers: Sequence[str]) -> str:
    """Returns what a worker's files may take."""
    if "namespaces" in layers:
        return f"{FOLDER['bytes'] >> 20} MiB in {FOLDER['files']:,} files, all of it in memory"
    return (f"{FILES} files of {FILE_BYTES >> 10} KiB, so {FILES * FILE_BYTES >> 20} MiB of disk" if "seccomp" in layers
            else "any number of files")


def _gpu() -> Iterator[Finding]:
    if not torch.cuda.is_available():
        yield Finding("missing", "there is none to try")
        return
    try:
        with Sandbox(device="cuda") as sandbox:
            sandbox.prove()
        yield Finding("good", "a worker computes on the GPU")
    except RuntimeError as error:  # NoLayers and NoRoom among them
        yield Finding("bad", str(error))


def _memory() -> Iterator[Finding]:
    """Tries whether learners' code gets the memory that a right answer may need."""
    try:
        with Sandbox() as sandbox:
            holds, _ = sandbox.worker().ask(
                {"op": "cell", "source": "import torch\ntorch.ones(1 << 29)", "number": 0})
            if holds["raised"]:
                yield Finding("bad", f"a worker cannot hold 2 GiB in one tensor ({holds['raised']['message']}): right "
                                     "answers may lose points")
            else:
                yield Finding("good", "a worker holds 2 GiB in one tensor")
            yield _proxy(sandbox)
    except (RuntimeError, Died) as error:  # NoLayers and NoRoom among them
        yield Finding("bad", f"no worker runs: {error}")


def _proxy(sandbox: Sandbox) -> Finding:
    """Looks at the process that answers for a broken exercise, which has its own limit inside a worker's."""
    room = proxy_process.LIMITS["RLIMIT_AS"] - (1 << 28)  # the rest is for the question itself
    proxy = ProxyProcess(sandbox, topic("se").reference, ["squeeze"])
    try:
        holds, _ = proxy.running().ask({"op": "cell", "source": f"import torch\ntorch.ones({room >> 2})", "number": 2})
    except (RuntimeError, Died) as error:
        return Finding("bad", f"no proxy runs: {error}")
    finally:
        proxy.close()
    if holds["raised"]:
        return Finding("bad", f"a proxy cannot hold {room >> 30} GiB in one tensor ({holds['raised']['message']}): "
                              "exercises that are built on a broken one may lose points")
    return Finding("good", f"a proxy holds {room >> 30} GiB in one tensor")


def _grading() -> Iterator[Finding]:
    """Grades the lesson whose answers need the most memory, in the way in which a notebook of the class is graded."""
    lesson = notebook.lesson(HUNGRIEST)
    solved = read(SOLVED / lesson.name / f"{lesson.name}.ipynb")
    try:
        with Judge(Settings(device="cpu", seed="the doctor's own")) as judge:
            result = judge.grade(solved, lesson.name)
    except RuntimeError as error:  # NoLayers and NoRoom among them
        yield Finding("bad", str(error))
        return
    below = [f"{name}: {verdict.headline}" for name, verdict in result.verdicts.items()
             if verdict.points < verdict.max_points]
    if result.error or below:
        yield Finding("bad",
                      f"the solved notebook of {lesson.name} gets {result.points:g} of {result.max_points:g} points. "
                             f"{result.error or below[0]}")
    else:
        yield Finding("good",
                      f"the solved notebook of {lesson.name}, whose answers need the most memory, gets full marks")


def _calls(layers: tuple[str, ...]) -> Finding:
    """Tries every call of the kernel, by number, inside the walls of a worker."""
    try:
        stray = unlisted(layers)
    except RuntimeError as error:
        return Finding("bad", str(error))
    if stray:
        return Finding("bad",
                       "system calls that are not listed in autograder/sandbox/system_calls.py get through to the "
                       f"kernel: {stray}")
    return Finding("good", f"system calls: of all {len(NUMBERS):,} numbers that were tried, only the "
                           f"{len(listed())} on the list get through")


def _nbgrader() -> Iterator[Finding]:
    try:
        yield Finding("good", f"nbgrader {importlib.metadata.version('nbgrader')}")
    except importlib.metadata.PackageNotFoundError:
        yield Finding("missing",
                      "nbgrader is not installed: `autograder check` works without it; `make class` installs it")
        return
    scripts = sysconfig.get_path("scripts")
    if not shutil.which("alembic") and not shutil.which("alembic", path=scripts):
        yield Finding("bad", f"nbgrader calls `alembic`, which is not in {scripts}: pip install alembic")
    from jupyter_client.kernelspec import KernelSpecManager

    kernels = sorted(KernelSpecManager().find_kernel_specs())
    if "python3" in kernels:
        yield Finding("good", f"kernels: {', '.join(kernels)}")
    else:
        yield Finding("missing",
                      f"no kernel python3 (found: {', '.join(kernels) or 'none'}): learners need it, graders don't. "
                                 "Run `python -m ipykernel install --user`")


def _class() -> Iterator[Finding]:
    """Looks at this folder's class: what its configuration has set, and who can hand in under which name through its
    exchange."""
    if not Path("nbgrader_config.py").exists() or not importlib.util.find_spec("nbgrader"):
        yield Finding("missing",
                      "no nbgrader, or no nbgrader_config.py in this folder: there is no class to check")
        return
    import nbgrader.server_extensions.formgrader.formgrader  # noqa: F401  that the configuration adapts it
    from nbgrader.exchange.default import Exchange

    from autograder.classroom.nbgrader_course import course_app
    from autograder.classroom.nbgrader_plugin import exchange_collect, formgrader
    from autograder.classroom.start import risk

    app = course_app("doctor")
    if INSTALLED and (said := risk(app.coursedir)):
        yield Finding("missing", said)
    yield (Finding("good", "formgrader opens only plain files of a submission, and none that is too large")
           if formgrader.is_adapted() else
           Finding("bad", "formgrader opens every kind of file in a submission: nbgrader_config.py must "
                          + ("be as `autograder start` made it" if INSTALLED else "call nbgrader_plugin.configure(c)")))
    yield from _exchange(Path(Exchange(parent=app).root, app.coursedir.course_id, "inbound"),
                         exchange_collect.Collect(parent=app).check_owner)


def _exchange(inbound: Path, check_owner: bool) -> Iterator[Finding]:
    """Says whether the owners of the folders in an exchange are known. Without such a folder, nobody hands in that way.

    check_owner: the class's setting, see `another_owner`.
    """
    from autograder.classroom.nbgrader_plugin.exchange_collect import account_of, another_owner

    try:
        folders = sorted((name.rsplit("+", 3)[0], name) for name in os.listdir(inbound) if name.count("+") >= 3)
    except OSError:
        return
    names = sorted({name for name, _ in folders})
    unknown = {name for name in names if account_of(name) is None}
    believed = sorted({name for name, folder in folders
                       if name in unknown and not another_owner(inbound / folder, name, check_owner)[1]})
    if not names:
        yield Finding("good",
                      f"nothing is in {inbound}. A folder with the name of an account counts only if that account "
                      "owns it")
    elif not unknown:
        yield Finding("good", f"all {len(names)} who handed in at {inbound} have accounts: a folder counts only if the "
                              "account with its name owns it")
    if believed:
        who = ("anybody who can write there" if not check_owner else
               "anybody who can write there without an account, or with yours,")
        yield Finding("missing",
                      f"{len(believed)} of {len(names)} who handed in at {inbound} have no account here (such as "
                      f"{believed[0]!r}). Only the name of their folder says whose it is, so {who} can use such a name")
    if refused := sorted(unknown.difference(believed)):
        yield Finding("missing",
                      f"{len(refused)} of {len(names)} who handed in at {inbound} have no account here (such as "
                      f"{refused[0]!r}), and their folders belong to other accounts. They are not collected, and the "
                      "log of `nbgrader collect` says why")


def _course() -> Iterator[Finding]:
    if INSTALLED and all(folder.stat().st_mode & 0o001 for folder in [ROOT, *ROOT.parents]):
        yield Finding("missing", f"other accounts of this machine can read the solutions in {ROOT}. If learners have "
                                 f"such accounts, run `chmod 700 {shlex.quote(sys.prefix)}`")
    try:
        yield Finding("good", f"lessons: {', '.join(lesson.name for lesson in notebook.lessons())}")
    except (OSError, ValueError) as error:
        yield Finding("bad", f"the lessons can't be read: {error}. `make build` builds them")
    if not FILE.exists():
        yield Finding("missing", f"no class seed yet; the first grading draws one and keeps it in {FILE}")
    elif os.name == "posix" and FILE.stat().st_mode & 0o077:
        yield Finding("missing", f"other accounts can read the class seed: run chmod 600 {FILE}")
    else:
        yield Finding("good", f"the class seed is in {FILE}; keep a copy, because another seed asks other questions")


LOOKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "Python": _python, "Device": _device, "Machine": _machine, "Sandbox": _walls, "nbgrader": _nbgrader,
    "Class": _class, "Course": _course}
FULL: dict[str, Callable[[], Iterator[Finding]]] = {"GPU": _gpu, "Memory": _memory, "Grading": _grading}
NOT_TRIED = ("Not tried: whether learners' code gets all the memory that a right answer may need, whether it can "
             "compute on a GPU, and whether a solved notebook gets full marks. `autograder doctor --full` tries this, "
             "too.")
