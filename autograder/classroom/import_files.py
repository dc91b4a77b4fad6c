"""The columns that each platform imports, from its documentation and from its published code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from nbgrader.api import Student


@dataclass(frozen=True)
class Column:
    """A column.

    most: the points possible.
    """

    heading: str
    most: float


@dataclass(frozen=True)
class Row:
    """One student's points by column. A value that is None is written as a blank cell, and the platform then keeps the
    points that it has.

    penalty: the late penalty, in the file of a single lesson.
    number: Moodle's number of the student in the lesson's assignment, in such a file; empty if it is not known.
    """

    student: Student
    values: list[float | None]
    penalty: float = 0.0
    number: str = ""

    @property
    def name(self) -> str:
        return f"{self.student.first_name or ''} {self.student.last_name or ''}".strip()


@dataclass(frozen=True)
class Sheet:
    """A table of points. In the file of a single lesson, the first column is its total."""

    columns: list[Column]
    rows: list[Row]


class _Headings(NamedTuple):
    """Moodle's names for the columns of a grading worksheet, and the word that it writes before a participant's number.
    """

    identifier: str
    participant: str
    grade: str
    modified: str


# `recordid`, `hiddenuser` and `lastmodifiedgrade` of assign.php and `gradenoun` of moodle.php in Moodle's language
# packs (https://lang.moodle.org). English alone has a blank behind `Participant`, and Moodle cuts off as many
# characters as its own word has.
MOODLE = {"en": _Headings("Identifier", "Participant ", "Grade", "Last modified (grade)"),
          "de": _Headings("ID", "Teilnehmer/in", "Bewertung", "Zuletzt geändert (Bewertung)"),
          "fr": _Headings("Identifiant", "Participant", "Note", "Dernière modification (note)"),
          "es": _Headings("Identificador", "Participante", "Calificación", "Última modificación (calificación)")}


def canvas(sheet: Sheet, _language: str) -> list[list[Any]]:
    """Returns the rows in the form in which Canvas's gradebook exports and imports them: the student's names and ids,
    then a column for each assignment.

    If a student's id is a number, as in the file names of Canvas's downloads, Canvas takes it as `ID`. Any other id is
    looked up as an SIS user id and as a login.
    """
    columns = sheet.columns
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *(column.heading for column in columns)]
    rows: list[list[Any]] = [header, ["    Points Possible", "", "", "", "", *(column.most for column in columns)]]
    for row in sheet.rows:
        name, id_ = f"{row.student.last_name or ''}, {row.student.first_name or ''}".strip(", "), row.student.id
        rows.append([name, id_ if id_.isdigit() else "", id_, id_, "", *map(_cell, row.values)])
    return rows


def worksheet(sheet: Sheet, language: str) -> list[list[Any]]:
    """Returns the rows of one lesson, in a form that both of Moodle's imports take.

    The grading worksheet of an assignment looks for three columns, the identifier, the grade and the time when it was
    modified, and ignores the others. It looks for them in the language of the person who uploads the file. The CSV
    import of the gradebook asks what each column is.
    """
    words = MOODLE[language]
    header = [words.identifier, "Student ID", "Full name", "Email address", words.grade, words.modified,
              *(column.heading for column in sheet.columns[1:]), "Late penalty"]
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    return [header,
            *([f"{words.participant}{row.number}" if row.number else "", row.student.id, row.name,
               row.student.email or "",
               _cell(row.values[0]), now,
                       *map(_cell, row.values[1:]), row.penalty] for row in sheet.rows)]


def moodle(sheet: Sheet, _language: str) -> list[list[Any]]:
    """Returns the rows of several lessons, for the CSV import of Moodle's gradebook, which asks what each column is."""
    header = ["Student ID", "Full name", "Email address", *(column.heading for column in sheet.columns)]
    return [header, *([row.student.id, row.name, row.student.email or "", *map(_cell, row.values)]
                      for row in sheet.rows)]


def blackboard(sheet: Sheet, _language: str) -> list[list[Any]]:
    """Returns the rows for Blackboard, which finds students by `Username`.

    If a heading ends in a column's own number (`01_se [Total Pts: 10 Score] |12345`, as in a download), the points go
    into that column. Any other heading makes a new column ("Upload grades" in Blackboard's help for instructors).
    """
    header = ["Last Name", "First Name", "Username", *(column.heading for column in sheet.columns)]
    return [header,
            *([row.student.last_name or "", row.student.first_name or "", row.student.id, *map(_cell, row.values)]
                      for row in sheet.rows)]


def _cell(value: float | None) -> float | str:
    return "" if value is None else value


WORKSHEET = "moodle worksheet"
PLATFORMS: dict[str, Callable[[Sheet, str], list[list[Any]]]] = {
    "canvas": canvas, "moodle": moodle, WORKSHEET: worksheet, "blackboard": blackboard}
