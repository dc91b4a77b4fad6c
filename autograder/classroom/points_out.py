"""`autograder export`: writes points in the form that a learning platform imports, for one lesson or for the whole
term, and says who is not in the file."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from traitlets import Dict, Float, Unicode
from traitlets.config import Configurable

from autograder.classroom import participants
from autograder.classroom.agree import rules_of
from autograder.classroom.counts import differing, weights_in
from autograder.classroom.each import Each
from autograder.classroom.final_mark import mark_of, without_mark
from autograder.classroom.import_files import PLATFORMS, WORKSHEET, Column, Row, Sheet
from autograder.classroom.nbgrader_course import course_app, lesson_in_gradebook
from autograder.classroom.roster import enrol
from autograder.classroom.rules import NAME
from autograder.judge import private
from autograder.outward import command, count, in_cell, is_formula
from autograder.submission import notebook
from autograder.submission.notebook import ReleasedLesson
from autograder.terminal import say

FOLDER, TERM = "work/export", "term"  # below the course's folder; the name of a term's file
BLANK, ZERO = "blank", "zero"  # the points in a lesson for which a student handed in nothing


class PlatformExport(Configurable):
    """The class's own settings for the files of a platform."""

    weights = Dict(
        value_trait=Float(min=0),
        key_trait=Unicode(),
        help="For each lesson, the factor for its points in a term's file (1). With 0, the lesson is left out.",
    ).tag(config=True)
    headings = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="For each lesson, the platform's name for the column of its total, if that is not the lesson's name.",
    ).tag(config=True)


@dataclass(frozen=True)
class Wanted:
    """The command's options.

    total_only: leave out the points of each exercise.
    absent: BLANK or ZERO.
    language: the language of the headings by which Moodle finds the columns of its grading worksheet.
    """

    platform: str
    total_only: bool = False
    absent: str = BLANK
    language: str = "en"


@dataclass
class LessonPoints:
    """One lesson's points.

    most: the maximum of each cell that counts, written questions among them.
    totals, exercises: the points, by student; None where something is not marked yet.
    waiting: the students who handed in and are not graded yet, or not completely.
    """

    known: ReleasedLesson
    most: dict[str, float] = field(default_factory=dict)
    totals: dict[str, float | None] = field(default_factory=dict)
    penalties: dict[str, float] = field(default_factory=dict)
    exercises: dict[str, list[float | None]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)


def export(lesson: str, wanted: Wanted, console: Console) -> int:
    """Writes a lesson's file, and says where it is and who is not in it. Returns the command's exit status.

    Raises ValueError if there is no such lesson, or if the gradebook does not hold it.
    """
    app, each_student = course_app(lesson), Each()
    own = PlatformExport(parent=app)
    known = lesson_in_gradebook(app.coursedir, lesson)
    _enrol(app, console)
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        points = _points(gradebook, app.coursedir, known, each_student)
        students = [student for student in _students(gradebook) if student.id in points.totals or
                    wanted.absent == ZERO and student.id not in points.waiting]
        numbers = participants.of(Path(app.coursedir.root), lesson, [student.id for student in students])
        sheet = _sheet([points], students, wanted, own, {})
        sheet = Sheet(sheet.columns, [replace(row, number=numbers[row.student.id].number)
                                      if row.student.id in numbers else row for row in sheet.rows])
        without = {student.id for student in gradebook.students} - {student.id for student in students}
        _write(app, lesson, WORKSHEET if wanted.platform == "moodle" else wanted.platform, sheet, wanted, console)
    for line in differing(app.coursedir, lesson):
        say(console, line)
    for what, who in (("Not in the file, because they handed in nothing", without - points.waiting),
                      ("Not in the file, because they are not graded yet", without & points.waiting),
                      ("Blank, because not everything is marked yet", points.waiting - without)):
        if who:
            say(console, f"{what}: {', '.join(sorted(who))}")
    if wanted.platform == "moodle" and (who := {student.id for student in students} - numbers.keys()):
        say(console, "Moodle's grading worksheet does not take the marks of these, because no zip of Moodle's said "
                     f"their number in this assignment; type them in Moodle: {', '.join(sorted(who))}")
    return each_student.end(console)


def export_term(wanted: Wanted, console: Console) -> int:
    """Writes one file with all lessons of the gradebook and a row for each of its students. Returns the command's exit
    status.

    Raises ValueError if the gradebook holds no lesson, if the configuration names a lesson that the course does not
    have, or if two files set weights.
    """
    app, each_student = course_app(TERM), Each()
    own = PlatformExport(parent=app)
    rules = rules_of(app)
    if rules and rules.weights and own.weights:
        raise ValueError(f"[weights] in {NAME} and PlatformExport.weights both say what a lesson weighs: keep "
                         "one of them")
    weights = rules.weights if rules and rules.weights else own.weights
    _enrol(app, console)
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        names = {assignment.name for assignment in gradebook.assignments}
        lessons = [known for known in notebook.lessons() if known.name in names and weights.get(known.name, 1.0)]
        for name in {*own.weights, *own.headings}:
            notebook.lesson(name)
        if others := sorted(names - {known.name for known in notebook.lessons()}):
            say(console, f"Not in the file, because they are no lessons of ours: {', '.join(others)}. "
                         f"{command('nbgrader', 'export')} has them.")
        if not lessons:
            raise ValueError("the gradebook holds no lesson: run "
                             f"{command('nbgrader', 'generate_assignment', 'LESSON')} first")
        points = [_points(gradebook, app.coursedir, known, each_student) for known in lessons]
        sheet = _sheet(points, _students(gradebook), wanted, own, weights)
        _write(app, TERM, wanted.platform, sheet, wanted, console)
    for each in points:
        for line in differing(app.coursedir, each.known.name):
            say(console, line)
        if each.waiting:
            say(console, f"Blank in {each.known.name}, because they are not marked completely yet: "
                         f"{', '.join(sorted(each.waiting))}")
    return each_student.end(console)


