"""Which lessons a test concerns: seen from its parameters, so that no test has to say it twice."""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from solutions.shared.course import ROOT, lessons
from solutions.shared.topics import Topic

NAMES = {lesson.name: lesson.topic for lesson in lessons()}
TOPICS = {topic: name for name, topic in NAMES.items()}
NAMES_OF = {**TOPICS, **{name: name for name in NAMES}}
# Courses that are graded for the tests of several files, which stay in one process for that.
SHARED = ("autograding", "graded_class", "released")
# What takes longest in one process begins first, or the others wait for it at the end.
LONG = ("tests/adversarial/test_attacks.py", "tests/test_processors.py", "tests/corruption/test_judged.py", "tests/browser/test_lesson.py",
        *SHARED)
HIDDEN = ("graders", "judge")  # folders whose tests ask a lesson's hidden questions, which a process draws once


def of(item: pytest.Item) -> set[str]:
    """The names of the lessons that a test has as parameters: as a name, a topic, a module of the reference, a file in a lesson's
    folder, or anything with such a `name` or `lesson`."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return {NAMES_OF[word] for value in values for word in _words(value) if word in NAMES_OF}


def group(item: pytest.Item) -> str:
    """The tests of a group run in one process, one after the other: those of a shared course, of a lesson's hidden questions, of the
    rest of a lesson, or of a file."""
    shared = [fixture for fixture in SHARED if fixture in item.fixturenames]
    if shared:
        return shared[0]
    found = of(item)
    if len(found) == 1:
        return f"{found.pop()}, {'hidden' if item.path.parent.name in HIDDEN else 'visible'}"
    return str(item.path.relative_to(ROOT))


def _words(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    if isinstance(value, ModuleType):
        return set(value.__name__.split("."))
    if isinstance(value, Path):
        return set(value.relative_to(ROOT).parts if value.is_relative_to(ROOT) else value.parent.parts[-1:])
    if isinstance(value, Topic):
        return {value.folder.name}
    found = getattr(value, "lesson", None) or getattr(value, "name", None)
    return {found} if isinstance(found, str) else set()
