"""A command that is ended from outside leaves no folder and no process, however it is ended."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import psutil
import pytest

from autograder.intake.files import read
from autograder.lessons.course import NOTEBOOKS, ROOT
from tests.adversarial.traces import marked
from tests.waiting import HANG_SECONDS, comes_true, left_working

# In a cell: the kernel is not to kill it with its parent.
BUSY = (
    "import ctypes, os\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\nos.mkdir('d')\nopen('d/x', 'w').write('x')\n"
    "ctypes.CDLL(None).prctl(15, b'at work', 0, 0, 0)\nwhile True:\n    pass\n"
)


def at_work(pid, found):
    """Whether the cell runs below a process. found: gets all that run there."""
    with contextlib.suppress(psutil.NoSuchProcess):  # one that ended while they were listed
        found[:] = psutil.Process(pid).children(recursive=True)
        return any(child.name() == "at work" for child in found)
    return False


def left(folder):
    return [path.name for path in folder.iterdir()] + marked(str(folder))


def ended(folder, by, *options, programs=True):
    """Start `autograder check` on a notebook that takes long, end it, and say with which status it ended."""
    notebook = read(NOTEBOOKS / "01_se/01_se.ipynb")
    notebook.cells.insert(0, nbformat.v4.new_code_cell(BUSY))
    nbformat.write(notebook, folder / "busy.ipynb")
    # a short name: what processes share has at most 107 characters
    scratch = Path(tempfile.mkdtemp(prefix="ended-", dir="/tmp"))
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}"}
    if not programs:
        environment["PATH"] = str(folder)
    run = subprocess.Popen([sys.executable, "-m", "autograder", "check", "busy.ipynb", *options], cwd=folder,
                           env=environment,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    children = []
    assert comes_true(lambda: run.poll() is not None or at_work(run.pid, children))
    assert run.poll() is None, run.stdout.read()
    assert len(children) >= 2
    run.send_signal(by)
    said, _ = run.communicate(timeout=HANG_SECONDS)
    assert not left_working(children) and comes_true(lambda: left(scratch) == [])
    shutil.rmtree(scratch)
    return run.returncode, said


@pytest.mark.parametrize("jobs, by, status, programs", [
    pytest.param(1, signal.SIGTERM, 143, True, marks=pytest.mark.nightly),
    pytest.param(2, signal.SIGTERM, 143, True, marks=pytest.mark.nightly),
    (1, signal.SIGKILL, -9, True), pytest.param(1, signal.SIGKILL, -9, False, marks=pytest.mark.nightly)])
def test_a_check_that_is_ended_leaves_nothing(tmp_path, jobs, by, status, programs):
    found, said = ended(tmp_path, by, f"--jobs={jobs}", programs=programs)
    assert found == status and "Traceback" not in said
