"""What reaches a real terminal."""

import os
import pty
import subprocess

from tests.classroom.pupils import LESSON, PUPILS, Pupil, hand_in

from .classes import command, environment, moved

EVIL = "\x1b]0;pwned\x07\x1b[2J[bold red]x[bold red]\u202ekcab \x9b31m"
NAMED = "eve " + EVIL
ERROR = Pupil(NAMED, "a name and an error that steer terminals", (0, 3, 4, 1), {
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
    assert "\x1b[?25l" in shown and "2/2" in shown and "time left" in shown  # a live table
    assert "eve [bold red]x" in shown and "[link=x" in shown  # as it is written, without what steers
    for sequence in ("\x1b]", "\x07", "\x1b[2J", "\u202e", "\x9b"):
        assert sequence not in shown
        assert sequence not in (course.folder / "work/grade.log").read_text()
