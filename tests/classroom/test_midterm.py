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
    """Its points and outcomes; and its words without how many inputs were tried, because newer questions are more."""
    words = verdict["mistake"], re.sub(r"\b\d+ inputs", "inputs", verdict["headline"])
    return (verdict["points"], [(check["name"], check["outcome"]) for check in verdict["checks"]]), words


def test_a_class_keeps_its_marks_and_its_sentences(tmp_path, monkeypatch):
    with tarfile.open(Path(__file__).with_name("midterm.tar.xz")) as kept:
        kept.extractall(tmp_path, filter="data")
    monkeypatch.setattr(questions, "FOLDER", tmp_path / "hidden")
    with Judge(Settings(device="cpu", seed_file=tmp_path / "work/seed")) as judge:
        now = {path.name: judge.grade(read(path / LESSON / f"{LESSON}.ipynb"), LESSON)
               for path in sorted((tmp_path / "submitted").iterdir())}
    for student, result in now.items():
        then = json.loads((tmp_path / f"work/verdicts/{student}.json").read_text())["result"]["verdicts"]
        assert result.verdicts.keys() == then.keys(), student
        for name, its in result.verdicts.items():
            said = vars(its) | {"checks": [vars(check) for check in its.checks]}
            (worth, words), (worth_then, words_then) = told(said), told(then[name])
            assert worth == worth_then, (student, name)
            newly_known = its.mistake and not then[name]["mistake"]
            assert newly_known or words == words_then, (student, name)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        marks = {each.student.id: each.score for each in gradebook.assignment_submissions(LESSON)}
    assert marks == {student: result.points for student, result in now.items()} and len(marks) == 9
