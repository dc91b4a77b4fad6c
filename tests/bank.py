"""The catalogues' right and wrong answers of all lessons (autograder/lessons/catalogue.py)."""

from dataclasses import dataclass
from functools import cache

from attention_lab.checking.verdict.cause import modest
from attention_lab.checking.verdict.verdict import Verdict
from autograder.lessons.catalogue import Mistake, Right, Wrong
from autograder.lessons.course import lessons
from autograder.lessons.topics import topic
from tests.suites import few


@dataclass(frozen=True)
class Answer:
    """An answer, and the lesson that it is of."""

    lesson: str
    entry: Right | Wrong

    @property
    def exercise(self) -> str:
        return self.entry.exercise

    @property
    def source(self) -> str:
        return self.entry.source

    @property
    def id(self) -> str:
        return f"{self.lesson}/{self.exercise}--{self.entry.id}"

    @property
    def measured(self) -> bool:
        """Whether only a measured process shows that it is wrong."""
        return isinstance(self.entry, Wrong) and bool(self.entry.unseen)


@cache
def answers(kind: str) -> list[Answer]:
    """All answers that are "right", or all that are "wrong"."""
    return [Answer(lesson.name, entry) for lesson in lessons()
            for entry in getattr(topic(lesson.topic).catalogue, kind)]


def parameters(found: list[Answer], most: int = 1000) -> list:
    """The answers as parameters of a test, with readable ids;
    of an exercise, at most so many in `make test` (tests/suites.py)."""
    return few(found, most, lambda answer: (answer.lesson, answer.exercise), lambda answer: answer.id)


def named(verdict: Verdict, mistake: Mistake) -> bool:
    """Whether a report names the mistake: in its sentence, in what is left of it where not all may be claimed, or, if
    the answer does not compute at all, as what may be the reason."""
    if verdict.headline.startswith("Your code returns "):
        return verdict.headline.endswith(mistake.sentence)
    return verdict.mistake == mistake.id and verdict.headline in (mistake.sentence, modest(mistake.sentence))
