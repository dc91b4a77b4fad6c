"""Graded work as grading leaves it, without a judge: notebooks that hold verdicts which a test makes up."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from attention_lab.checking.verdict.verdict import NOT_COMPARED, Check, Verdict
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.judge.judge import Result
from autograder.submission import notebook
from tests.classroom.pupils import LESSON, SOLVED

SE = notebook.lesson(LESSON)
POINTS = {slot.name: slot.points for slot in SE.exercises}


def right(exercise: str) -> Verdict:
    return Verdict(exercise, POINTS[exercise], POINTS[exercise], [Check("output", "passed"), Check("errors", "passed")],
                   "The output is right.")


def wrong(exercise: str, headline: str, points: float = 0.0, outcome: str = "failed", **fields) -> Verdict:
    checks = [Check("output", outcome, headline), Check("errors", "failed", NOT_COMPARED)]
    return Verdict(exercise, points, POINTS[exercise], checks, headline, **fields)


def named(exercise: str, mistake: str, sentence: str, points: float = 0.0) -> Verdict:
    return wrong(exercise, sentence, points, mistake=mistake)


class Class:
    """A course's folder whose graded work grows."""

    def __init__(self, folder: Path):
        self.coursedir = CourseDirectory()
        self.coursedir.root = str(folder)

    def add(self, student: str, *verdicts: Verdict, answers: dict[str, str] | None = None, unreadable: bool = False,
            **result) -> None:
        """A student with everything right but `verdicts`. answers: code over the solved one, by exercise."""
        judged = {name: right(name) for name in POINTS} | {verdict.exercise: verdict for verdict in verdicts}
        made = Result(LESSON, "limits", "cpu", judged, **result)
        self.write(student, {RECORD: {RESULT: json.dumps(asdict(made))}}, {**SOLVED, **(answers or {})}, unreadable)

    def write(self, student: str, metadata: dict, answers: dict[str, str], unreadable: bool = False) -> None:
        cells = [{"cell_type": "code", "id": f"c{i}", "source": source} for i, source in enumerate(answers.values())]
        cells += [{"cell_type": "markdown", "id": "unreadable", "source": "No notebook."}] if unreadable else []
        path = Path(self.coursedir.format_path("autograded", student, LESSON), f"{LESSON}.ipynb")
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"cells": cells, "metadata": metadata}))
