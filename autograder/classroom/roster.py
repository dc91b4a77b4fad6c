"""The class's roster, `work/roster.csv`: everybody in the class, each with the one id that they have all term.

It is a list as a platform exports it, or a file with the columns `id` and `name`. Its names are never guessed at: a
name that is written otherwise is another name.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.classroom.import_files import MOODLE
from autograder.intake.folders import TooMuch
from autograder.intake.plain_file import read_plain
from autograder.outward import named

NAME = "work/roster.csv"  # below the course's folder
LARGEST = 16 << 20  # bytes
# The headings of columns with ids, the best first; and of columns with names. They are those of Moodle's participants
# list and grading worksheet (in the languages of import_files.MOODLE), and those of the gradebooks that Canvas and
# Blackboard export.
IDS = (("id",), ("username", "user name", "anmeldename", "nom d'utilisateur", "nombre de usuario"),
       ("id number", "id-nummer", "matrikelnummer", "numéro d'identification", "número de id", "número id"),
       ("student id", "student_id"), ("sis user id",), ("sis login id",),
       ("email address", "email", "e-mail", "e-mail-adresse", "adresse de courriel", "courriel", "dirección de correo",
        "dirección de correo electrónico", "dirección email", "correo electrónico"))
FULL = ("full name", "name", "vollständiger name", "nom complet", "nombre completo")
FIRST = ("first name", "first_name", "firstname", "vorname", "prénom", "nombre")
LAST = ("last name", "last_name", "lastname", "surname", "nachname", "nom", "nom de famille", "apellido(s)",
        "apellidos", "apellido")
LAST_FIRST = ("student",)  # Canvas: `Byron, Ada`
KNOWN = {heading for group in (*IDS, FULL, FIRST, LAST, LAST_FIRST) for heading in group}
# Moodle's number of a hand-in, which is no id: in German, its column has the heading `ID`
PARTICIPANT = re.compile("(?:" + "|".join(re.escape(words.participant) for words in MOODLE.values()) + r")\s*\d+")
# what Moodle leaves out of the names of files (`clean_param` in lib/classes/param.php of Moodle's code)
NOT_IN_FILES = re.compile(r"""[\x00-\x1f\x7f&<>"`|':\\/]""")


class Unknown(LookupError):
    """It is unclear who is meant. The message completes "It is set aside, because ..."."""


@dataclass(frozen=True)
class Person:
    """A line of the roster.

    id: empty if the line has none.
    ids: all entries of the line by which a platform may know the person.
    """

    id: str
    name: str
    first: str
    last: str
    email: str
    ids: frozenset[str]


