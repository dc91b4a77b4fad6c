"""The course's lessons with their places, its version and its address, and an instructor's own lessons."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]  # the package: what judges, and all lessons; only read
# nbgrader's course, with the class's seed, gradebook and settings. In a clone it is the clone; what is installed names
# it (installed/attention_autograder.py).
CLASS = Path(os.environ.get("ATTENTION_CLASS", ROOT)).resolve()
INSTALLED = CLASS != ROOT
LIST = ROOT / "solutions/course.toml"
SETTINGS = ROOT / "pyproject.toml"
NOTEBOOKS, COURSE = ROOT / "solutions/notebooks", ROOT / "course"  # solved, released
_library = find_spec("attention_lab")
LIBRARY = Path(_library.origin).parent if _library and _library.origin else COURSE / "attention_lab"
FILES = LIBRARY / "lessons"  # a kit for each lesson, named after its topic
OWN_LIST = Path(os.environ.get("OWN_LESSONS", CLASS / "work/lessons.toml"))  # not under version control
OWN = "own_"  # every name of an own lesson begins with it; git ignores what is built under such names


@dataclass(frozen=True)
class Lesson:
    """An entry of course.toml, or of an instructor's own list, which also says which folder holds the topic."""

    name: str
    topic: str
    title: str
    builds_on: list[str]
    adds: str
    minutes: int
    folder: str = ""


def lessons() -> list[Lesson]:
    """Every lesson of course.toml, in order."""
    return [Lesson(**entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["lesson"]]


@dataclass(frozen=True)
class Way:
    """A way through the course for those who have less time."""

    name: str
    says: str
    lessons: list[str]

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in lessons() if lesson.name in self.lessons)


def ways() -> list[Way]:
    """The ways through the course, shortest first."""
    return [Way(**entry) for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["path"]]


def plans() -> list[list[list[str]]]:
    """Plans for a class: for each plan its weeks, for each week the names of its lessons."""
    return [entry["weeks"] for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["plan"]]


def version() -> str:
    """The version of the library, and so of the lessons that are built with it."""
    return tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def files_of(lesson: str) -> Path:
    """The folder with the files that the library reads, such as the recorded checks. An own lesson has them beside its
    released notebook."""
    topics = {each.name: each.topic for each in lessons()}
    return FILES / topics[lesson] if lesson in topics else released_folder(lesson)


def solved_folder(lesson: str) -> Path:
    """The folder with a lesson's solved notebook. What is built of an own lesson belongs to the class."""
    return (CLASS / "work/built/solved" if INSTALLED and lesson.startswith(OWN) else NOTEBOOKS) / lesson


def released_folder(lesson: str) -> Path:
    """The folder with what learners get of a lesson."""
    return (CLASS / "work/built/released" if INSTALLED and lesson.startswith(OWN) else COURSE) / lesson


def repository() -> str:
    """Returns the course's address, owner/name on GitHub; empty as long as it is not published. A workflow that
    publishes names its own repository in the environment. Raises ValueError if the address has another form."""
    address = os.environ.get("COURSE_REPOSITORY") or tomllib.loads(
        SETTINGS.read_text(encoding="utf-8"))["tool"]["course"]["repository"]
    if address and not re.fullmatch(r"[\w.-]+/[\w.-]+", address, re.ASCII):
        raise ValueError(f"{SETTINGS}: repository = {address!r}; write owner/name, as in "
                         "\"somebody/attention-by-hand\", or nothing")
    return address


def document(name: str) -> str:
    """Returns where a page of the course's documents is, such as docs/own-lesson.md: what pip installs has none."""
    if not INSTALLED:
        return name
    address = repository()
    return f"https://github.com/{address}/blob/main/{name}" if address else f"{name} in the course's repository"


def own_lessons() -> list[Lesson]:
    """Returns every lesson of an instructor's own list, in order; empty if there is no list.

    Raises ValueError if a lesson's name is one of the course's, or if its folder is not an absolute path.
    """
    if not OWN_LIST.exists():
        return []
    found = [Lesson(**entry) for entry in tomllib.loads(OWN_LIST.read_text(encoding="utf-8")).get("lesson", [])]
    for lesson in found:
        if lesson.name != OWN + lesson.topic or not Path(lesson.folder).is_absolute():
            raise ValueError(f"{OWN_LIST}: a lesson of your own must be named {OWN}<topic>, and its folder must be "
                             f"absolute: got name {lesson.name!r}, topic {lesson.topic!r}, folder {lesson.folder!r}")
    return found
