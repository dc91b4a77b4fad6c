"""The gradebook on a PostgreSQL server: a private one, started for this test."""

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.conftest import need

from .classes import counts, grade, penalties
from .course import Course
from .pupils import LESSON, PUPILS

pytestmark = pytest.mark.nightly

SOME = [pupil for pupil in PUPILS if pupil.student[:3] in ("ada", "dor", "mia", "sue", "tom", "uma", "vic")]


def server_tool(name: str) -> str | None:
    """Debian keeps the server's tools out of PATH."""
    return shutil.which(name) or max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), default=None)


@pytest.fixture(scope="module")
def db_url():
    need([name for name in ("initdb", "pg_ctl") if not server_tool(name)])
    user = {"user": "nobody"} if os.getuid() == 0 else {}  # a PostgreSQL server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a short path: the server's socket lies in it
    if user:
        shutil.chown(folder, **user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, cwd=folder, env={**os.environ, "LC_ALL": "C.UTF-8"},
                       **user)

    run(server_tool("initdb"), "-D", f"{folder}/data", "-U", "grader", "--auth=trust", "--no-sync", "-E", "UTF8")
    run(server_tool("pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o",
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")
    try:
        yield f"postgresql://grader@127.0.0.1:{port}/postgres"
    finally:
        run(server_tool("pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def test_the_points_are_the_same(db_url, tmp_path):
    course = Course(tmp_path / "course", db_url)
    course.release()
    course.collect(SOME)
    command = course.nbgrader("autograde", LESSON)
    assert command.returncode == 0, command.stderr[-3000:]
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}
    assert not list(course.folder.glob("*.db"))
    assert course.nbgrader("generate_feedback", LESSON).returncode == 0
    assert course.nbgrader("export", "--to", str(tmp_path / "grades.csv")).returncode == 0
    assert len((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(SOME)


def test_a_server_holds_the_same(db_url, tmp_path):
    course = Course(tmp_path / "course", db_url)
    course.release()
    course.collect(SOME)
    run = grade(course)
    assert run.returncode == 0, run.stdout + run.stderr
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}
    assert penalties(course) == {pupil.student: 2 * pupil.late for pupil in SOME}
    assert not list(course.folder.glob("*.db"))
    again = grade(course, "--force")
    assert again.returncode == 0 and counts(again) == (0, len(SOME))
    assert course.grades() == {pupil.student: pupil.points for pupil in SOME}
    assert course.nbgrader("generate_feedback", LESSON).returncode == 0
    assert course.nbgrader("export", "--to", str(tmp_path / "grades.csv")).returncode == 0
    assert len((tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()) == 1 + len(SOME)
