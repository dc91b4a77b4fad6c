"""The instructors' pages, typed: each block of commands in a fresh clone with a class of its own, in order, as an
instructor would.

What a page tells to do by hand (put files somewhere, write a setting) is done by `BY_HAND`, before the block that needs
it.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from attention_lab.checking.verdict.report import number
from tests.classroom.pupils import LESSON, PUPILS, file_of, hand_in
from tests.conftest import ROOT, need

from .docs import blocks, text_of

NOT_TYPED = {"instructors.md": 1, "instructors/cluster.md": 4, "instructors/jupyterhub.md": 2,
             "instructors/sandbox.md": 1}
STATUS = {".venv/bin/autograder course": 1}  # the exit status of a command, if not 0: here there is something to be set
CLASS = [pupil for pupil in PUPILS if pupil.student in ("ada", "tom", "dora")]
MOODLE = "Ada Byron_40213_assignsubmission_file_/01_se.ipynb"  # a fourth student, by Moodle's name for a file
TYPED = [block for block in blocks() if not block.why_not]


def test_what_is_not_typed_says_why_and_is_counted():
    assert Counter(block.page for block in blocks() if block.why_not) == NOT_TYPED
    assert all(len(block.why_not.split()) >= 4 for block in blocks() if block.why_not)
    names = {block.name for block in TYPED}
    assert names >= BY_HAND.keys() and len(names) >= 10


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """A folder for clones. A hook of git gives each new one its packages."""
    need([tool for tool in ("git", "make") if not shutil.which(tool)]
         + ([] if (ROOT / ".git").exists() else ["a clone"]))
    folder = tmp_path_factory.mktemp("typed")
    hook = folder / "template/hooks/post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f'#!/bin/sh\nunset GIT_DIR\nexec "{sys.executable}" "{ROOT / "tests/typed/borrowed.py"}" "$PWD"\n')
    hook.chmod(0o755)
    assert shell(folder, f"git clone -q {ROOT} course")[0] == 0
    return folder


def shell(clones, script, folder="."):
    """How it ended in a folder below `clones`, and all that it said.
    Nothing of this repository or its environment is on a path."""
    kept = {name: value for name, value in os.environ.items()
            if name not in ("PYTHONPATH", "OWN_LESSONS", "VIRTUAL_ENV", "SUITE") and not name.startswith("PYTEST")}
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != str(Path(sys.executable).parent)]
    kept |= {"PATH": os.pathsep.join(path), "GIT_TEMPLATE_DIR": str(clones / "template")}
    run = subprocess.run(["bash", "-c", script], cwd=clones / folder, env=kept, text=True, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT,
                         stdin=subprocess.DEVNULL, timeout=1800)
    return run.returncode, run.stdout


def collect(clones):
    for pupil in CLASS:
        hand_in(pupil, clones / "course/work/submitted" / pupil.student / LESSON)


def write_rules(clones):
    text = re.search(r"```toml\n(.*?)```", text_of("instructors/course.md"), re.DOTALL)[1]
    (clones / "course/work/course.toml").write_text(text)


def download(clones):
    archive = clones / f"course/work/downloaded/{LESSON}/archive/Shapes-{LESSON}.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(MOODLE, file_of(CLASS[0]))
    (clones / "course/work/roster.csv").write_text("id,name\nbyron,Ada Byron\n")


def grade_what_was_collected(clones):
    for command in ("grade", "feedback"):
        status, said = shell(clones, f".venv/bin/autograder {command} {LESSON}", "course")
        assert status == 0, said


def clone_of_the_old_version(clones):
    assert shell(clones, f"git clone -q {ROOT} older")[0] == 0
    shutil.copy(clones / "course/work/backup-before-upgrade.tar.gz", clones / "older")


BY_HAND = {"instructors.md:3": collect, "instructors/course.md:1": write_rules, "instructors/platforms.md:1": download,
           "instructors/platforms.md:2": grade_what_was_collected,
           "instructors/upgrading.md:4": clone_of_the_old_version}
ELSEWHERE = {"instructors/upgrading.md:4": "older"}  # in another folder than the class's


@pytest.mark.nightly
@pytest.mark.parametrize("block", TYPED, ids=lambda block: block.name)
def test_a_block_can_be_typed(clones, block):
    BY_HAND.get(block.name, lambda _: None)(clones)
    folder = ELSEWHERE.get(block.name, "course")
    for command in [line.replace("ADDRESS", str(ROOT)) for line in block.commands]:
        status, said = shell(clones, command, folder)
        typed = command.partition("#")[0].strip()
        assert status == STATUS.get(typed, 0), f"{command}\n{said[-3000:]}"


@pytest.mark.nightly
def test_in_the_end_everybody_has_a_mark_a_page_and_a_line(clones):
    course = clones / "course"
    status, said = shell(clones, f".venv/bin/autograder status {LESSON} --json - 2>/dev/null", "course")
    lines = (
        {line["student"]: line for line in map(json.loads, said.splitlines()) if line["submitted"]}
        if status == 0
        else {}
    )
    assert sorted(lines) == sorted([*(pupil.student for pupil in CLASS), "byron"]), said
    assert {line["feedback"] for line in lines.values()} == {"up to date"} and lines["byron"]["points"] == 11
    assert all(name in (course / "work/grades.csv").read_text() for name in ("ada", "tom", "dora"))
    assert (clones / "older/work/seed").read_bytes() == (course / "work/seed").read_bytes()


@pytest.mark.nightly
def test_after_a_change_of_marks_no_file_disagrees_with_the_gradebook(clones):
    """A mark by hand, an extension and a weight; then the commands that "Every week" names for that."""
    course = clones / "course"
    with Gradebook(f"sqlite:///{course / 'work/gradebook.db'}", "attention") as gradebook:
        grade = gradebook.find_submission(LESSON, "dora").notebooks[0].grades[0]
        grade.manual_score = grade.max_score / 4
        gradebook.db.commit()
    rules = course / "work/course.toml"
    rules.write_text(rules.read_text().replace("ada = 2", "tom = 9\nada = 2",
                                               1).replace("tom = {02_eca = 7}", "").replace(
        "10_capstone = 2", f"10_capstone = 2\n{LESSON} = 3"))
    assert "tom = 9" in rules.read_text() and f"{LESSON} = 3" in rules.read_text()
    for command in ("course --replace", f"grade {LESSON}", f"feedback {LESSON}",
                    "export --term --platform canvas --total-only"):
        status, said = shell(clones, f".venv/bin/autograder {command}", "course")
        assert status == 0, said
    assert shell(clones, ".venv/bin/nbgrader export --to work/grades.csv", "course")[0] == 0
    with Gradebook(f"sqlite:///{course / 'work/gradebook.db'}", "attention") as gradebook:
        held = {each.student.id: each.score - (each.late_submission_penalty or 0)
                for each in gradebook.assignment_submissions(LESSON)}
    with open(course / "work/export/term-canvas.csv", newline="") as file:
        exported = {row["ID"] or row["SIS User ID"]: float(row[LESSON]) / 3 for row in list(csv.DictReader(file))[1:]}
    with open(course / "work/grades.csv", newline="") as file:
        written = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)
                   if row["assignment"] == LESSON}
    assert exported == pytest.approx(held) and written == pytest.approx(held) and held["tom"] == 11
    for student, mark in held.items():
        page = (course / f"work/feedback/{student}/{LESSON}/{LESSON}.html").read_text()
        assert f"{number(mark)} of 11" in re.sub(r"<[^>]+>", "", page)
