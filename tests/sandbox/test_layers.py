"""Each layer, by code that tries to go through it and does where the layer is missing."""

import os
import socket
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import gpu, isolation
from autograder.sandbox.budget import Died
from autograder.sandbox.isolation import LAYERS, NoLayers, layers_for, works
from autograder.sandbox.sandbox import Sandbox
from tests.conftest import need
from tests.waiting import comes_true, left_working

HERE = Path(__file__).resolve()

# What is tried -> the code, which raises OSError (or is answered by a code below 0) where it is stopped, and the layers
# that stop it.
FILES, SYSTEM = ("landlock", "namespaces"), ("seccomp",)
# what the kernel allows root's capabilities alone, which are given up with the limits
OF_ROOT = ("limits",) if os.geteuid() == 0 else ()
TRIES = {
    "read the tests": (f"open({str(HERE)!r}).close()", FILES),
    "list the tests": (f"os.listdir({str(HERE.parent)!r})", FILES),
    "read the password file": ("open('/etc/passwd').close()", FILES),
    "read another process's environment": ("open(f'/proc/{OTHER}/environ').close()", (*FILES, *OF_ROOT)),
    "write beside the worker's folder": ("open('../left', 'w').close()", FILES),
    "write to shared memory": ("open('/dev/shm/autograder-left', 'w').close(); os.remove('/dev/shm/autograder-left')",
                               FILES),
    "make a link to a file outside": ("os.symlink('/etc/passwd', 'link')", ("landlock",)),
    "make a pipe": ("os.mkfifo('pipe')", (*SYSTEM, "landlock")),
    "change the mode of a file outside": (f"os.chmod({str(HERE)!r}, {HERE.stat().st_mode & 0o777})",
                                          (*SYSTEM, "namespaces")),
    "set the time of a file outside": ("os.utime(TOUCHED)", (*SYSTEM, "namespaces")),
    "connect by TCP": ("socket.create_connection(('127.0.0.1', PORT), 2).close()", ("landlock", *SYSTEM, "namespaces")),
    "send by UDP": ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
                    (*SYSTEM, "namespaces")),
    "connect to a socket of the system": ("socket.socket(socket.AF_UNIX).connect(UNIX)", (*SYSTEM, "namespaces")),
    "start a program": ("subprocess.run(['/bin/true'], check=True)", (*FILES, *SYSTEM)),
    "fork": ("os.fork() or os._exit(0)", SYSTEM),
    "signal another process": ("os.kill(OTHER, 0)", ("landlock", *SYSTEM, "namespaces")),
    "look into another process": ("checked(libc.ptrace(0x4206, OTHER, 0, 0))",
                                  ("landlock", *SYSTEM, "namespaces", *OF_ROOT)),
    "make a namespace": ("checked(libc.unshare(0x10000000))", SYSTEM),
    "leave shared memory behind": ("checked(libc.shmctl(libc.shmget(0, 4096, 0o1600), 0, 0))", SYSTEM),
    "be nicer than others": ("os.setpriority(0, OTHER, os.getpriority(0, OTHER))", (*SYSTEM, "namespaces", *OF_ROOT)),
    "look at another process's limits": ("resource.prlimit(OTHER, resource.RLIMIT_NOFILE)", (*SYSTEM, "namespaces")),
    "address more memory": ("mmap.mmap(-1, 5 << 30)", ("limits",)),
    "write a large file": ("open('large', 'wb').write(bytes(17 << 20))", ("limits",)),
    "open many files": ("[open('/dev/null') for _ in range(300)]", ("limits",)),
}
STOPPED = ("OSError", "PermissionError", "FileNotFoundError", "ConnectionRefusedError", "ProcessLookupError")
COMMON = """
import ctypes, mmap, os, resource, socket, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno())
"""


def cell(worker, source):
    return worker.ask({"op": "cell", "source": source, "number": 0})[0]["raised"]


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """Servers on this machine, and a file, that a submission may know of."""
    folder = tmp_path_factory.mktemp("outside")
    (folder / "touched").touch()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as system:
        system.bind(str(folder / "socket"))
        system.listen()
        other = subprocess.Popen(["sleep", "600"])
        yield (f"PORT, OTHER = {server.getsockname()[1]}, {other.pid}\n"
               f"UNIX, TOUCHED = {str(folder / 'socket')!r}, {str(folder / 'touched')!r}\n")
        other.kill()
        other.wait()


@pytest.fixture(scope="module", params=["none", *(layer.name for layer in LAYERS)])
def behind(request):
    """A sandbox with one layer, or none."""
    need([request.param] if request.param not in ("none", *isolation.probed()) else [])
    with Sandbox(layers=() if request.param == "none" else (request.param,)) as sandbox:
        yield request.param, sandbox


@pytest.mark.parametrize("what", TRIES)
def test_a_wall_stops_what_it_is_there_for(behind, outside, what):
    layer, sandbox = behind
    code, layers = TRIES[what]
    worker = sandbox.worker()
    raised = cell(worker, COMMON + outside + code)
    worker.close()
    assert bool(raised) == (layer in layers), raised
    assert not raised or raised["type"] in STOPPED, raised