@dataclass(frozen=True)
class Roster:
    """heading: that of the column with the ids. odd: lines that name people whose id can't be used, so that they have
    none."""

    heading: str
    people: tuple[Person, ...]
    odd: tuple[str, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(person.id for person in self.people) - {""}

    def with_id(self, entry: str) -> Person:
        """Returns the person who has this entry in a column with ids. Raises Unknown."""
        return self._one(entry, [person for person in self.people if entry in person.ids])

    def with_name(self, name: str) -> Person:
        """Returns the person of this name, as it stands in the name of a file. Raises Unknown."""
        return self._one(name, [each for each in self.people if each.name and _plain(each.name) == _plain(name)])

    def _one(self, entry: str, people: list[Person]) -> Person:
        if len(people) == 1 and people[0].id:
            return people[0]
        if len(people) == 1:
            raise Unknown(f"{entry!r} has nothing in the column {self.heading!r} of {NAME}")
        if people:
            raise Unknown(f"{NAME} has {len(people)} people called {entry!r} "
                          f"({', '.join(person.id or 'no id' for person in people)})")
        near = [person for person in self.people if person.name and _letters(person.name) == _letters(entry)]
        raise Unknown(f"{entry!r} is not in {NAME}" + "".join(
            f"; if it is {person.name!r} ({person.id}), write the name there as the platform does" for person in near))


def read(root: Path) -> Roster | None:
    """Returns the roster of the course in the folder `root`; None if there is none. Raises ValueError for a file that
    holds no ids, or one id twice."""
    try:
        data = read_plain(root / NAME, LARGEST)
    except FileNotFoundError:
        return None
    except (OSError, TooMuch) as error:
        raise ValueError(f"{NAME} can't be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
        header, lines = _table(text.removeprefix("\ufeff"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{NAME} is not a CSV file in UTF-8 ({error}): save it as `CSV UTF-8`") from error
    columns = {_heading(heading): place for place, heading in reversed([*enumerate(header)])}

    def entries(*headings: str) -> list[str]:
        place = next((columns[heading] for heading in headings if heading in columns), None)
        return [line[place].strip() if place is not None and place < len(line) else "" for _, line in lines]

    kinds = [kind for kind in (entries(*headings) for headings in IDS)
             if any(kind) and not any(map(PARTICIPANT.fullmatch, kind))]
    if not kinds:
        raise ValueError(f"{NAME} has no column with ids: its first line says {', '.join(map(named, header[:9]))}. "
                         f"Known headings are {', '.join(headings[0] for headings in IDS)}")
    heading = next(title for headings in IDS if entries(*headings) == kinds[0] for title in header
                   if _heading(title) in headings)
    people = []
    names = zip(entries(*FULL), entries(*FIRST), entries(*LAST), entries(*LAST_FIRST))
    for ids, email, (full, first, last, last_first) in zip(zip(*kinds), entries(*IDS[-1]), names):
        if last_first:
            last, _, first = last_first.partition(", ")
        full = full or f"{first} {last}".strip()
        people.append(Person(ids[0], full, first or full, last if first else "", email, frozenset(ids) - {""}))
    odd = [f"{NAME}, line {number}: {named(repr(person.id))} can't be an id, because it can't be the name of a folder"
           for (number, _), person in zip(lines, people) if _is_odd(person.id)]
    people = [replace(person, id="") if _is_odd(person.id) else person for person in people]
    main = {person.id for person in people}
    odd += [f"{NAME}, line {number}: {other} is somebody else's id, and so not {person.name}'s, too"
            for (number, _), person in zip(lines, people) for other in sorted(person.ids & main - {person.id})]
    people = [replace(person, ids=person.ids - (main - {person.id})) for person in people]
    _check(zip([number for number, _ in lines], people))
    return Roster(heading, tuple(dict.fromkeys(person for person in people if person.name or person.id)), tuple(odd))


def enrol(coursedir: CourseDirectory) -> Roster | None:
    """Brings everybody in the roster into the gradebook, with their names. Returns the roster; None if there is none.
    Raises ValueError as `read` does, and if the gradebook knows somebody by another entry of their line."""
    roster = read(Path(coursedir.root))
    if roster:
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            there = {student.id: student for student in gradebook.students}
            for person in roster.people:
                about = {"first_name": person.first, "last_name": person.last, "email": person.email}
                about = {name: value for name, value in about.items() if value or name == "last_name" and person.first}
                held = there.get(person.id)
                if not held and (before := sorted(person.ids & there.keys())):
                    raise ValueError(f"in {NAME}, {person.name} has the id {person.id or 'none'}, from the column "
                                     f"{roster.heading!r}, but in the gradebook {before[0]}: a student keeps one id, "
                                     f"so remove that column from {NAME}")
                if person.id and (not held or any(getattr(held, name) != value for name, value in about.items())):
                    gradebook.update_or_create_student(person.id, **about)
    return roster


def _table(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Returns the headings and the lines that hold anything, each with its number. The sign between two entries is the
    one with which most headings are known."""
    tables = []
    for sign in ",;\t":
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        lines = [(reader.line_num, line) for line in reader if any(entry.strip() for entry in line)]
        if lines and lines[0][1][0].startswith("sep="):  # Excel's own line
            del lines[0]
        header = lines[0][1] if lines else []
        tables.append((len(KNOWN & set(map(_heading, header))), header, lines[1:]))
    _, header, lines = max(tables, key=lambda table: table[0])
    return header, lines


def _check(people: Iterable[tuple[int, Person]]) -> None:
    """Raises ValueError if two people have one id, or ids that are one folder on some systems."""
    lines: dict[str, tuple[int, Person]] = {}
    for number, person in people:
        before, other = lines.setdefault(person.id.casefold(), (number, person))
        if person.id and person != other:
            raise ValueError(f"{NAME}, line {number}: {person.name or 'somebody'} has the id {person.id}, and so has "
                             f"{other.name or 'somebody'} in line {before}")


def _is_odd(id: str) -> bool:
    return id.startswith(".") or not id.isprintable() or bool(re.search(r"[/\\]", id)) or len(id.encode()) > 200


def _heading(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).casefold()


def _plain(name: str) -> str:
    """Returns a name as Moodle writes it into the names of files, with accents in the one form that Unicode has for
    them."""
    return unicodedata.normalize("NFC", NOT_IN_FILES.sub("", name.replace("_", " "))).strip()


def _letters(name: str) -> list[str]:
    """Returns the words of a name in one order, without accents and capitals."""
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return sorted(re.findall(r"\w+", letters.casefold()))
