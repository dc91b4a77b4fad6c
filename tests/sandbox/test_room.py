"""Each submission's room, in every set of walls that docs/security.md promises."""

import contextlib
import json
import shutil
import subprocess
import sys
import time

import pytest

from attention_lab.checking.verdict import report
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.sandbox import isolation
from autograder.sandbox.budget import Died
from autograder.sandbox.isolation import FILE_BYTES, FILES, FOLDER
from autograder.sandbox.sandbox import Sandbox
from tests.adversarial.levels import SUFFICIENT
from tests.adversarial.neighbours import reached
from tests.classroom.pupils import FULL, LESSON, NOTHING, SOLVED, Pupil, notebook_of
from tests.conftest import ROOT, need

PLACES = [pytest.param(walls.split("+"), id=walls) for walls in SUFFICIENT]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="walls are Linux's")


@pytest.fixture(scope="module", params=PLACES)
def behind(request):
    """A sandbox with a set of walls."""
    need(set(request.param) - set(isolation.probed()))
    with Sandbox(layers=request.param) as sandbox:
        yield sandbox


@pytest.mark.parametrize("walls", PLACES)
def test_nothing_of_the_others_can_be_reached(walls):
    need(set(walls) - set(isolation.probed()))
    assert reached(walls) == []


def test_without_walls_the_others_would_be_reached():
    found = reached(["limits"])
    assert "mem of a process above" in found and not any("mem of the process that forks" in each for each in found)


# What a learner's notebook says about what it found, or leaves behind.
SUBMISSIONS = {
    "the process that forks is overwritten": """
import gc, os
with open(f"/proc/{os.getppid()}/mem", "r+b", buffering=0) as memory:
    for text in ("observations", "observe", "exercise"):
        for held in [each for owner in gc.get_objects() if isinstance(owner, dict) for each in owner if each == text]:
            memory.seek(id(held) + 48)
            memory.write(text.upper().encode())
""",
    "a note for the next": """
import os
open("../note", "w").write("x")
FOUND.append("a note")
""",
    "the reference is read in the proxies' process": """
import os
for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
    if pid != os.getpid():
        FOUND.append(open(f"/proc/{pid}/maps").read(100))
""",
}


@pytest.mark.parametrize("walls", PLACES)
def test_the_next_has_what_it_earned(walls):
    need(set(walls) - set(isolation.probed()))
    broken = {**SOLVED, "squeeze": "def squeeze(x):\n    return x.sum(dim=(2, 3)) + 7\n"}
    with Judge(Settings("none", seed="rooms")) as judge:
        judge.sandboxes["cpu"].close()
        judge.sandboxes["cpu"] = Sandbox(layers=walls)
        for what, source in SUBMISSIONS.items():
            block = SOLVED["SEBlock"] + "\nFOUND = []\ndef look():\n    " + source.replace("\n", "\n    ") + """
try:
    look()
except OSError:
    pass
if FOUND:
    class SEBlock(nn.Module):
        def __init__(self, channels, reduction=16):
            raise ValueError(f"it found {FOUND}")
"""
            told = judge.grade(notebook_of(Pupil("eve", what, NOTHING, {**broken, "SEBlock": block})), LESSON)
            assert not any("it found" in report.text(verdict) for verdict in told.verdicts.values()), what
            assert told.verdicts["SEBlock"].points == told.verdicts["SEBlock"].max_points
            ada = judge.grade(notebook_of(Pupil("ada", "everything right", FULL, SOLVED)), LESSON)
            assert tuple(verdict.points for verdict in ada.verdicts.values()) == FULL, what


def cell(worker, source):
    return worker.ask({"op": "cell", "source": source, "number": 0})[0]["raised"]


# How a worker hides what it has written. Each of them goes on until it is refused.
HIDING = {
    "files": "open(f'f{i}', 'wb').write(block)",
    "files that are open and in no folder": "held.append(open('f', 'w+b', buffering=0)); held[-1].write(block); "
                                            "os.remove('f')",
    "files that are mapped and in no folder": "f = open('f', 'w+b'); f.write(block); f.flush(); os.remove('f'); "
                                              "held.append(mmap.mmap(f.fileno(), 4096))",
    "files that are mapped for oneself": "f = open('f', 'w+b'); f.write(block); f.flush(); os.remove('f'); "
                                         "held.append(mmap.mmap(f.fileno(), 4096, access=mmap.ACCESS_COPY))",
    "files on their way through a socket": "f = open('f', 'w+b', buffering=0); f.write(block); os.remove('f'); "
                                           "socket.send_fds(there, [b'x'], [f.fileno()])",
    "files without a name": "held.append(os.open('.', os.O_TMPFILE | os.O_RDWR)); os.write(held[-1], block)",
    "folders": "os.mkdir(f'd{i}')",
    "folders in folders": "os.mkdir(200 * 'd'); os.chdir(200 * 'd')",
    "links": "i or open('f', 'w').close(); os.link('f', f'f{i}')",
}
TRY = """
import mmap, os, socket
held, block, made, (ours, there) = [], bytes({size}), 0, socket.socketpair()
there.setblocking(False)
home = os.getcwd()
for i in range(3000):
    try:
        {how}
    except OSError:
        break
    made += 1
os.chdir(home)
raise RuntimeError(made)
"""


