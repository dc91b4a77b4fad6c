"""The answers of a class, and which of them are wrong in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from attention_lab.checking.verdict.verdict import NOT_COMPARED, Verdict
from autograder.insights.graded_work import Work
from autograder.judge.judge import WITH_COURSES
from autograder.judge.session import DEATHS, UNDEFINED

# What became of an answer. Only the last two mean that the answer itself has a mistake, as far as its verdict tells.
SOLVED, OPEN, NOTHING, PACKAGE, LIMIT = ("solved", "not started", "nothing to judge", "missing package",
                                         "cut off by a limit")
FOLLOWS, NAMED, UNNAMED = "built on a wrong exercise", "named", "without a name"
EXCESS = DEATHS["excess"].partition("{")[0]
MEMORY = re.compile(r"can't allocate memory|MemoryError")
NUMBER = re.compile(r"(?<!\w)-?\d+([.,]\d+)*(e[-+]?\d+)?")  # not the 1 of `fc1`
UNEXPLAINED = re.compile(r" It does not explain \d+ of your \d+ wrong cases\.$")
QUOTED = re.compile(r"'[^']*'")


@dataclass(frozen=True)
class Answer:
    """One student's answer to one exercise.

    source: the cell that defines it; empty if no cell does.
    """

    student: str
    verdict: Verdict
    kind: str
    source: str

    @property
    def lost(self) -> float:
        return self.verdict.max_points - self.verdict.points

    def weighed(self, weight: float) -> Answer:
        """Returns the answer to an exercise that counts so many times."""
        verdict = self.verdict
        return replace(self, verdict=replace(verdict, points=verdict.points * weight,
                                             max_points=verdict.max_points * weight))


@dataclass(frozen=True)
class Group:
    """Answers to one exercise that are of one kind, and wrong in the same way.

    sentence: what the students read about it.
    where: where these answers first differ from the right one, in the words of a report, if the sentence does not name
        the mistake.
    """

    exercise: str
    sentence: str
    where: str
    answers: list[Answer]

    @property
    def lost(self) -> float:
        """The points that the mistake cost the class."""
        return sum(answer.lost for answer in self.answers)

    @property
    def weight(self) -> float:
        """How much the mistake deserves the class's time. A mistake that many students made counts more than one that
        cost a few students many points."""
        return len(self.answers) * self.lost

    @property
    def mistakes(self) -> list[str]:
        """The names that the catalogue has for the mistake."""
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
    report = " ".join([verdict.headline, *verdict.evidence, *verdict.notes])
    outcomes = {check.outcome for check in verdict.checks}
    if verdict.points == verdict.max_points:
        return SOLVED
    if verdict.exercise in work.result.unsettled:
        return NOTHING
    if not verdict.started:
        return OPEN
    if "timeout" in outcomes or report.startswith(EXCESS) or "error" in outcomes and MEMORY.search(report):
        return LIMIT
    if verdict.mistake:
        return NAMED
    if "error" in outcomes and any(
        re.search(rf"\bmodule\b[^.]*[`']{re.escape(name)}\b", report) for name in work.result.missing_modules
    ):
        return PACKAGE
    if verdict.headline.startswith(UNDEFINED) or not work.answers.get(verdict.exercise):
        return NOTHING
    with_own = not any(note.startswith(WITH_COURSES) for note in verdict.notes)
    if with_own and _output(verdict) in {_output(work.result.verdicts[name]) for name in earlier} - {"passed"}:
        return FOLLOWS  # the numbers that are wrong, or the error, may be those of the earlier exercise
    return UNNAMED


def _output(verdict: Verdict) -> str:
    return next((check.outcome for check in verdict.checks if check.name == "output"), "passed")


def groups(of_exercise: Iterable[Answer], kind: str) -> list[Group]:
    """Groups the answers of one kind to one exercise by what is wrong with them. The group that lost most points comes
    first."""
    alike: Callable[[Answer], object] = _sentence if kind == NAMED else _difference
    together: dict[object, list[Answer]] = {}
    for answer in of_exercise:
        if answer.kind == kind:
            together.setdefault(alike(answer), []).append(answer)
    result = [Group(members[0].verdict.exercise, _sentence(members[0]),
                    "" if kind == NAMED else " ".join(members[0].verdict.where),
                    members) for members in together.values()]
    return sorted(result, key=lambda group: (-group.lost, -len(group.answers), group.sentence))


def _sentence(answer: Answer) -> str:
    """Returns a report's first sentence, without how many cases it does not explain. Several entries of the catalogue
    may have the same sentence, such as one entry for each of two axes, and then they are one mistake for its reader."""
    return UNEXPLAINED.sub("", answer.verdict.headline)


def _difference(answer: Answer) -> object:
    """Describes where an answer first differs from the right one, as its report shows it: which checks it failed, on
    which cases, and in which sub-module or output the difference begins.

    All students of a class are asked the same questions, so the same mistake gives the same description. Numbers, and
    names that a learner chose, are left out, because they differ between two people who make the same mistake.
    """
    verdict = answer.verdict
    checks = tuple((check.name, check.outcome, check.message == NOT_COMPARED) for check in verdict.checks
                   if check.outcome != "passed")
    return checks, _bare(verdict.headline), tuple(verdict.cases[:2]), tuple(map(_bare, verdict.where))


def _bare(sentence: str) -> str:
    return NUMBER.sub("#", QUOTED.sub("'...'", sentence))
