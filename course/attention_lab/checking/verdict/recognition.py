"""Recognises a known mistake: one that would have given the same answers.

A judge asks a mistake for an answer only when it is looked at here. So all mistakes are asked about one wrong case, and
only those that agree are asked about the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Set

from ..form.protocol import Answer
from ..known.fingerprint import NOISE, Fingerprint, noise, row_scales, same
from ..known.recorded import RecordedExercise, RecordedMistake
from .differences import Difference
from .leading import leading_case


def stopped_in(exercise: RecordedExercise, observed: list[Answer], found: list[list[Difference]]) -> set[int]:
    """Returns the cases that the learner's code should answer, but in which it raised an error."""
    return {i for i, (case, (header, _), ds) in enumerate(zip(exercise.cases, observed, found))
            if ds and header.raised and not case.expected.raised and not header.unplaced}


def recognised(exercise: RecordedExercise, observed: list[Answer],
               found: list[list[Difference]]) -> RecordedMistake | None:
    """Returns the catalogued mistake that would have given the same answers.

    The learner may have made several mistakes at once. The one that is returned explains the leading case completely,
    and more cases than any other such mistake. If there is none, the cases in which the code stopped are set aside,
    because the catalogued mistake need not stop there. The one that is then returned explains all other wrong cases.
    """
    answers = _Answers(exercise, observed, {i for i, ds in enumerate(found) if ds})
    leading, stopped = {leading_case(exercise, found)}, stopped_in(exercise, observed, found)
    best = _explains_most(exercise.mistakes, lambda mistake: answers.explained(mistake, leading))
    numbers = {i for i in answers.failing - stopped if exercise.cases[i].check == "output"}
    if best or not stopped or len(numbers) < 2:
        return best
    return _explains_most(exercise.mistakes, lambda mistake: answers.explained(mistake, numbers, stopped))


def _explains_most(mistakes: list[RecordedMistake],
                   explained: Callable[[RecordedMistake], int]) -> RecordedMistake | None:
    """Returns the first of the mistakes that explain most cases. Returns None if all explain none."""
    counts = [explained(mistake) for mistake in mistakes]
    return mistakes[counts.index(max(counts))] if any(counts) else None


def is_wrong(exercise: RecordedExercise, i: int, answer: Fingerprint) -> bool:
    """Says whether an answer to case `i` differs from the right one."""
    return not same(answer, exercise.right[i], exercise.zero[i], exercise.cases[i].grain)


class _Answers:
    """A learner's answers, to be compared with those of known mistakes.

    failing: the cases where they are wrong.
    drawn: the cases with initial weights, if the learner's layers are made in another order than the reference's. Torch
        then draws other weights for them, and a known mistake gives other numbers.
    """

    def __init__(self, exercise: RecordedExercise, observed: list[Answer], failing: set[int]):
        self.exercise, self.failing = exercise, failing
        self.prints = [case.fingerprint(*answer) for case, answer in zip(exercise.cases, observed)]
        self.zero = [row_scales(tensors, exercise.scale) for _, tensors in observed]
        self.drawn = {i for i, (case, (header, _)) in enumerate(zip(exercise.cases, observed)) if case.draws
                      and [name for name, _ in header.parameters] != [name for name, _ in case.expected.parameters]}

    def explained(self, mistake: RecordedMistake, must: set[int], aside: Set[int] = frozenset()) -> int:
        """Returns how many cases a mistake explains. Returns 0 if it does not explain all cases of `must`, or if it
        gives another answer in any other case by which it is recognised.

        aside: cases that do not matter.
        """
        apart = self.exercise.apart
        if must & apart and not must <= apart:
            return 0
        if not all(self._alike(mistake, i) and self._shows(mistake, i) for i in sorted(must)):
            return 0
        telling = [i for i in range(len(self.prints)) if i not in apart]
        if must <= apart:
            if any(self._shows(mistake, i) for i in telling):
                return 0
            telling = sorted(apart)
        shown = 0
        for i in sorted(telling, key=lambda i: i not in self.failing):
            if i not in aside and self._shows(mistake, i):
                if i in self.failing and self._alike(mistake, i):
                    shown += 1
                elif i not in self.failing & self.drawn:
                    return 0
        return shown if self._as_noisy(mistake) else 0

    def _theirs(self, mistake: RecordedMistake, i: int) -> Fingerprint:
        return mistake.fingerprints[self.exercise.cases[i].number]

    def _alike(self, mistake: RecordedMistake, i: int) -> bool:
        """Says whether the mistake would have given the same answer."""
        return same(self.prints[i], self._theirs(mistake, i), self.zero[i],
                    mistake.grain or self.exercise.cases[i].grain)

    def _shows(self, mistake: RecordedMistake, i: int) -> bool:
        """Says whether the mistake gives a wrong answer."""
        return is_wrong(self.exercise, i, self._theirs(mistake, i))

    def _as_noisy(self, mistake: RecordedMistake) -> bool:
        """Says whether the answer is as far from the right numbers as `mistake` is. The two already look alike. This
        matters if nothing but rounding is wrong."""
        if not mistake.grain:
            return True
        right, zero, mine = self.exercise.right, self.zero, self.prints
        theirs = {i: self._theirs(mistake, i) for i in range(len(right)) if i not in self.exercise.apart}
        rounded = [i for i in theirs if same(mine[i], right[i], zero[i], mistake.grain)
                   and same(theirs[i], right[i], zero[i], mistake.grain)]
        own = math.hypot(*(noise(mine[i], right[i], zero[i]) for i in rounded))
        known = math.hypot(*(noise(theirs[i], right[i], zero[i]) for i in rounded))
        return known / NOISE <= own <= known * NOISE
