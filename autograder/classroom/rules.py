"""A class's own rules in one file, `work/course.toml`: when lessons are due, who has an extension, how much late work
loses, and the weight of each lesson.

docs/instructors/course.md shows the file. `autograder course` (agree.py) compares it with the gradebook.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from autograder.classroom.times import EXAMPLE, moments_of
from autograder.lessons.plain_text import plain_text
from autograder.outward import command, count

NAME = "work/course.toml"  # below the course's folder
SECTIONS = ("timezone", "due", "late", "extensions", "exercises", "weights")
BONUS = "bonus"
LATE = ("percent_per_day", "at_most_percent")
PART = re.compile(r""""[^"]*"|'[^']*'|[^\s."']+""")  # of a dotted key
KEY = re.compile(rf"\s*\[?\s*((?:{PART.pattern})(?:\s*\.\s*(?:{PART.pattern}))*)\s*[\]=]")


@dataclass(frozen=True)
class Weight:
    """How much an exercise counts: its points are multiplied by `score`, and its maximum by `most`."""

    score: float = 1.0
    most: float = 1.0

    @property
    def in_words(self) -> str:
        if not self.score:
            return "does not count"
        if not self.most:
            return "is a bonus"
        return "counts as it was handed out" if self.score == 1 else f"counts {self.score:g} times"


ONCE = Weight()


@dataclass(frozen=True)
class Rules:
    """The rules in the file.

    zone: the zone of all times that name none, and in which times are shown.
    due: the due dates in UTC without a zone, as nbgrader keeps them.
    everywhere: for some students, the days of extension in every lesson.
    extensions: the extensions by student and lesson.
    exercises: how much exercises count, by lesson and name.
    percent_per_day: the share of a lesson's points that late work loses per day; None if the file does not set it.
    """

    text: str
    zone: tzinfo = UTC
    due: dict[str, datetime] = field(default_factory=dict)
    percent_per_day: float | None = None
    at_most_percent: float = 100.0
    everywhere: dict[str, float] = field(default_factory=dict)
    extensions: dict[str, dict[str, float]] = field(default_factory=dict)
    exercises: dict[str, dict[str, Weight]] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def extension(self, student: str, lesson: str) -> timedelta | None:
        """Returns a student's extension; None if there is none."""
        days = self.extensions.get(student, {}).get(lesson, self.everywhere.get(student, 0.0))
        return timedelta(days=days) if days else None

    def penalty(self, most: float, seconds_late: float) -> float:
        """Returns what is taken off a lesson of `most` points: a share for each day that has begun."""
        return most * min(_days(seconds_late) * (self.percent_per_day or 0.0), self.at_most_percent) / 100

    def arithmetic(self, most: float, seconds_late: float) -> str:
        """Says how `penalty` computes what it returns: 2 days begun at 10 % of 10 points."""
        days = _days(seconds_late)
        capped = days * (self.percent_per_day or 0.0) > self.at_most_percent
        return (f"{count(days, 'day')} begun at {self.percent_per_day:g} % of {count(round(most, 2), 'point')}"
                + (f", at most {self.at_most_percent:g} %" if capped else ""))

    def check_names(self, lessons: Collection[str], students: Collection[str] | None = None) -> None:
        """Raises ValueError for a lesson or a student that does not exist. With students=None, students are not
        checked."""
        sections = ("due", self.due), ("exercises", self.exercises), ("weights", self.weights)
        named = [(place, lesson) for place, entries in sections for lesson in entries]
        named += [(f"extensions.{student}", lesson) for student, entries in self.extensions.items()
                  for lesson in entries]
        for place, lesson in named:
            if lesson not in lessons:
                raise _error_at(self.text, (*place.split(".", 1), lesson),
                                f"there is no lesson {lesson!r}{_near(lesson, lessons)}")
        for student in {**self.everywhere, **self.extensions}:
            if students is not None and student not in students:
                raise _error_at(self.text, ("extensions", student),
                                f"the gradebook has no student {student!r}{_near(student, students)} "
                                f"({command('nbgrader', 'db', 'student', 'add', student)} adds this student)")


    def check_exercises(self, lesson: str, names: Collection[str]) -> None:
        """Raises ValueError for an exercise that the lesson does not have."""
        for name in self.exercises.get(lesson, {}):
            if name not in names:
                raise _error_at(self.text, ("exercises", lesson, name),
                                f"{lesson} has no exercise {name!r}{_near(name, names)}")


