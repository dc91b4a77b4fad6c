"""`nbgrader collect` and `nbgrader list` as commands, in an exchange where somebody hands in links."""

import os

import pytest

from tests.classroom.course import ROOM, Course
from tests.classroom.pupils import IN_TIME, LESSON, PUPILS, file_of

STAMP = "2026-11-20 10:00:00.000000 UTC"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="nbgrader has no exchange on Windows")


def test_one_who_hands_in_links_stops_nobody_and_reads_nothing(tmp_path):
    course = Course(tmp_path / "course")
    course.release()
    inbound = course.folder / "exchange/attention/inbound"
    inbound.mkdir(parents=True)

    def folder(name):
        made = inbound / name
        made.mkdir()
        (made / "timestamp.txt").write_text(IN_TIME)
        return made

    (folder(f"ada+{LESSON}+{STAMP}+a1") / f"{LESSON}.ipynb").write_bytes(file_of(PUPILS[0]))
    (folder(f"mallory+{LESSON}+{STAMP}+b2") / f"{LESSON}.ipynb").symlink_to(course.folder / "work/seed")
    (inbound / f"trudy+{LESSON}+{STAMP}+c3").symlink_to(course.folder / "work", target_is_directory=True)
    (inbound / f"ute+{LESSON}+{STAMP}+f6").symlink_to("nowhere")
    (inbound / f"vic+{LESSON}+{STAMP}+g7").symlink_to(f"vic+{LESSON}+{STAMP}+g7")
    folder(f"eve+{LESSON}+no time+d4")
    folder(f"a <b>+{LESSON}+{STAMP}+e5")
    run = course.nbgrader("collect", LESSON)
    assert run.returncode == 0, run.stderr
    submitted = course.folder / "submitted"
    assert (submitted / "ada" / LESSON / f"{LESSON}.ipynb").read_bytes() == file_of(PUPILS[0])
    assert sorted(path.name for path in submitted.rglob("*")
                  if not path.is_dir()) == [f"{LESSON}.ipynb", "timestamp.txt", "timestamp.txt"]
    (inbound / f"eve+{LESSON}+no time+d4/{LESSON}.ipynb").write_text("{}")
    (inbound / f"eve+{LESSON}+no time+d4/submission_secret.txt").symlink_to(course.folder / "work/seed")
    os.mkfifo(inbound / f"ada+{LESSON}+{STAMP}+a1/a.ipynb")
    listed = course.nbgrader("list", LESSON, "--inbound")
    assert listed.returncode == 0 and f"attention ada {LESSON} {STAMP} (no feedback available)" in listed.stderr
    assert course.rooms() == {ROOM}
    assert "Left out of mallory" in run.stderr and "a link" in run.stderr
    assert run.stderr.count("Not collected: the folder") == 5 and "trudy" in run.stderr and "eve" in run.stderr
