"""What reaches a real terminal."""

import os
import pty
import subprocess
import sys

import pytest

from tests.classroom.pupils import LESSON, PUPILS, ROOT, Pupil, hand_in

from .classes import command, environment, moved

pytestmark = pytest.mark.nightly

EVIL = "\x1b]0;pwned\x07\x1b[2J[bold red]x[bold red]\u202ekcab \x9b31m"
NAMED = "eve " + EVIL
ERROR = Pupil(NAMED, "a name and an error that steer terminals", (0, 3, 4, 1, 1), {
    "squeeze": f"def squeeze(x):\n    raise RuntimeError({EVIL!r} + '[link=x]y')\n"})


def on_a_terminal(arguments, **options):
    ours, theirs = pty.openpty()
    run = subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, **options)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side has ended
            part = b""
        if not part:
            break
        shown += part
    os.close(ours)
    return run.wait(), shown.decode()


def test_hostile_names_and_messages_steer_nothing(released, tmp_path):
    course = moved(released, tmp_path / "course")
    hand_in(ERROR, course.folder / "submitted" / NAMED / LESSON)
    course.collect(PUPILS[:1])
    environ = {**environment(course), "TERM": "xterm-256color", "COLUMNS": "150", "LINES": "30"}
    status, shown = on_a_terminal(command("--jobs=1"), cwd=course.folder, env=environ)
    assert status == 0, shown
    assert course.grades() == {"ada": PUPILS[0].points, NAMED: ERROR.points}
    assert "\x1b[?25l" in shown and "2/2" in shown and "time left" in shown  # the bar
    assert "eve [bold red]x" in shown and "[link=x" in shown  # as it is written, without what steers
    for sequence in ("\x1b]", "\x07", "\x1b[2J", "\u202e", "\x9b"):
        assert sequence not in shown
        assert sequence not in (course.folder / "work/grade.log").read_text()


STEERING = ("\x1b]", "\x07", "\x1b[2J", "\x1bP", "\u202e", "\x9b")
FILE = "work\x1b]0;pwned\x07\x1b[2J\x1b]52;c;cHduZWQ=\x1b\\\u202e\x9b31m\x1bPq.ipynb"
SUBMISSION = ("pytest", "-q", f"{ROOT}/autograder/graders", "--submission")


@pytest.mark.parametrize("arguments, content", [
    (("autograder", "check"), "a notebook"), (("autograder", "check", "--jobs=2"), "not JSON \x1b[2J"),
    (("autograder", "check"), None),
    (("autograder", "check", "x.ipynb", "--solution-from"), None),
    (("autograder", "check", "x.ipynb", "--device"), None),
    (("autograder", "grade"), None), (("autograder", "audit"), None), (("autograder",), None),
    (SUBMISSION, "a notebook"), (SUBMISSION, None)])
def test_no_command_is_steered_by_the_name_of_a_file(tmp_path, arguments, content):
    if content == "a notebook":
        hand_in(ERROR, tmp_path / "submission")
        (tmp_path / "submission" / f"{LESSON}.ipynb").rename(tmp_path / FILE)
    elif content:
        (tmp_path / FILE).write_text(content)
    environ = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'course'}", "TERM": "xterm-256color", "COLUMNS": "150"}
    status, shown = on_a_terminal([sys.executable, "-m", *arguments, FILE], cwd=tmp_path, env=environ)
    assert status and shown.strip() and [sequence for sequence in STEERING if sequence in shown] == [], shown


def test_nbgraders_own_log_is_not_steered(released, tmp_path):
    course = moved(released, tmp_path / "course")
    named = "eve \x1b]0;pwned\x07x\u202ekcab \x9b31m"  # without brackets, which are patterns to nbgrader
    hand_in(ERROR, course.folder / "submitted" / named / LESSON)
    environ = {**environment(course), "TERM": "xterm-256color"}
    for step in ("autograde", "generate_feedback"):
        status, shown = on_a_terminal([sys.executable, "-m", "nbgrader", step, LESSON, "--NbGrader.logfile=log"],
                                      cwd=course.folder,
                                      env=environ)
        assert status == 0 and "eve x" in shown, shown
        assert [sequence for sequence in STEERING if sequence in shown + (course.folder / "log").read_text()] == []
