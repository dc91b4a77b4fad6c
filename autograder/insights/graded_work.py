"""Reads what grading has kept of a lesson. A graded notebook holds the verdicts on it, and the answers that the
verdicts are about."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.classroom.nbgrader_plugin.exporter import UNREADABLE
from autograder.classroom.nbgrader_plugin.graded import RECORD, RESULT
from autograder.classroom.nbgrader_plugin.student_folders import folders_by_student
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.submission.gaps import answers as is_answer
from autograder.submission.notebook import ReleasedLesson, defined_names
from autograder.submission.parse import NOTE

if TYPE_CHECKING:
    from autograder.judge.judge import Result

DAMAGED = OSError, TooMuch, ValueError, LookupError, TypeError, AttributeError, RecursionError


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
    unkept: the students whose notebook holds no verdicts of these exercises, because another version of the lesson was
        graded, or because grading itself failed.
    """

    works: list[Work] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unkept: list[str] = field(default_factory=list)


def graded_work(coursedir: Any, lesson: ReleasedLesson) -> GradedWork:
    """Returns every notebook of the lesson in nbgrader's folder of graded work, by student. No judge is asked, and no
    gradebook is opened."""
    from autograder.judge.cache import result_from  # imports torch

    result = GradedWork()
    for student, file in _graded_files(coursedir, lesson):
        try:
            notebook = json.loads(read_plain(file))
            unreadable = any(cell.get("id") == UNREADABLE for cell in notebook["cells"])
            work = Work(student, result_from(json.loads(notebook["metadata"][RECORD][RESULT])),
                        answers_in(notebook, lesson))
        except DAMAGED:
            result.unkept.append(student)
            continue
        if unreadable:
            result.unreadable.append(work.student)
        elif set(work.result.verdicts) != {slot.name for slot in lesson.exercises}:
            result.unkept.append(work.student)
        else:
            result.works.append(work)
    return result


def half_read(coursedir: Any, lesson: ReleasedLesson) -> dict[str, str]:
    """Returns, for each student whose file was not read as a whole, what it is; the text completes "The notebook ...".
    """
    notes = {}
    for student, file in _graded_files(coursedir, lesson):
        with suppress(*DAMAGED):
            if note := json.loads(read_plain(file))["metadata"].get(NOTE):
                notes[student] = str(note)
    return notes


def _graded_files(coursedir: Any, lesson: ReleasedLesson) -> list[tuple[str, Path]]:
    folders = folders_by_student(coursedir, coursedir.autograded_directory, lesson.name)
    files = ((student, Path(folder, f"{lesson.name}.ipynb")) for student, folder in folders.items())
    return [(student, file) for student, file in files if file.exists()]


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
