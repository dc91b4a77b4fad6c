"""One student's record that breaks when it is read or shown ends no command for the others: they are graded, listed,
counted and exported, and whose record it is is said."""

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import datetime

import pytest

from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT

from .classes import environment, moved
from .pupils import LESSON, PUPILS

RULES = 'timezone = "{}"\n[due]\n"01_se" = 2026-11-20 23:59:00\n[late]\npercent_per_day = 10\n'
HONEST = [pupil for pupil in PUPILS if pupil.student in ("ada", "emil")]
LATIN = os.fsdecode(b"latin\xe9")
TIMES = {"last": "9999-12-31 23:59:59 UTC", "first": "0001-01-01 00:00:00 UTC", "zone": "2026-11-20 10:00 ../../etc",
         "digits": "2026-11-20 10:00:00." + "9" * 100}


def run(course, *words):
    return subprocess.run([sys.executable, "-m", "autograder", *words], cwd=course.folder, env=environment(course),
                          capture_output=True, text=True, errors="surrogateescape", stdin=subprocess.DEVNULL)


@pytest.fixture(params=["Europe/Berlin", pytest.param("America/New_York", marks=pytest.mark.nightly)])
def course(released, tmp_path, request):
    """East and west of UTC a time at the end of all times can't be shown at one of its two ends."""
    course = moved(released, tmp_path / "course")
    (course.folder / "work/course.toml").write_text(RULES.format(request.param))
    config = course.folder / "nbgrader_config.py"
    config.write_text("".join(line for line in config.open() if "AssignLatePenalties" not in line))
    course.collect(HONEST)
    for student in (*TIMES, LATIN, "held", "verdict"):
        folder = course.folder / "submitted" / student / LESSON
        shutil.copytree(course.folder / "submitted/ada" / LESSON, folder)
        if student in TIMES:
            (folder / "timestamp.txt").write_text(TIMES[student])
    return course


def spoil(course):
    """What another version, or a hand, may have left in the gradebook and in a graded notebook."""
    with course.gradebook() as gradebook:
        for when, student in ((datetime.max, "held"), (datetime.min, "zone")):
            gradebook.find_submission(LESSON, student).timestamp = when
        gradebook.db.commit()
    notebook = json.loads(course.autograded("verdict").read_text())
    result = json.loads(notebook["metadata"][RECORD][RESULT])
    for verdict in result["verdicts"].values():
        verdict |= {"points": 0.0, "headline": 7, "evidence": [None]}
    notebook["metadata"][RECORD][RESULT] = json.dumps(result)
    course.autograded("verdict").write_text(json.dumps(notebook))


def test_nobody_waits_for_an_odd_record(course):
    graded = run(course, "grade", LESSON, "--jobs=2")
    assert graded.returncode == 1 and "Traceback" not in graded.stdout + graded.stderr
    assert {student: course.grades()[student] for student in ("ada", "emil", *TIMES, "held", "verdict")} == {
        **{pupil.student: pupil.points for pupil in HONEST},
        **dict.fromkeys((*TIMES, "held", "verdict"), HONEST[0].points)}
    for student in ("last", "first", "zone"):
        assert f"- {student}: its timestamp.txt says" in graded.stdout
    spoil(course)
    for words, exit_status in ((("status",), 1), (("feedback",), None), (("insights",), 1),
                               (("export", "--platform=canvas"), 0), (("export", "--platform=moodle"), 0)):
        done = run(course, words[0], LESSON, *words[1:])
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        assert exit_status in (None, done.returncode), (words, done.stdout, done.stderr)
    lines = {line.split()[0]: line for line in run(course, "status", LESSON).stdout.splitlines() if line}
    assert {"ada", "emil", *TIMES, "held", "verdict"} <= lines.keys()
    assert "can't be read: the name of a folder is not in UTF-8" in lines[next(n for n in lines if "latin" in n)]
    assert all(course.feedback(student).exists() for student in ("ada", "emil", *TIMES, "held"))
    with open(course.folder / f"work/export/{LESSON}-canvas.csv", encoding="utf-8") as file:
        assert {"ada", "emil", *TIMES, "held", "verdict"} <= {cell for row in csv.reader(file) for cell in row}
    page = (course.folder / f"work/insights/{LESSON}.html").read_text()
    assert "7 students" in page or "8 students" in page
