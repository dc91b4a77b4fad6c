"""`autograder upgrade --dry-run`: lists what this version of the course would change for a class that another version
graded.

Run the new version's command in the class's folder. It reads the class and writes nothing.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from attention_lab.checking.verdict.report import number
from autograder.classroom.counts import former
from autograder.classroom.nbgrader_course import course_app
from autograder.classroom.pool import Pool
from autograder.classroom.ready import get_ready
from autograder.judge import seed
from autograder.judge.judge import Result
from autograder.judge.settings import Settings
from autograder.lessons.course import files_of, released_folder
from autograder.outward import count
from autograder.submission import notebook
from autograder.submission.notebook import ReleasedLesson
from autograder.terminal import say

LEAST = 0.005  # points; less is rounding


class Marks(NamedTuple):
    """What the gradebook holds for a lesson.

    most: the maximum points, by grade cell.
    marks: the automatic points, by student and grade cell.
    by_hand: for each student, the grade cells whose mark a person has set.
    """

    most: dict[str, float]
    marks: dict[str, dict[str, float]]
    by_hand: dict[str, set[str]]


def upgrade(jobs: int, isolation: str, console: Console) -> int:
    """Says what would change in each lesson of the gradebook. Returns the command's exit status: 1 if anybody's mark
    would change, else 0.

    Raises ValueError if there is no class here, or if it has no seed.
    """
    app = course_app("upgrade")
    file = Path(app.coursedir.root) / seed.NAME
    if not file.exists():
        raise ValueError(f"there is no class here: {file} is missing. Run this in the folder of the class, with the "
                         "new version's command")
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        in_gradebook = {assignment.name for assignment in gradebook.assignments}
        lessons = [known for known in notebook.lessons() if known.name in in_gradebook]
        before = {known.name: _marks_before(gradebook, known) for known in lessons}
    for name in sorted(in_gradebook - {known.name for known in lessons}):
        say(console, f"{name}: this version has no such lesson; the lesson's marks stay as they are")
    moved = 0
    get_ready(isolation)
    # a seed that is given is not kept, nor what is drawn with it
    settings = Settings(isolation, seed=seed.class_seed(file))
    with Pool(jobs, settings, say=partial(say, console)) as pool:
        for known in lessons:
            changes = [*_handed_out(app.coursedir, known), *_points(known, before[known.name])]
            marks, judged = _marks(app.coursedir, known, before[known.name], pool)
            moved += len(marks)
            say(console, f"{known.name}: {judged} judged again, {len(marks)} marks would change")
            for line in [*changes, *marks]:
                say(console, f"- {line}")
    say(console, "Nothing was written." + (" Marks by hand would be kept." if moved else ""))
    return int(bool(moved))


def _marks_before(gradebook: Gradebook, known: ReleasedLesson) -> Marks:
    cells = {slot.check_id for slot in known.exercises}
    grade_cells = [cell for each in gradebook.find_assignment(known.name).notebooks for cell in each.grade_cells]
    most = dict(zip([cell.name for cell in grade_cells], former(gradebook, grade_cells, "max_score")))
    marks: dict[str, dict[str, float]] = {}
    by_hand: dict[str, set[str]] = {}
    for submission in gradebook.assignment_submissions(known.name):
        grades = [grade for each in submission.notebooks for grade in each.grades if grade.name in cells]
        marks[submission.student.id] = {grade.name: points for grade, points in zip(grades, former(gradebook, grades,
                                                                                                "auto_score"))
                                        if points is not None}
        by_hand[submission.student.id] = {grade.name for grade in grades if grade.manual_score is not None}
    return Marks(most, marks, by_hand)


def _handed_out(coursedir: CourseDirectory, known: ReleasedLesson) -> list[str]:
    """Returns lines that say where the learners' files differ from those that this version would hand out."""
    theirs = Path(coursedir.format_path(coursedir.release_directory, "", known.name)).resolve()
    if not theirs.is_dir():
        return []
    names = {f"{known.name}.ipynb": (released_folder(known.name), "the notebook that was handed out differs from this "
                                                       "version's")}
    names |= {f"checks/{slot.name}.check": (files_of(known.name), f"the recorded check of {slot.name} differs from "
                                                                  "this version's") for slot in known.exercises}
    return [sentence for name, (ours, sentence) in names.items()
            if (theirs / name).exists() and (theirs / name).read_bytes() != (ours / name).read_bytes()]


def _points(known: ReleasedLesson, before: Marks) -> list[str]:
    """Returns lines about exercises whose points have changed, or that the gradebook does not know."""
    return [f"{slot.name} is worth {count(slot.points, 'point')} in this version, and "
            + (f"{number(before.most[slot.check_id])} in the gradebook"
               if slot.check_id in before.most else "is not in the gradebook")
            for slot in known.exercises if before.most.get(slot.check_id) != slot.points]


def _marks(coursedir: CourseDirectory, known: ReleasedLesson, before: Marks, pool: Pool) -> tuple[list[str], int]:
    """Returns a line for each student whose automatic points would change, and how many notebooks were judged."""
    files = {student: Path(coursedir.format_path(coursedir.submitted_directory, student, known.name),
                           f"{known.name}.ipynb")
             for student in sorted(before.marks)}
    futures = {student: pool.submit(path, known.name) for student, path in files.items() if path.is_file()}
    lines = []
    for student, future in futures.items():
        if line := _change(known, future.result(), before.marks[student], before.by_hand[student]):
            lines.append(f"{student}: {line}")
    return lines, len(futures)


def _change(known: ReleasedLesson, result: Result, marks: dict[str, float], by_hand: set[str]) -> str:
    if result.error:  # such a notebook has no points
        return f"can't be judged: {result.error}" if any(marks.values()) else ""
    changes = []
    for slot in known.exercises:
        before, now = marks.get(slot.check_id, 0.0), (
            result.verdicts[slot.name].points if slot.name in result.verdicts else 0.0
        )
        if abs(before - now) > LEAST and slot.check_id not in by_hand:
            changes.append(f"{slot.name} {number(before)} -> {number(now)}")
    return ", ".join(changes)