def _enrol(app: NbGrader, console: Console) -> None:
    roster = enrol(app.coursedir)
    for line in roster.odd if roster else ():
        say(console, line)


def _students(gradebook: Gradebook) -> list[Student]:
    return sorted(gradebook.students, key=lambda student: student.id)


def _points(gradebook: Gradebook, coursedir: CourseDirectory, known: ReleasedLesson,
            each_student: Each) -> LessonPoints:
    bonus = {cell for cell, weight in weights_in(gradebook, known.name).items() if weight.score}
    cells = [cell for each in gradebook.find_assignment(known.name).notebooks for cell in each.grade_cells]
    order = [slot.check_id for slot in known.exercises]  # written questions come after them
    cells.sort(key=lambda cell: order.index(cell.name) if cell.name in order else len(order))
    points = LessonPoints(known, {cell.name: cell.max_score for cell in cells if cell.max_score or cell.name in bonus})
    for student in (each.id for each in gradebook.students):
        with each_student.student(student), suppress(MissingEntry):
            submission = gradebook.find_submission(known.name, student)
            mark, points.exercises[student] = mark_of(submission), _exercises(submission, points)
            points.totals[student], points.penalties[student] = None if mark.unmarked else mark.total, mark.penalty

    def handed_in(student: str) -> bool:
        return Path(coursedir.format_path(coursedir.submitted_directory, student, known.name)).is_dir()

    points.waiting = {student.id for student in gradebook.students if points.totals.get(student.id) is None
                      and (student.id in points.totals or student.id in each_student.failed or handed_in(student.id))}
    return points


def _exercises(submission: SubmittedAssignment, points: LessonPoints) -> list[float | None]:
    scores = {grade.name: None if without_mark(grade) else grade.score
              for each in submission.notebooks for grade in each.grades}
    return [scores.get(cell, 0.0) for cell in points.most]


def _sheet(lessons: list[LessonPoints], students: list[Student], wanted: Wanted, own: PlatformExport,
           weights: dict[str, float]) -> Sheet:
    """Returns the sheet, with totals after penalties and exercises before penalties. If a student handed in nothing,
    the points are blank or zero, as `wanted` says."""
    columns: list[Column] = []
    values: dict[str, list[float | None]] = {student.id: [] for student in students}
    for lesson in lessons:
        name, weight = lesson.known.name, weights.get(lesson.known.name, 1.0)
        slots = [] if wanted.total_only else list(lesson.most.items())
        called = {slot.check_id: slot.name for slot in lesson.known.exercises}
        columns += [Column(own.headings.get(name, name), weight * sum(lesson.most.values())),
                    *(Column(f"{name}: {called.get(cell, cell)}", weight * most) for cell, most in slots)]
        for student, row in values.items():
            if student in lesson.totals:
                row += [value if value is None else weight * value
                        for value in [lesson.totals[student], *lesson.exercises[student][:len(slots)]]]
            else:
                row += [0.0 if wanted.absent == ZERO and student not in lesson.waiting else None] * (1 + len(slots))
    penalties = lessons[0].penalties if len(lessons) == 1 else {}
    return Sheet(columns, [Row(student, values[student.id], penalties.get(student.id, 0.0)) for student in students])


def _write(app: NbGrader, name: str, form: str, sheet: Sheet, wanted: Wanted, console: Console) -> None:
    """Writes the file. An id that a spreadsheet would take for a formula can't be made safe and stay the id by which
    the platform knows the student."""
    path = Path(app.coursedir.root) / FOLDER / f"{name}-{wanted.platform}.csv"
    unsafe = [row for row in sheet.rows if is_formula(row.student)]
    sheet = replace(sheet, rows=[row for row in sheet.rows if row not in unsafe])
    rows: Iterable[list] = PLATFORMS[form](sheet, wanted.language)
    with private.replacing(path) as beside, open(beside, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([in_cell(value) for value in row] for row in rows)
    most = f", and the maximum is {count(sheet.columns[0].most, 'point')}" if name != TERM else ""
    say(console, f"{path}: {count(len(sheet.rows), 'student')}{most}")
    if unsafe:
        say(console, "Not in the file, because a spreadsheet would take their id or address for a formula; type their "
                     f"points in by hand: {', '.join(repr(row.student.id) for row in unsafe)}")