@pytest.mark.parametrize("how", HIDING)
def test_what_it_writes_has_a_bound(behind, how):
    in_memory = "namespaces" in behind.layers
    size, most = (FOLDER["bytes"] // 8, FOLDER["files"]) if in_memory else (FILE_BYTES, FILES)
    worker = behind.worker()
    made = int(cell(worker, TRY.format(size=size, how=HIDING[how]))["message"])
    assert made <= (8 if in_memory and "block" in HIDING[how] else most)
    assert not in_memory or not list(worker.folder.iterdir())
    worker.close()
    assert not worker.folder.exists()


def test_no_file_is_larger_than_promised(behind):
    worker = behind.worker()
    most = isolation.LIMITS["RLIMIT_FSIZE"] if "namespaces" in behind.layers else FILE_BYTES
    assert cell(worker, f"with open('f', 'wb') as file: file.write(bytes({most}))") is None
    assert cell(worker, f"with open('f', 'wb') as file: file.write(bytes({most} + 1))")["type"] == "OSError"
    assert cell(worker, f"import os\nos.truncate('f', {most} + 1)")["type"] == "OSError"
    worker.close()


def test_nothing_of_the_kernel_can_be_written(behind):
    """Root may write there by its number alone, without a capability: what runs when a program crashes, for example."""
    worker = behind.worker()
    assert cell(worker, "import os\nopened = []\nfor folder in ('/proc', '/sys'):\n"
                        "    for where, _, names in os.walk(folder):\n        for name in names:\n"
                        "            if where.endswith('/fd'):\n                continue\n"
                        "            try:\n                os.close(os.open(f'{where}/{name}', os.O_WRONLY))\n"
                        "                opened.append(f'{where}/{name}')\n            except OSError:\n"
                        "                pass\nassert not opened, opened[:5]") is None
    worker.close()


def test_of_the_machine_no_more_is_read_than_anybody_may(behind):
    """Root may read there what the kernel tells about all processes and its own memory."""
    worker = behind.worker()
    assert cell(worker, "found = []\nfor name in ('kpagecount', 'kpageflags', 'vmallocinfo', 'timer_list', 'slabinfo', "
                        "'keys', 'kcore', 'kmsg'):\n    try:\n        found += [open(f'/proc/{name}', 'rb').read(8)]\n"
                        "    except OSError:\n        pass\nassert not found, found") is None
    worker.close()


def test_nobody_computes_or_writes_unasked(behind):
    worker = behind.worker()
    assert cell(worker, "import ctypes, signal, struct, threading, time\n"
                        "libc, timer = ctypes.CDLL(None), ctypes.c_void_p()\n"
                        "wakes = struct.pack('Pii48x', 0, signal.SIGCONT, 0)  # every 2 ms\n"
                        "if libc.timer_create(1, wakes, ctypes.byref(timer)) == 0:\n"
                        "    libc.timer_settime(timer, 0, struct.pack('4l', 0, 2000000, 0, 2000000), None)\n"
                        "count = 0\ndef go():\n    global count\n    while True:\n"
                        "        count += 1\n        time.sleep(0.01)\n"
                        "threading.Thread(target=go, daemon=True).start()\ntime.sleep(0.1)\nfirst = count") is None
    time.sleep(1.5)
    assert cell(worker, "assert first and count - first < 50, count") is None
    worker.close()


def test_nobody_keeps_the_next_worker_from_starting(behind):
    """Descriptors on their way count for all processes of a user."""
    worker = behind.worker()
    cell(worker, "import socket\nheld = []\nwhile len(held) < 40:\n    held.append(socket.socketpair())\n"
                 "    held[-1][0].setblocking(False)\n    for _ in range(20):\n"
                 "        socket.send_fds(held[-1][0], [b'x'], 16 * [0])")
    behind.worker().close()
    worker.close()


def test_a_signal_goes_to_a_process_and_not_to_its_number(behind):
    """The number may be another's as soon as a process has ended."""
    worker, other = behind.worker(), subprocess.Popen(["sleep", "60"], start_new_session=True)
    with contextlib.suppress(Died):
        cell(worker, "import os; os._exit(0)")
    again = behind.worker()
    again.pid = other.pid
    again.close()
    assert other.poll() is None
    other.kill()
    other.wait()


def test_where_namespaces_are_refused_the_other_walls_are_named(tmp_path):
    need([] if shutil.which("unshare") else ["unshare"])
    program = ("import json\nfrom autograder.doctor import _walls\n"
               "print(json.dumps([[found.state, found.text] for found in _walls()]))")
    refusing = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$0" -c "$1"'
    run = subprocess.run(["unshare", "-Ur", "sh", "-c", refusing, sys.executable, program], cwd=ROOT,
                         capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found[0][1].startswith("no room for each submission") and "Landlock and seccomp" in found[0][1]
    product = f"{FILES} files of {FILE_BYTES >> 10} KiB, so {FILES * FILE_BYTES >> 20} MiB of disk"
    assert any(product in text for _, text in found)
    assert ["bad"] not in [[state] for state, _ in found]
