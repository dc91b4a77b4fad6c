"""The bank, `solutions/<topic>/answers/`: answers as learners write them, right and wrong, one file each,
named `<Exercise>--<what is special>.py`.

The first line of a wrong answer may say what its report must lead with, a part of the headline: `# expect: columns of the map`.
`# expect: nothing, <reason>` marks an answer that no comparison of tensors can see, only the judge, which measures a process.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from autograder.lessons.course import lessons
from autograder.lessons.topics import SOLUTIONS
from tests.suites import few

LESSONS = {lesson.topic: lesson.name for lesson in lessons()}
EXPECT = "# expect: "
NOTHING = "nothing, "


@dataclass(frozen=True)
class Answer:
    """One file of the bank."""

    lesson: str
    path: Path

    @property
    def id(self) -> str:
        return f"{self.lesson}/{self.path.stem}"

    @property
    def exercise(self) -> str:
        return self.path.stem.split("--")[0]

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def expected(self) -> str:
        """What the headline of its report must contain; empty where the file says nothing."""
        first = self.source.partition("\n")[0]
        return first.removeprefix(EXPECT).strip() if first.startswith(EXPECT) else ""

    @property
    def measured(self) -> bool:
        """Whether only a measured process betrays it."""
        return self.expected.startswith(NOTHING)


def answers(kind: str) -> list[Answer]:
    """All answers that are "right", or all that are "wrong"."""
    paths = sorted(SOLUTIONS.glob(f"*/answers/{kind}/*.py"))
    return [Answer(LESSONS[path.parts[-4]], path) for path in paths if path.parts[-4] in LESSONS]  # not of a lesson that is not out yet


def parameters(found: list[Answer], most: int = 1000) -> list:
    """The answers as parameters of a test, with readable ids; of an exercise, at most so many in `make test` (tests/suites.py)."""
    return few(found, most, lambda answer: (answer.lesson, answer.exercise), lambda answer: answer.id)
