"""Finds answers that are the same program. These are hints, and no more than hints."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.insights.code import length, normalised
from autograder.insights.mistakes import OPEN, SOLVED, UNNAMED, Answer

SHORT = 35  # parts of a program: in so few, people who never met agree
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
    """

    exercise: str
    students: list[str]
    letters: bool
    published: bool
    judged: str
    parts: int

    @property
    def worth(self) -> str:
        """How strong a hint this is: one of NOTHING, A_HINT and A_QUESTION."""
        if self.parts <= SHORT:
            return NOTHING
        return A_QUESTION if self.letters or self.judged == OWN else A_HINT


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
                found.append(Alike(name, [a.student for a in members],
                                   _to_the_letter([a.source.strip() for a in members]),
                                   form in public[name], _judged(members), length(members[0].source)))
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

    return [Alike(ALL, [own[0].student for own in members],
                  _to_the_letter(["\n".join(a.source.strip() for a in own) for own in members]),
                  known(whole), _judged([a for own in members for a in own]), sum(length(a.source) for a in members[0]))
            for whole, members in together.items() if len(members) > 1 or known(whole)]


def _judged(members: list[Answer]) -> str:
    kinds = {answer.kind for answer in members}
    return RIGHT if kinds == {SOLVED} else OWN if UNNAMED in kinds else KNOWN


def _to_the_letter(sources: list[str]) -> bool:
    return len(set(sources)) == 1 < len(sources)
