"""A class in mid-term: a later version gives everybody the marks and the sentences that they were given.

midterm.tar.xz is the folder of a class that was graded while all known mistakes still answered all hidden questions in
advance: its seed, its gradebook, what was handed in, and the verdicts, under the students' names.
"""

import json
import re
import tarfile
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.intake.files import read
from autograder.judge import questions
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings

LESSON = "01_se"


def told(verdict):
    """How many inputs were tried, of which newer questions are more, is no part of it."""
    return (verdict["points"], verdict["mistake"], re.sub(r"\b\d+ inputs", "inputs", verdict["headline"]),
            [(check["name"], check["outcome"]) for check in verdict["checks"]])


def test_a_class_keeps_its_marks_and_its_sentences(tmp_path, monkeypatch):
    with tarfile.open(Path(__file__).with_name("midterm.tar.xz")) as kept:
        kept.extractall(tmp_path, filter="data")
    monkeypatch.setattr(questions, "FOLDER", tmp_path / "hidden")
    with Judge(Settings(device="cpu", seed_file=tmp_path / "work/seed")) as judge:
        now = {path.name: judge.grade(read(path / LESSON / f"{LESSON}.ipynb"), LESSON)
               for path in sorted((tmp_path / "submitted").iterdir())}
    for student, result in now.items():
        then = json.loads((tmp_path / f"work/verdicts/{student}.json").read_text())["result"]["verdicts"]
        assert {name: told(vars(its) | {"checks": map(vars, its.checks)})
                for name, its in result.verdicts.items()} == {name: told(its) for name, its in then.items()}, student
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        marks = {each.student.id: each.score for each in gradebook.assignment_submissions(LESSON)}
    assert marks == {student: result.points for student, result in now.items()} and len(marks) == 9
