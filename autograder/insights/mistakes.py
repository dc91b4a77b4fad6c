"""The answers of a class, and which of them have the same thing wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from attention_lab.checking.verdict import NOT_COMPARED, Verdict
from autograder.insights.graded_work import Work
from autograder.judge.judge import WITH_COURSES
from autograder.judge.session import DEATHS

# What became of an answer. Only the last two are a mistake in it, as far as its verdict tells.
SOLVED, OPEN, PACKAGE, LIMIT = "solved", "not started", "missing package", "cut off by a limit"
FOLLOWS, NAMED, UNNAMED = "built on a wrong exercise", "named", "without a name"
EXCESS = DEATHS["excess"].partition("{")[0]
MEMORY = re.compile(r"can't allocate memory|MemoryError")
NUMBER = re.compile(r"(?<!\w)-?\d+([.,]\d+)*(e[-+]?\d+)?")  # not the 1 of `fc1`
QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Answer:
    """What one student handed in for one exercise. source: the cell that defines it, or empty where none does."""

    student: str
    verdict: Verdict
    kind: str
    source: str

    @property
    def lost(self) -> float:
        return self.verdict.max_points - self.verdict.points


@dataclass(frozen=True)
class Group:
    """Answers to one exercise that have the same thing wrong, of one kind. sentence: what their writers read about it;
    where: where they first differ, in the words of a report, if the sentence is no name for it."""

    exercise: str
    sentence: str
    where: str
    answers: list[Answer]

    @property
    def lost(self) -> float:
        """Points that it cost the class."""
        return sum(answer.lost for answer in self.answers)

    @property
    def weight(self) -> float:
        """How much it deserves the class's time: what many got wrong before what cost a few dearly."""
        return len(self.answers) * self.lost

    @property
    def mistakes(self) -> list[str]:
        """The catalogue's names for it."""
        return sorted({answer.verdict.mistake for answer in self.answers if answer.verdict.mistake})

    @property
    def students(self) -> list[str]:
        return [answer.student for answer in self.answers]


def answers(works: Iterable[Work], exercise: str, earlier: set[str]) -> list[Answer]:
    """Everybody's answers to an exercise. earlier: the exercises that it is built from."""
    verdicts = [(work, work.result.verdicts[exercise]) for work in works]
    return [Answer(work.student, verdict, _kind(work, verdict, earlier), work.answers.get(exercise, ""))
            for work, verdict in verdicts]


def _kind(work: Work, verdict: Verdict, earlier: set[str]) -> str:
    said = " ".join([verdict.headline, *verdict.evidence, *verdict.notes])
    outcomes = {check.outcome for check in verdict.checks}
    if verdict.points == verdict.max_points:
        return SOLVED
    if not verdict.started:
        return OPEN
    if "timeout" in outcomes or said.startswith(EXCESS) or "error" in outcomes and MEMORY.search(said):
        return LIMIT
    if verdict.mistake:
        return NAMED
    if "error" in outcomes and any(
        re.search(rf"\bmodule\b[^.]*[`']{re.escape(name)}\b", said) for name in work.result.missing_modules
    ):
        return PACKAGE
    with_own = not any(note.startswith(WITH_COURSES) for note in verdict.notes)
    if with_own and _output(verdict) in {_output(work.result.verdicts[name]) for name in earlier} - {"passed"}:
        return FOLLOWS  # the numbers that are wrong, or the error, may be those of the earlier exercise
    return UNNAMED


def _output(verdict: Verdict) -> str:
    return next((check.outcome for check in verdict.checks if check.name == "output"), "passed")


def groups(found: Iterable[Answer], kind: str) -> list[Group]:
    """The answers of one kind to one exercise, those together that have the same thing wrong;
    what cost most comes first."""
    alike: Callable[[Answer], object] = _sentence if kind == NAMED else _difference
    together: dict[object, list[Answer]] = {}
    for answer in found:
        if answer.kind == kind:
            together.setdefault(alike(answer), []).append(answer)
    made = [Group(members[0].verdict.exercise, members[0].verdict.headline,
                  "" if kind == NAMED else " ".join(members[0].verdict.where),
                  members) for members in together.values()]
    return sorted(made, key=lambda group: (-group.lost, -len(group.answers), group.sentence))


def _sentence(answer: Answer) -> object:
    """Several entries of the catalogue are one mistake to its reader: each axis of two, say."""
    return answer.verdict.headline


def _difference(answer: Answer) -> object:
    """Where an answer first differs, as its report shows it: which checks it lost and on which cases, and in which
    sub-module or output that begins.

    All of a class are asked the same questions, so the same mistake gives the same picture. Numbers, and the names that
    a learner chose, are left out: two people who make the same mistake differ in those.
    """
    verdict = answer.verdict
    checks = tuple((check.name, check.outcome, check.message == NOT_COMPARED) for check in verdict.checks
                   if check.outcome != "passed")
    return checks, _bare(verdict.headline), tuple(verdict.cases[:2]), tuple(map(_bare, verdict.where))


def _bare(said: str) -> str:
    return NUMBER.sub("#", QUOTED.sub("'...'", said))
