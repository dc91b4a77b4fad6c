"""The course's lessons and where they lie."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "solutions/course.toml"
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


def lessons() -> list[Lesson]:
    """Every lesson of course.toml, in order."""
    return [Lesson(**entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]]
