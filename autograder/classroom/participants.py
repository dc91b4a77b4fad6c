"""Moodle's number for each hand-in, `work/participants.csv`. Such a number belongs to one assignment, so it is kept by
lesson. Moodle asks for it when marks or pages are given back for that assignment."""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.judge import private
from autograder.outward import in_cell

NAME = "work/participants.csv"  # below the course's folder
COLUMNS = ("lesson", "id", "number", "name")


@dataclass(frozen=True)
class Participant:
    """A student in one assignment. name: as Moodle writes it into the names of files."""

    number: str
    name: str = ""


def keep(root: Path, lesson: str, found: Mapping[str, Participant]) -> None:
    """Keeps what a lesson's download says, by the students' ids. What earlier downloads said of others stays."""
    kept = {**_all(root), **{(lesson, student): each for student, each in found.items()}}
    with private.replacing(root / NAME) as beside, open(beside, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows((*key, each.number, in_cell(each.name)) for key, each in sorted(kept.items()))


def of(root: Path, lesson: str, students: Collection[str]) -> dict[str, Participant]:
    """Returns who the students are in a lesson's assignment, if that is known. Raises ValueError if the file is
    damaged."""
    return {student: each for (name, student), each in _all(root).items() if name == lesson and student in students}


def _all(root: Path) -> dict[tuple[str, str], Participant]:
    try:
        with open(root / NAME, newline="", encoding="utf-8") as file:
            return {(row["lesson"], row["id"]): Participant(row["number"], row["name"])
                    for row in csv.DictReader(file, restkey="more", strict=True)}
    except FileNotFoundError:
        return {}
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{NAME} is damaged ({error}): collect the lessons again to make it anew") from error
