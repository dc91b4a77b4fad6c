"""A worker's limits, and what is left of it when it is over."""

import os
import signal
import socket
import threading
import time

import psutil
import pytest
import torch

from autograder.sandbox import limits
from autograder.sandbox import sandbox as sandboxes
from autograder.sandbox.budget import Died
from autograder.sandbox.isolation import NoRoom
from tests.waiting import HANG_SECONDS, comes_true, left_working


def cell(worker, source):
    return worker.ask({"op": "cell", "source": source, "number": 0})[0]["raised"]


def dies(worker, source):
    process = psutil.Process(worker.pid)
    with pytest.raises(Died) as death:
        cell(worker, source)
    assert not worker.folder.exists()
    assert not left_working([process])
    return death.value.kind


def test_a_loop_that_never_ends(sandbox, monkeypatch):
    monkeypatch.setattr(limits, "QUESTION_CPU", 0.5)
    assert dies(sandbox.worker(), "while True: pass") == "cpu"
    assert cell(sandbox.worker(), "1") is None


def test_a_name_for_the_user_where_nobody_is_known(sandbox):
    """With some CUDA builds, torch asks for it while it is imported, and no worker started."""
    assert cell(sandbox.worker(), "import getpass; getpass.getuser()") is None
    assert cell(sandbox.worker(), "from torch._inductor.runtime.cache_dir_utils import cache_dir; cache_dir()") is None


def test_sleeping(sandbox, monkeypatch):
    monkeypatch.setattr(limits, "QUESTION_WALL", 0.5)
    assert dies(sandbox.worker(), "import time; time.sleep(60)") == "wall"


@pytest.mark.parametrize("source", ["import os; os._exit(0)", "import os; os.abort()",
                                    "import ctypes; ctypes.string_at(0)"])
def test_ending_the_process(sandbox, source):
    assert dies(sandbox.worker(), source) == "ended"


def test_leaving_python_is_an_error_of_the_cell(sandbox):
    worker = sandbox.worker()
    assert cell(worker, "import sys; sys.exit(0)")["type"] == "SystemExit"
    assert cell(worker, "x = 1") is None
    worker.close()


@pytest.mark.parametrize(
    "forged",
    [
        r"b'\x02\0\0\0\0\0\0\0{}'",
        "b'nothing like a frame'",
        r"b'\xff' * 100000",
        r"""(lambda h: len(h).to_bytes(8, 'little') + h)(b'[{"id": 99, "answer": {"raised": null}}, []]')""",
    ],
)
def test_forged_answers_are_the_workers_end(sandbox, forged):
    assert dies(sandbox.worker(),
                f"import os; os.write(3, {forged}); input()\nimport time; time.sleep(5)") in ("broken", "ended")


def test_memory_and_files_are_bounded(sandbox):
    worker = sandbox.worker()
    assert "allocate" in cell(worker, "import torch; torch.ones(3 << 30)")["message"]
    assert cell(worker, "open('big', 'wb').write(bytes(32 << 20))") is not None
    # less may be asked for
    assert cell(worker, "import resource; resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))") is None
    worker.close()


def test_a_machine_on_which_a_worker_holds_too_little_is_refused(sandbox, monkeypatch):
    monkeypatch.setattr(sandboxes, "ROOM", 8 << 30)  # a worker may have three
    with pytest.raises(NoRoom, match=r"can't have 8 GiB of memory on this machine.*nothing is graded on "
                                     r"it.*allocate.*`ulimit -v`"):
        sandbox.prove()
    monkeypatch.undo()
    sandbox.prove()
    assert sandbox.roomy


def test_floods_of_output_are_nobodys_problem(sandbox, capfd):
    worker = sandbox.worker()
    assert cell(worker,
                "import os, sys\nfor _ in range(100):\n    print('x' * 100_000)\n    os.write(1, b'y' * 100_000)\n"
                "    sys.stderr.write('z')") is None
    worker.close()
    assert capfd.readouterr() == ("", "")


def test_what_a_submission_started_ends_with_it():
    with sandboxes.Sandbox(layers=("limits",)) as sandbox:  # where a wall is missing that refuses new processes
        worker = sandbox.worker()
        assert cell(worker, "import subprocess; child = subprocess.Popen(['sleep', '100000']); open('pid', "
                            "'w').write(str(child.pid))") is None
        child = int((worker.folder / "pid").read_text())
        assert psutil.pid_exists(child)
        worker.close()
        assert comes_true(lambda: not psutil.pid_exists(child))


def test_a_notebook_has_a_time_of_its_own(sandbox):
    worker = sandbox.worker()
    worker.until = time.monotonic() + 0.5
    assert dies(worker, "import time; time.sleep(60)") == "budget"


