"""Runs that end in the middle: nothing is lost, nothing is left that stands in the way, and the same command goes
on."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests.classroom.pupils import LESSON
from tests.waiting import HANG_SECONDS, left_working

from .classes import QUICK, command, counts, environment, grade, moved

pytestmark = pytest.mark.nightly

SOME = [pupil for pupil in QUICK if pupil.student in ("ada", "cleo", "dora", "jon", "kim", "ned", "ola", "uma")]
EXPECTED = {pupil.student: pupil.points for pupil in SOME}


@pytest.fixture
def handed_in(released, tmp_path):
    course = moved(released, tmp_path / "course")
    course.collect(SOME)
    return course


def interrupted(course, by):
    """Send a signal to the whole group, as a terminal does, when the first submission is recorded.
    Returns what was printed."""
    scratch = Path(tempfile.mkdtemp(prefix="scratch-"))  # a socket in pytest's own folder would have too long a name
    run = subprocess.Popen(command("--jobs=2"), cwd=course.folder, env={**environment(course), "TMPDIR": str(scratch)},
                           text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                           # tests that a shell runs in the background ignore SIGINT, and so would whatever they start
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    first = run.stdout.readline()
    assert first.startswith(f"1/{len(SOME)}"), first
    children = psutil.Process(run.pid).children(recursive=True)
    assert len(children) >= 2
    os.kill(run.pid, by) if by == signal.SIGKILL else os.killpg(run.pid, by)
    rest, _ = run.communicate(timeout=HANG_SECONDS)
    assert not left_working(children)
    left = [path.name for path in scratch.iterdir() if path.name.startswith("autograder-")]
    shutil.rmtree(scratch)
    assert left == []
    return run.returncode, first + rest


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_the_same_command_goes_on(handed_in, by):
    status, printed = interrupted(handed_in, by)
    said = [line.split("  ") for line in printed.splitlines() if re.match(r"\d+/\d+  ", line)]
    # a line cut short is printed once more
    recorded = len({student for _, student, points, *_ in said if points != "NOT RECORDED"})
    if by != signal.SIGKILL:
        assert (status, "Interrupted" in printed, "Traceback" in printed) == (128 + by, True, False), printed
    kept = len(list((handed_in.folder / "work/verdicts").glob("*.json")))
    assert kept
    database = sqlite3.connect(handed_in.folder / "gradebook.db")
    assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
    database.close()

    run = grade(handed_in)
    assert run.returncode == 0, run.stdout + run.stderr
    judged, known = counts(run)
    assert recorded - 1 <= len(SOME) - judged - known <= recorded + 1  # one may have been recorded unseen
    assert judged <= len(SOME) - kept
    assert handed_in.grades() == EXPECTED
    with handed_in.gradebook() as gradebook:
        assert len(gradebook.assignment_submissions(LESSON)) == len(SOME)
    assert counts(grade(handed_in)) == (0, 0)


@pytest.mark.parametrize("left", ["nothing but files", "before judging", "half a file"])
def test_what_a_killed_run_left_is_done_again(again, left):
    folder = again.folder / "autograded/dora" / LESSON
    path = folder / f"{LESSON}.ipynb"
    whole = path.read_bytes()
    path.unlink()
    if left == "before judging":  # sanitized, as nbgrader writes it first
        shutil.copy(again.folder / "submitted/dora" / LESSON / f"{LESSON}.ipynb", folder)
    elif left == "half a file":
        path.write_bytes(whole[:len(whole) // 2])
    run = grade(again)
    assert run.returncode == 0 and counts(run) == (0, 1)
    assert path.read_bytes() == whole


def test_two_runs_at_a_time_are_refused(handed_in):
    run = subprocess.Popen(command("--jobs=1"), cwd=handed_in.folder, env=environment(handed_in),
                           stdout=subprocess.PIPE)
    try:
        log = handed_in.folder / "work/grade.log"
        while not log.exists() or not log.stat().st_size:
            assert run.poll() is None
            time.sleep(0.05)
        run.send_signal(signal.SIGSTOP)  # a whole class is graded while another command starts
        second = grade(handed_in)
        assert second.returncode == 2 and "another `autograder grade` is running" in second.stderr
    finally:
        run.kill()
        run.communicate()
