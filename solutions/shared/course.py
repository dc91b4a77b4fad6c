"""The course's lessons, where they lie, its version and its address."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "solutions/course.toml"
SETTINGS = ROOT / "pyproject.toml"
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


def version() -> str:
    """The version of the library, and so of the lessons that are built with it."""
    return tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def repository() -> str:
    """The course's address, owner/name on GitHub; nothing as long as it is not published. Raises ValueError for anything else."""
    address = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))["tool"]["course"]["repository"]
    if address and not re.fullmatch(r"[\w.-]+/[\w.-]+", address, re.ASCII):
        raise ValueError(f"{SETTINGS}: repository = {address!r}; write owner/name, as in \"somebody/attention-by-hand\", or nothing")
    return address
