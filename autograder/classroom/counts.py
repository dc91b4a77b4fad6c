"""Brings into the gradebook how much each exercise counts: [exercises] in work/course.toml.

nbgrader and formgrader compute all totals from the points in the gradebook, so they are multiplied there. What they
were stands beside them in tables of our own. So when a weight is taken back, every mark is exactly what it was, also
one that was given by hand. A graded notebook always holds the points with which it was handed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, GradeCell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import Column, Float, MetaData, String, Table, delete, insert, inspect, select

from autograder.classroom import rules
from autograder.classroom.rules import ONCE, Rules, Weight

WEIGHTS = Table("autograder_weights", MetaData(), Column("cell", String(32), primary_key=True),
                Column("score", Float), Column("most", Float))
# former: a value of a grade or a grade cell without its weight; now: what the gradebook has for it
FORMER = Table("autograder_former", MetaData(), Column("id", String(32), primary_key=True),
               Column("field", String(16), primary_key=True), Column("former", Float), Column("now", Float))
BY_HAND = ("manual_score", "extra_credit")


class Weigh(NbGraderPreprocessor):
    """Comes after the step that records a notebook's points, and gives them the weights that the class has."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Takes the weights from the class's rules if nobody else is graded yet. Raises ValueError if they are wrong.
        """
        about = resources["nbgrader"]
        own = rules.read(Path(self.parent.parent.coursedir.root)) or Rules("")
        with Gradebook(about["db_url"]) as gradebook:
            lesson, student = about["assignment"], about["student"]
            wanted, there = wanted_in(gradebook, own, lesson), weights_in(gradebook, lesson)
            if wanted != there and any(grade.auto_score is not None for grade in _grades(gradebook, lesson)
                                       if grade.student.id != student):
                wanted = _stored_weights(gradebook, lesson)  # one scale for all; `differing` says so
            weigh(gradebook, lesson, wanted, student)
            gradebook.db.commit()
        return nb, resources


def weights_of(own: Rules, lesson: str) -> dict[str, Weight]:
    """Returns the weights that the rules give to a lesson's exercises, by grade cell. Raises ValueError for an exercise
    that does not exist."""
    from autograder.submission import notebook

    if lesson not in own.exercises:
        return {}
    cells = {slot.name: slot.check_id for slot in notebook.lesson(lesson).exercises}
    own.check_exercises(lesson, cells)
    return {cells[name]: weight for name, weight in own.exercises[lesson].items() if weight != ONCE}


def wanted_in(gradebook: Gradebook, own: Rules, lesson: str) -> dict[str, Weight]:
    """Returns the weights that the rules give to the exercises in the gradebook. Raises ValueError, as `weights_of`."""
    there = {cell.name for cell in _cells(gradebook, lesson)}
    return {cell: weight for cell, weight in weights_of(own, lesson).items() if cell in there}


def weights_in(gradebook: Gradebook, lesson: str) -> dict[str, Weight]:
    """Returns the weights that the gradebook's points have, by grade cell. nbgrader takes the weight from a cell's
    maximum each time it generates the assignment."""
    if not inspect(gradebook.db.connection()).has_table(WEIGHTS.name):
        return {}
    now = {row.id: row.now for row in gradebook.db.execute(select(FORMER).where(FORMER.c.field == "max_score"))}
    most = {cell.name: now.get(cell.id, cell.max_score) == cell.max_score for cell in _cells(gradebook, lesson)}
    return {name: weight if most[name] else Weight(weight.score)
            for name, weight in _stored_weights(gradebook, lesson).items()}


def differing(coursedir: CourseDirectory, lesson: str) -> list[str]:
    """Says in a line that the rules and the gradebook differ, if they do."""
    own = rules.read(Path(coursedir.root)) or Rules("")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        same = wanted_in(gradebook, own, lesson) == weights_in(gradebook, lesson)
    return [] if same else [f"The marks do not yet follow [exercises] in {rules.NAME}: run `autograder course --apply`"]


def former(gradebook: Gradebook, rows: Sequence[Grade | GradeCell], field: str) -> list[float | None]:
    """Returns the values of a field without weights."""
    stored = {}
    if inspect(gradebook.db.connection()).has_table(FORMER.name):
        query = select(FORMER).where(FORMER.c.field == field, FORMER.c.id.in_([row.id for row in rows]))
        stored = {row.id: row for row in gradebook.db.execute(query)}
    values = [(row.id, getattr(row, field)) for row in rows]
    return [stored[name].former if name in stored and stored[name].now == value else value for name, value in values]


def weigh(gradebook: Gradebook, lesson: str, wanted: dict[str, Weight], fresh: str = "") -> None:
    """Gives the lesson's points these weights, by grade cell, in place of those that they have.

    fresh: the student whose automatic points were just recorded, without weights.
    """
    db, before = gradebook.db, weights_in(gradebook, lesson)
    if not wanted and not before:
        return
    for table in (WEIGHTS, FORMER):
        table.create(db.connection(), checkfirst=True)
    stored = {(row.id, row.field): (row.former, row.now) for row in db.execute(select(FORMER))}

    def set_value(row: Grade | GradeCell, field: str, plain: bool, old: float, new: float) -> None:
        """plain: whether a value that was set since is without its weight, as what nbgrader itself records."""
        value = getattr(row, field)
        was, now = stored.get((row.id, field), (None, None))
        if now is None or now != value:
            was = value if plain or value is None or not old else value / old
        setattr(row, field, was if was is None or new == 1 else was * new)
        db.execute(delete(FORMER).where(FORMER.c.id == row.id, FORMER.c.field == field))
        if was is not None and new != 1:
            db.execute(insert(FORMER).values(id=row.id, field=field, former=was, now=was * new))

    settled = wanted == before
    for grade in _grades(gradebook, lesson):
        if grade.student.id == fresh or not settled:
            old, new = (each.get(grade.name, ONCE).score for each in (before, wanted))
            if grade.student.id == fresh:
                stored.pop((grade.id, "auto_score"), None)
            set_value(grade, "auto_score", True, old, new)
            for field in BY_HAND:
                set_value(grade, field, False, old, new)
    for cell in _cells(gradebook, lesson) if not settled else ():
        set_value(cell, "max_score", True, 1, wanted.get(cell.name, ONCE).most)
        db.execute(delete(WEIGHTS).where(WEIGHTS.c.cell == cell.id))
        if cell.name in wanted:
            db.execute(insert(WEIGHTS).values(cell=cell.id, score=wanted[cell.name].score,
                                              most=wanted[cell.name].most))
    db.flush()
    db.expire_all()  # the sums that the database computes


def _stored_weights(gradebook: Gradebook, lesson: str) -> dict[str, Weight]:
    """Returns the weights that were given last, by grade cell."""
    if not inspect(gradebook.db.connection()).has_table(WEIGHTS.name):
        return {}
    names = {cell.id: cell.name for cell in _cells(gradebook, lesson)}
    return {names[row.cell]: Weight(row.score, row.most) for row in gradebook.db.execute(select(WEIGHTS))
            if row.cell in names}


def _cells(gradebook: Gradebook, lesson: str) -> list[GradeCell]:
    return [cell for each in gradebook.find_assignment(lesson).notebooks for cell in each.grade_cells]


def _grades(gradebook: Gradebook, lesson: str) -> list[Grade]:
    return [grade for cell in _cells(gradebook, lesson) for grade in cell.grades]
