"""Finds answers that are the same program. These are hints, and no more than hints.

A match of right answers tells something only where an exercise has many right programs. So the class is measured: of
those who are not in the group, at least FEWEST must be right, and at least as many as are in it; and at most the share
OBVIOUS of them may have an answer that somebody else has, too. Where that is not so, the match is worth nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from autograder.insights.code import length, normalised
from autograder.insights.mistakes import OPEN, SOLVED, UNNAMED, Answer

SHORT = 35  # parts of a program: in so few, people who never met agree
FEWEST, OBVIOUS = 5, 0.25  # see above
ALL = "all exercises"
RIGHT, KNOWN, OWN = "right", "wrong in a known way", "wrong in a way of its own"
NOTHING, A_HINT, A_QUESTION = "nothing", "a weak hint", "a question"


@dataclass(frozen=True)
class Alike:
    """Students whose answer to an exercise, or to all of them, is the same program apart from names, comments and
    layout.

    letters: whether the answers agree letter by letter.
    published: whether everybody can read the answer in this repository.
    judged: how it was judged, one of RIGHT, KNOWN and OWN.
    parts: the length of the answer.
    telling: False for right answers if the exercise has too few right programs.
    """

    exercise: str
    students: list[str]
    letters: bool
    published: bool
    judged: str
    parts: int
    telling: bool

    @property
    def worth(self) -> str:
        """How strong a hint this is: one of NOTHING, A_HINT and A_QUESTION."""
        if self.parts <= SHORT or not self.telling:
            return NOTHING
        return A_QUESTION if self.letters or self.judged == OWN else A_HINT


def tells(group: Collection[str], right: Mapping[str, object]) -> bool:
    """Says whether the right answers of the other students differ enough for a match in this group to tell something.

    right: the right answers by student, in a form in which equal ones are equal.
    """
    others = Counter(form for student, form in right.items() if student not in group)
    alike = sum(many for many in others.values() if many > 1)
    return others.total() >= max(FEWEST, len(group)) and alike <= OBVIOUS * others.total()


def alike(by_exercise: dict[str, list[Answer]], published: dict[str, list[str]]) -> list[Alike]:
    """Returns groups of two or more students, and single students who have a published answer. The strongest hint comes
    first.

    published: for each exercise, the code that everybody can read.
    """
    public = {name: {normalised(source) for source in sources} for name, sources in published.items()}
    found, forms = [], {name: {a.student: normalised(a.source) for a in given if a.source and a.kind != OPEN}
                        for name, given in by_exercise.items()}
    for name, given in by_exercise.items():
        together: dict[str, list[Answer]] = {}
        for answer in given:
            if form := forms[name].get(answer.student):
                together.setdefault(form, []).append(answer)
        for form, members in together.items():
            if len(members) > 1 or form in public[name]:
                students, letters = [a.student for a in members], _to_the_letter([a.source.strip() for a in members])
                right = {a.student: a.source.strip() if letters else forms[name].get(a.student)
                         for a in given if a.kind == SOLVED}
                judged = _judged(members)
                found.append(Alike(name, students, letters, form in public[name], judged, length(members[0].source),
                                   judged != RIGHT or tells(students, right)))
    return sorted([*_everything(by_exercise, forms, public), *found],
                  key=lambda a: (a.worth != A_QUESTION, a.exercise != ALL, a.judged != OWN, -a.parts, a.exercise))


def _everything(by_exercise: dict[str, list[Answer]], forms: dict[str, dict[str, str | None]],
                public: dict[str, set[str | None]]) -> list[Alike]:
    """Returns groups of students whose answers agree in every exercise."""
    together: dict[tuple[str, ...], list[tuple[Answer, ...]]] = {}
    for own in zip(*by_exercise.values()):
        whole = tuple(form for answer in own if (form := forms[answer.verdict.exercise].get(answer.student)))
        if len(whole) == len(own):
            together.setdefault(whole, []).append(own)

    def known(whole: tuple[str, ...]) -> bool:
        return all(form in public[name] for name, form in zip(by_exercise, whole))

    right = {own[0].student: whole for whole, members in together.items() for own in members
             if _judged(own) == RIGHT}
    found = []
    for whole, members in together.items():
        if len(members) > 1 or known(whole):
            students, judged = [own[0].student for own in members], _judged([a for own in members for a in own])
            found.append(Alike(ALL, students,
                               _to_the_letter(["\n".join(a.source.strip() for a in own) for own in members]),
                               known(whole), judged, sum(length(a.source) for a in members[0]),
                               judged != RIGHT or tells(students, right)))
    return found


def _judged(members: Iterable[Answer]) -> str:
    kinds = {answer.kind for answer in members}
    return RIGHT if kinds == {SOLVED} else OWN if UNNAMED in kinds else KNOWN


def _to_the_letter(sources: list[str]) -> bool:
    return len(set(sources)) == 1 < len(sources)
