"""Everything that the page and the table of `autograder insights` say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.classroom.counts import weights_of
from autograder.classroom.each import Each
from autograder.classroom.rules import ONCE, Rules, read
from autograder.insights.code import redact_code, redact_sentence, vocabulary
from autograder.insights.graded_work import GradedWork, graded_work
from autograder.insights.items import Item, items
from autograder.insights.mistakes import FOLLOWS, LIMIT, NAMED, UNNAMED, Answer, Group, answers, groups
from autograder.judge.packages import sort_out
from autograder.judge.questions import closure
from autograder.lessons.topics import Topic, topic
from autograder.outward import command, count
from autograder.submission.notebook import ReleasedLesson

MOST = 3  # mistakes to talk about
MANY = 3  # if fewer students made the same mistake, nobody's own code is shown to the class


@dataclass(frozen=True)
class Exhibit:
    """A mistake to talk about, with code that makes it.

    theirs: whether the code is a student's; otherwise it is the catalogue's.
    """

    group: Group
    code: str
    theirs: bool


@dataclass(frozen=True)
class Insights:
    """What can be said about a class's work on a lesson.

    shared: the mistakes to talk about, which several students made.
    single: the mistakes that only one student made.
    packages: for each package that the grading machine lacks, the students whose notebook imports it.
    own_files: the same for modules that most likely are files of the students' own.
    words: those that may be shown of what students wrote; None for all.
    not_reached: for each exercise, the students whose notebook had no time left for it.
    cut_off: the students in whose notebooks a cell was stopped because it computed for too long.
    """

    lesson: ReleasedLesson
    graded: GradedWork
    answers: dict[str, list[Answer]]
    items: list[Item]
    shared: list[Exhibit]
    single: list[Exhibit]
    named: list[Exhibit]
    unnamed: list[Exhibit]
    limits: list[Group]
    not_reached: dict[str, list[str]]
    cut_off: list[str]
    packages: dict[str, list[str]]
    own_files: dict[str, list[str]]
    words: frozenset[str] | None

    @property
    def totals(self) -> list[float]:
        """Everybody's points for the lesson."""
        return [sum(answer.verdict.points for answer in own) for own in zip(*self.answers.values())]

    @property
    def follow(self) -> dict[str, int]:
        """Returns, for each exercise, how many wrong answers say nothing about the exercise itself, because they are
        built on another exercise that is wrong."""
        return {name: many for name, own in self.answers.items()
                if (many := sum(answer.kind == FOLLOWS for answer in own))}

    @property
    def max_points(self) -> float:
        return sum(slot.points for slot in self.lesson.exercises)


def insights(coursedir: Any, lesson: ReleasedLesson, names: bool, each_student: Each) -> Insights:
    """Adds up the verdicts on a lesson's graded work. Raises ValueError if there are none.

    names: True keeps what students wrote as it is. Otherwise the code and the sentences name nobody.
    """
    graded = graded_work(coursedir, lesson)
    known, rules = topic(lesson.topic), read(Path(coursedir.root)) or Rules("")
    earlier = {slot.name: closure(known.exercises, slot.name) for slot in lesson.exercises}
    students: dict[str, dict[str, Answer]] = {}  # by student and exercise
    for work in list(graded.works):
        with each_student.student(work.student):
            students[work.student] = {name: answers([work], name, before)[0] for name, before in earlier.items()}
            continue
        graded.works.remove(work)
        graded.unkept.append(work.student)
    if not graded.works:
        folder = Path(coursedir.format_path(coursedir.autograded_directory, "*", lesson.name))
        grade = command("autograder", "grade", lesson.name, *["--force"] * bool(graded.unkept))
        raise ValueError(f"no verdicts on {lesson.name} are kept in {folder} ("
                         f"{count(len(graded.unkept), 'notebook')} there without any): run {grade} first")
    words = None if names else vocabulary(known)
    weights = weights_of(rules, lesson.name)
    weighted = {}
    for slot in lesson.exercises:
        if (weight := weights.get(slot.check_id, ONCE)).score and slot.points:
            weighted[slot.name] = [students[work.student][slot.name].weighed(weight.score) for work in graded.works]
    lesson = replace(lesson, exercises=tuple(
        replace(slot, points=slot.points * weights.get(slot.check_id, ONCE).most)
        for slot in lesson.exercises if slot.name in weighted))
    named, unnamed = ([_exhibit(group, known, words) for own in weighted.values() for group in groups(own, kind)]
                      for kind in (NAMED, UNNAMED))
    weighty = sorted([*named, *unnamed], key=lambda exhibit: -exhibit.group.weight)
    shared, single = ([exhibit for exhibit in weighty if (len(exhibit.group.answers) > 1) is several][:MOST]
                      for several in (True, False))
    limits = [_redact(group, words) for own in weighted.values() for group in groups(own, LIMIT)]
    lacking: dict[str, list[str]] = {}
    not_reached: dict[str, list[str]] = {}
    for work in graded.works:
        for name in work.result.missing_modules:
            lacking.setdefault(name, []).append(work.student)
        for name in work.result.not_reached:
            not_reached.setdefault(name, []).append(work.student)
    packages, own_files = ({name: lacking[name] for name in names}
                           for names in sort_out(sorted(lacking, key=lambda name: -len(lacking[name]))))
    return Insights(lesson, graded, weighted, items(weighted), shared, single, named, unnamed, limits, not_reached,
                    [work.student for work in graded.works if work.result.cut_off], packages, own_files, words)


def _redact(group: Group, words: frozenset[str] | None) -> Group:
    if group.mistakes:  # whose sentence is the course's own
        return group
    return replace(group, sentence=redact_sentence(group.sentence, words), where=redact_sentence(group.where, words))


def _exhibit(group: Group, known: Topic, words: frozenset[str] | None) -> Exhibit:
    """Returns the shortest code that makes the mistake; if only a few students made it, the catalogue's code."""
    theirs = sorted(filter(None, (redact_code(answer.source, words) for answer in group.answers)), key=len)
    if group.mistakes and len(group.answers) < MANY or not theirs:
        return Exhibit(_redact(group, words), _catalogue_code(group, known), False)
    return Exhibit(_redact(group, words), theirs[0], True)


def _catalogue_code(group: Group, known: Topic) -> str:
    entries = [entry for entry in known.mistakes if entry.id in group.mistakes]
    return redact_code(entries[0].source, None) if entries else ""
