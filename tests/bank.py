"""The bank, `solutions/<topic>/answers/`: answers as learners write them, right and wrong, of all lessons
(autograder/lessons/bank.py)."""

from dataclasses import dataclass
from functools import cache

from autograder.lessons import bank
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from tests.suites import few


@dataclass(frozen=True)
class Answer(bank.Answer):
    """An answer, and the lesson that it is of."""

    lesson: str = ""

    @property
    def id(self) -> str:
        return f"{self.lesson}/{self.name}"


@cache
def _all() -> list[Answer]:
    topics = [(lesson.name, topic(lesson.topic)) for lesson in lessons()]
    return [Answer(**vars(answer), lesson=name) for name, each in topics
            for answer in bank.answers(each.folder, each.reference)]


def answers(kind: str) -> list[Answer]:
    """All answers that are "right", or all that are "wrong"."""
    return [answer for answer in _all() if answer.kind == kind]


def parameters(found: list[Answer], most: int = 1000) -> list:
    """The answers as parameters of a test, with readable ids;
    of an exercise, at most so many in `make test` (tests/suites.py)."""
    return few(found, most, lambda answer: (answer.lesson, answer.exercise), lambda answer: answer.id)