def test_all_walls_together_stop_everything_and_leave_a_folder(outside):
    with Sandbox() as sandbox:
        worker = sandbox.worker()
        through = [what for what, (code, _) in TRIES.items() if cell(worker, COMMON + outside + code) is None]
        assert not through
        assert cell(worker, "import os, tempfile, threading, torch\nos.makedirs('a/b')\ntorch.save(torch.ones(3), "
                            "'a/b/t.pt')\n"
                    "os.rename('a/b/t.pt', 'a/t.pt')\nassert torch.load('a/t.pt').sum() == 3\nos.remove('a/t.pt')\n"
                    "with tempfile.NamedTemporaryFile() as file:\n    file.write(b'x')\n"
                    "heard = []\nthread = threading.Thread(target=heard.append, "
                    "args=(1,))\nthread.start()\nthread.join()\nassert heard\nimport numpy.linalg, matplotlib.pyplot "
                    "as plt\nplt.figure()\nplt.plot([1, 2])\nplt.savefig('p.png')") is None
        worker.close()


DEVICE = "open('/dev/full', 'r+b', buffering=0).read(1)"  # stands for a device file of a GPU's driver


@pytest.mark.parametrize("layers", [("landlock",), ("namespaces",), isolation.probed()])
def test_a_worker_on_the_gpu_may_open_its_drivers_files_and_no_other_worker_may(monkeypatch, layers):
    need(set(layers) - set(isolation.probed()))
    for allowed in (False, True):
        with Sandbox(layers=layers) as sandbox:
            raised = cell(sandbox.worker(), DEVICE)
        assert bool(raised) != allowed, raised
        monkeypatch.setattr(isolation, "driver", lambda device: ("/dev/full",))


def test_the_drivers_files_are_devices(tmp_path):
    (tmp_path / "nvidia-of-somebody").touch()
    os.mkfifo(tmp_path / "nvidia-pipe")
    assert gpu.devices(str(tmp_path)) == ()


def test_threads_have_a_bound(sandbox):
    worker = sandbox.worker()
    with pytest.raises(Died, match="more than 64 threads"):
        cell(worker, "import threading\nthreading.stack_size(1 << 16)\nwait = threading.Event()\n"
             "for _ in range(100): threading.Thread(target=wait.wait, daemon=True).start()")


def test_a_worker_ends_with_who_asked_it(tmp_path):
    """Killed outright, the judge can't tidy up: what it started must not go on."""
    program = ("from autograder.sandbox.sandbox import Sandbox\nworker = Sandbox().worker()\nprint(worker.pid, "
               "worker.folder, flush=True)\nworker.ask({'op': 'cell', 'source': 'while True: pass', 'number': 0})")
    judge = subprocess.Popen([os.sys.executable, "-c", program], cwd=HERE.parents[2], stdout=subprocess.PIPE, text=True,
                             env={**os.environ, "PYTHONPATH": "course"})
    pid, folder = judge.stdout.readline().split()
    time.sleep(0.3)
    worker = psutil.Process(int(pid))
    judge.kill()
    judge.wait()
    assert not left_working([worker]) and comes_true(lambda: not Path(folder).parent.exists())


def test_a_wall_that_does_not_keep_what_it_says_is_not_there(monkeypatch):
    assert all(works(layer) for layer in LAYERS if layer.name in isolation.probed())
    monkeypatch.setattr(isolation, "settings", lambda layers, device: {"landlock": None, "seccomp": ""})
    assert not any(works(layer) for layer in LAYERS if layer.name in ("landlock", "seccomp"))


@pytest.mark.parametrize("have, open_to", [((), "files and the network"), (("limits",), "files and the network"),
                                           (("limits", "landlock"), "network"), (("limits", "seccomp"), "files")])
def test_strangers_are_refused_where_something_is_open(monkeypatch, have, open_to):
    monkeypatch.setattr(isolation, "probed", lambda: have)
    with pytest.raises(NoLayers, match=f"keeps learners' code from your {open_to}, so nothing was "
                                       "run.*--isolation none"):
        layers_for("auto")
    assert layers_for("none") == ()


@pytest.mark.parametrize("have", [("limits", "landlock", "seccomp"), ("limits", "namespaces"),
                                  tuple(layer.name for layer in LAYERS)])
def test_either_pair_of_walls_is_enough(monkeypatch, have):
    monkeypatch.setattr(isolation, "probed", lambda: have)
    assert layers_for("auto") == have


def test_unknown_isolation():
    with pytest.raises(ValueError, match="'strong' is not one of auto, none"):
        Sandbox("strong")


def test_a_course_below_a_path_that_may_be_read_is_refused(monkeypatch):
    isolation.readable.cache_clear()
    monkeypatch.setattr(isolation, "ROOT", Path("/usr/lib/course"))
    with pytest.raises(NoLayers, match="The course is in /usr/lib/course, below .*/lib, which learners' code may "
                                       "read: move it"):
        isolation.readable()


def test_packages_that_an_environment_shares_with_another_can_be_read(tmp_path, monkeypatch):
    shared, other = tmp_path / "site-packages", tmp_path / "mine"
    for folder in (shared, other):
        folder.mkdir()
        monkeypatch.syspath_prepend(folder)
    found = isolation.readable.__wrapped__()  # as if it were asked for the first time
    assert str(shared) in found and str(other) not in found


LIMITED = """
import ctypes, mmap, sys
sys.path.insert(0, "autograder")
from worker import layers
torch = mmap.mmap(-1, 5 << 30, prot=0)  # as much as a build for CUDA maps when it is imported, and more
layers.limit({"RLIMIT_AS": 1 << 30})
mine = bytearray(700 << 20)
try:
    more = bytearray(700 << 20)
except MemoryError:
    print("bounded")
"""


def test_what_torch_maps_is_no_part_of_what_a_notebook_may_hold():
    run = subprocess.run([os.sys.executable, "-c", LIMITED], cwd=HERE.parents[2], capture_output=True, text=True)
    assert run.stdout.strip() == "bounded", run.stderr
