"""The course's lessons and where they lie, its version and its address."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "solutions/course.toml"
FIRST_CELL = "where"  # the id of the cell that the build puts first
NOTEBOOKS, COURSE = ROOT / "solutions/notebooks", ROOT / "course"  # solved, released


@dataclass(frozen=True)
class Lesson:
    """An entry of course.toml."""

    name: str
    topic: str
    title: str
    builds_on: list[str]
    adds: str
    minutes: int


def repository() -> str:
    """The course's address, owner/name on GitHub; empty until it is published."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]["repository"]


def in_colab(lesson: Lesson, address: str) -> str:
    """The link that opens a released lesson in Colab. address: owner/name on GitHub."""
    return f"https://colab.research.google.com/github/{address}/blob/main/course/{lesson.name}/{lesson.name}.ipynb"


def version() -> str:
    """The version of the course, which is its library's."""
    return tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def lessons() -> list[Lesson]:
    """Every lesson of course.toml, in order."""
    return [Lesson(**entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]]
