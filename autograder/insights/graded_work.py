"""Reads what grading has kept of a lesson. A graded notebook holds the verdicts on it, and the answers that the
verdicts are about."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.classroom.nbgrader_plugin.exporter import UNREADABLE
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.classroom.nbgrader_plugin.student_folders import folders_by_student
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.judge.cache import restored
from autograder.judge.judge import Result
from autograder.submission.gaps import answers as is_answer
from autograder.submission.notebook import ReleasedLesson, defined_names
from autograder.submission.parse import NOTE


@dataclass(frozen=True)
class Work:
    """One student's graded notebook.

    answers: for each exercise, the source of the cell that defines it. Cells that are still as released are left out.
    """

    student: str
    result: Result
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class GradedWork:
    """A lesson's graded notebooks.

    unreadable: the students whose file could not be read, so that nothing was judged.
    unkept: the students whose notebook holds no verdicts, because it was graded by an older version, or because grading
        itself failed.
    files: for each student whose file was not read as a whole, what it is; the text completes "The notebook ...".
    """

    works: list[Work] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


def graded_work(coursedir: Any, lesson: ReleasedLesson) -> GradedWork:
    """Returns every notebook of the lesson in nbgrader's folder of graded work, by student. No judge is asked, and no
    gradebook is opened."""
    found = GradedWork()
    for student, folder in folders_by_student(coursedir, coursedir.autograded_directory, lesson.name).items():
        file = Path(folder, f"{lesson.name}.ipynb")
        if not file.exists():
            continue
        try:
            notebook = json.loads(read_plain(file))
            if note := notebook["metadata"].get(NOTE):
                found.files[student] = str(note)
            unreadable = any(cell.get("id") == UNREADABLE for cell in notebook["cells"])
            work = Work(student, restored(json.loads(notebook["metadata"][RECORD][RESULT])),
                        answers_in(notebook, lesson))
        except (OSError, TooMuch, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            found.unkept.append(student)
            continue
        if unreadable:
            found.unreadable.append(work.student)
        elif set(work.result.verdicts) != {slot.name for slot in lesson.exercises}:
            found.unkept.append(work.student)
        else:
            found.works.append(work)
    return found


def answers_in(notebook: dict[str, Any], lesson: ReleasedLesson) -> dict[str, str]:
    """Returns, for each exercise, the source of the cell that defines it. If several cells do, the last one counts, as
    it does for the judge. A definition that is still the gap does not count."""
    stubs, answers = {slot.name: slot.stub for slot in lesson.exercises}, {}
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        for name in set(defined_names(source)) if cell["cell_type"] == "code" else ():
            if name in stubs and is_answer(source, stubs[name], name):
                answers[name] = source
    return answers
