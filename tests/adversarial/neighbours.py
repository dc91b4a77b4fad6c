"""`python -m tests.adversarial.neighbours LAYERS`: what one worker can reach of the others, of the process that forks
them, of the process that answers for proxies, and of the judge, with four workers alive. Prints a list, as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable

import psutil

from autograder.judge.proxy_process import ProxyProcess
from autograder.lessons.topics import topic
from autograder.sandbox.sandbox import Sandbox

OTHERS = 3

# What is tried on each process. `open` alone tells: nothing has to be changed for it.
TRIES = '''
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
def called(result):
    if result < 0:
        raise OSError(ctypes.get_errno())
def opened(name, mode):
    return lambda pid: open(f"/proc/{pid}/{name}", mode, buffering=0).close()
TRIES = {
    **{name: opened(name, "rb") for name in
       ("mem", "maps", "environ", "smaps_rollup", "pagemap", "auxv", "stack", "syscall", "exe")},
    "mem, to write": opened("mem", "r+b"), "clear_refs": lambda pid: os.close(os.open(f"/proc/{pid}/clear_refs", 1)),
    "oom_score_adj": lambda pid: os.close(os.open(f"/proc/{pid}/oom_score_adj", 1)),
    **{name: lambda pid, name=name: os.listdir(f"/proc/{pid}/{name}") for name in ("fd", "map_files", "cwd", "root")},
    "memory of a thread": lambda pid: open(f"/proc/{pid}/task/{pid}/mem", "rb").close(),
    "namespace": lambda pid: os.readlink(f"/proc/{pid}/ns/user"),
    "process_vm_readv": lambda pid: called(libc.process_vm_readv(pid, struct.pack("PN", 4096, 1), 1,
                                                                 struct.pack("PN", 4096, 1), 1, 0)),
    "ptrace": lambda pid: called(libc.ptrace(0x4206, pid, 0, 0)),
    "pidfd_getfd": lambda pid: called(libc.syscall(438, os.pidfd_open(pid), 0, 0)),
    "kill": lambda pid: os.kill(pid, 0),
}
found, pids = [], [*OTHERS]
try:
    pids += [int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) not in OTHERS]
except OSError:
    pass
for pid in pids:
    for name, tried in TRIES.items():
        try:
            pid == os.getpid() or tried(pid) or found.append(f"{name} of {OTHERS.get(pid, 'another process')}")
        except OSError:
            pass
for folder in FOLDERS:
    for name, tried in {"list": lambda: os.listdir(folder), "read": lambda: open(f"{folder}/mine").close(),
                        "write": lambda: open(f"{folder}/note", "w").close(),
                        "note": lambda: open(f"{folder}/../note", "w").close()}.items():
        try:
            tried()
            found.append(f"{name} in the folder of another")
        except OSError:
            pass
raise RuntimeError("|".join(dict.fromkeys(found)))
'''


def reached(layers: Iterable[str]) -> list[str]:
    """Returns what a worker behind these layers reaches, in words. Some of the others are another judge's."""
    with Sandbox(layers=tuple(layers)) as another, Sandbox(shared=another.share()) as sandbox:
        others = [each.worker() for each in (another, *[sandbox] * (OTHERS - 1))]
        for other in others:
            answer, _ = other.ask({"op": "cell", "source": "open('mine', 'w').write('x')", "number": 0})
            assert answer["raised"] is None, answer
        proxies = ProxyProcess(sandbox, topic("se").reference, ["squeeze"])
        mine, answers = sandbox.worker(), proxies.running()
        forks = another._forker().process.pid
        pids = {forks: "the process that forks", os.getpid(): "the judge", answers.pid: "the proxies' process"}
        pids |= {child.pid: "a process above" for child in psutil.Process(forks).children(recursive=True)}
        pids |= {other.pid: "another worker" for other in others}
        pids.pop(mine.pid, None)
        folders = [str(worker.folder) for worker in (*others, answers)]
        source = f"OTHERS, FOLDERS = {pids!r}, {folders!r}\n{TRIES}"
        raised = mine.ask({"op": "cell", "source": source, "number": 0})[0]["raised"]
        proxies.close()
    assert raised["type"] == "RuntimeError", raised
    return [each for each in raised["message"].split("|") if each]


if __name__ == "__main__":
    print(json.dumps(reached(sys.argv[1].split("+"))))