def test_a_worker_holds_nothing_of_ours(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_OF_MINE", "1")
    worker = sandbox.worker()
    found = cell(worker, "import os, sys\n"
                 "for name in ('autograder', 'solutions', 'solutions.se.reference'):\n"
                 "    try:\n        __import__(name)\n        raise SystemExit(name)\n    except ImportError:\n     "
                 "   pass\nassert 'SECRET_OF_MINE' not in os.environ and os.environ['HOME'] == '/nonexistent'\n"
                 "paths = [f'/proc/self/fd/{f}' for f in os.listdir('/proc/self/fd')]\n"
                 "files = [os.readlink(path) for path in paths if os.path.exists(path)]\n"
                 "assert sum(f.startswith('socket:') for f in files) == 1 and set(files[:3]) == {'/dev/null'}, files\n"
                 "assert all(f == '/dev/null' or f.startswith('socket:') for f in files), files\n"
                 "assert not os.listdir('.')\n"
                 "assert sys.argv == ['-c']")
    assert found is None, found
    worker.close()


def test_notebook_magic_and_friends_do_nothing(sandbox):
    worker = sandbox.worker()
    for source in ("%matplotlib inline\n!rm -rf /\nx = !ls\n%pip install torch\n?print\n1", "%%time\ny = 2",
                   "%%bash\nexit 1",
                   "%%timeit\nz = 3",
                   "import asyncio\nawait asyncio.sleep(0)\nasync with asyncio.Lock(): w = 4",
                   "name = input('who? '); display(name)",
                   "from IPython.display import display, HTML; display(HTML('<b>'))",
                   "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
                   "from attention_lab import check, progress\nassert check(print) == 0.0\nprogress()",
                   "from attention_lab.pictures import show_images\nfrom attention_lab.networks.training import train\n"
                   "show_images(train(1)[0].lead, titles=[])",
                   "if __name__ == '__main__': v = 5",
                   "from dataclasses import dataclass\n@dataclass\nclass Pair:\n    a: int",
                   "assert (y, z, w, name, v, Pair(1).a) == (2, 3, 4, '', 5, 1)"):
        assert cell(worker, source) is None, source
    worker.close()


def test_a_worker_of_its_own_process_where_nothing_can_be_forked():
    with sandboxes.Sandbox() as sandbox:
        sandbox.fork = False
        first, second = sandbox.worker(), sandbox.worker()
        assert cell(first, "x = 1") is None and cell(first, "assert x == 1") is None
        assert cell(second, "x")["type"] == "NameError"
        assert dies(first, "import os; os._exit(0)") == "ended"
        second.close()


def test_where_the_process_that_forks_was_stopped_the_next_worker_gets_another(monkeypatch):
    with sandboxes.Sandbox("none") as sandbox:
        if not sandbox.fork:
            pytest.skip("every worker is a process of its own here")
        sandbox.worker().close()
        os.kill(sandbox.first.process.pid, signal.SIGSTOP)
        monkeypatch.setattr(limits, "START", 0.5)
        with pytest.raises(TimeoutError):
            sandbox.worker()
        monkeypatch.undo()
        assert cell(sandbox.worker(), "x = 1") is None


def test_root_lifts_no_limit_and_makes_no_file_immutable():
    """What capabilities would allow, where no other wall is."""
    with sandboxes.Sandbox(layers=("limits",)) as sandbox:
        worker = sandbox.worker()
        assert cell(worker, "import fcntl, os, resource\n"
                    "def refused(action, *arguments):\n"
                    "    try:\n        action(*arguments)\n"
                    "    except (OSError, ValueError):\n        return\n"
                    "    raise SystemExit(action.__name__)\n"
                    "refused(resource.setrlimit, resource.RLIMIT_AS, (1 << 40, 1 << 40))\n"
                    "refused(os.chroot, '.')\nrefused(os.setgroups, [0])\nrefused(os.chown, '.', 7, 7)\n"
                    "refused(fcntl.ioctl, os.open('.', os.O_RDONLY), 0x40086602, bytes([16, 0, 0, 0]))") is None
        worker.close()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this GPU works")
def test_where_workers_cannot_use_the_gpu_nothing_is_graded():
    """Here there is none; and on a machine with one, a worker may still not reach it."""
    with sandboxes.Sandbox(device="cuda") as sandbox, pytest.raises(NoRoom, match="(?s)--device cpu.*The reason: .+"):
        sandbox.prove()


@pytest.fixture
def shared(sandbox):
    """What two processes of ours are told of a sandbox; here both are this process."""
    if not sandbox.fork:
        pytest.skip("every worker is a process of its own here")
    return [sandbox.share() for _ in range(2)]


def test_what_shares_a_forker_ends_alone(shared):
    with sandboxes.Sandbox(shared=shared[1]) as two:
        with sandboxes.Sandbox(shared=shared[0]) as one:
            workers = [each.worker() for each in (one, two)]
            assert [cell(worker, f"x = {i}") for i, worker in enumerate(workers)] == [None, None]
            kinds = []
            busy = threading.Thread(target=lambda: kinds.append(dies(workers[0], "while True: pass")))
            busy.start()
            one.first.control.shutdown(socket.SHUT_RDWR)  # as if its process was killed
            busy.join(HANG_SECONDS)
            assert kinds == ["ended"]  # at once, not by a limit
        assert cell(workers[1], "assert x == 1") is None
        assert cell(two.worker(), "assert 'x' not in globals()") is None


@pytest.mark.usefixtures("shared")
def test_where_the_shared_forker_is_over_one_has_its_own():
    with sandboxes.Sandbox() as above:
        told = above.share()
        above.first.process.kill()
        with sandboxes.Sandbox(shared=told) as sandbox:
            assert cell(sandbox.worker(), "x = 1") is None and sandbox.first.process