def read(root: Path) -> Rules | None:
    """Returns the rules of the course in the folder `root`; None if it has no such file. Raises ValueError for a wrong
    rule, with its line."""
    try:
        text = plain_text(root / NAME)
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise ValueError(f"{NAME} is not UTF-8: {error}") from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        twice = "Cannot overwrite" in str(error) or "Cannot declare" in str(error)
        hint = ("The same name appears twice" if twice else
                f"A time is written {EXAMPLE}, with its seconds. "
                'A name such as "ada@example.org" must be in quotes, because it '
                "holds more than letters, digits, - and _")
        raise ValueError(f"{NAME}: {error}. {hint}") from error
    for section, entries in content.items():
        if section not in SECTIONS:
            raise _error_at(text, (section,), f"{section!r} is not a known section: the sections are "
                                              f"{', '.join(SECTIONS)}")
        if section != "timezone" and not isinstance(entries, dict):
            raise _error_at(text, (section,), f"{section} is a table: write [{section}] above its entries")
    late = {name: _number(text, ("late", name), value, 100) for name, value in _entries(text, content.get("late", {}))}
    everywhere, extensions = {}, {}
    for student, value in content.get("extensions", {}).items():
        if isinstance(value, dict):
            extensions[student] = {lesson: _number(text, ("extensions", student, lesson), days, 1000)
                                   for lesson, days in value.items()}
        else:
            everywhere[student] = _number(text, ("extensions", student), value, 1000)
    if "at_most_percent" in late and "percent_per_day" not in late:
        raise _error_at(text, ("late", "at_most_percent"),
                        "at_most_percent needs percent_per_day, which is missing in [late]")
    exercises = {lesson: {name: _weight(text, ("exercises", lesson, name), value)
                          for name, value in _table(text, ("exercises", lesson), entries).items()}
                 for lesson, entries in content.get("exercises", {}).items()}
    weights = {lesson: _number(text, ("weights", lesson), value)
               for lesson, value in content.get("weights", {}).items()}
    costs = late.get("percent_per_day"), late.get("at_most_percent", 100.0)
    zone = _zone(text, content)
    return Rules(text, zone or UTC, _due(text, content, zone), *costs, everywhere, extensions, exercises,
                 weights)


def zone_of(root: Path) -> tzinfo:
    """Returns the time zone of the course in the folder `root`: UTC if its rules name none. Raises ValueError, as
    `read` does."""
    own = read(root)
    return own.zone if own else UTC


def _days(seconds_late: float) -> int:
    return math.ceil(seconds_late / timedelta(days=1).total_seconds())


def _entries(text: str, late: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in late.items():
        if name not in LATE:
            raise _error_at(text, ("late", name), f"{name!r} is not a known entry of [late]: its entries are "
                                                  f"{', '.join(LATE)}")
        yield name, value


def _table(text: str, place: tuple[str, ...], value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _error_at(text, place, f"{'.'.join(place)} is a table: write [{'.'.join(place)}] above its exercises")
    return value


def _weight(text: str, place: tuple[str, ...], value: Any) -> Weight:
    if value == BONUS:
        return Weight(most=0.0)
    if isinstance(value, str):
        raise _error_at(text, place, f'{".".join(place)} is {value!r}, but must be a number or "{BONUS}"')
    number = _number(text, place, value, 100)
    return Weight(number, number)


def _number(text: str, place: tuple[str, ...], value: Any, most: float = math.inf) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= most
        or not math.isfinite(value)
    ):
        limit = "of at least 0" if most == math.inf else f"from 0 to {most:g}"
        raise _error_at(text, place, f"{'.'.join(place)} is {value!r}, but must be a number {limit}")
    return float(value)


def _zone(text: str, content: dict[str, Any]) -> tzinfo | None:
    if "timezone" not in content:
        return None
    try:
        return ZoneInfo(content["timezone"])
    except (OSError, ValueError, TypeError, LookupError):
        raise _error_at(text, ("timezone",), f"there is no time zone {content['timezone']!r}; zones are written like "
                        '"Europe/Berlin"') from None


def _due(text: str, content: dict[str, Any], zone: tzinfo | None) -> dict[str, datetime]:
    due = {}
    for lesson, when in content.get("due", {}).items():
        if not isinstance(when, datetime):
            raise _error_at(text, ("due", lesson), f"{when} is not a date with a time: write {EXAMPLE}, without quotes")
        if when.tzinfo is None and zone is None:
            raise _error_at(text, ("due", lesson),
                            f'{when} has no time zone: write timezone = "Europe/Berlin" in the first line')
        moments = moments_of(when.replace(tzinfo=None), when.tzinfo or zone or UTC)
        if len(moments) != 1:
            raise _error_at(text, ("due", lesson), f"clocks in {zone} show {when} {'twice' if moments else 'never'}: "
                                                   f"add the offset that is meant, as in {EXAMPLE}+01:00")
        due[lesson] = moments.pop()
    return due


def _near(name: str, others: Collection[str]) -> str:
    matches = get_close_matches(name, others, n=1)
    return f"; did you mean {matches[0]}?" if matches else ""


def _error_at(text: str, place: tuple[str, ...], message: str) -> ValueError:
    return ValueError(f"{NAME}, line {line_of(text, place)}: {message}")


def line_of(text: str, place: tuple[str, ...]) -> int:
    """Returns the line, counted from 1, on which a key such as ("due", "01_se") is found in a TOML file. If there is no
    such line, returns the line of the innermost table around the key that has one."""
    table: list[str] = []
    deepest, line_number = 0, 1
    for number, line in enumerate(text.splitlines(), 1):
        key = KEY.match(line)
        if not key:
            continue
        parts = [part.strip("\"'") for part in PART.findall(key[1])]
        if line.lstrip().startswith("["):
            table = here = parts
        else:
            here = [*table, *parts]
        depth = next((n for n, (a, b) in enumerate(zip(here, place)) if a != b), min(len(here), len(place)))
        if depth > deepest:
            deepest, line_number = depth, number
    return line_number
