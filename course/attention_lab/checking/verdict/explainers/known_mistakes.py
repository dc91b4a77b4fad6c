"""Recognises known mistakes: those that would have given the same answers.

A judge asks a mistake for an answer only when it is looked at here. So all mistakes are asked about one wrong case, and
only those that agree are asked about the others.
"""

from __future__ import annotations

import math
from collections.abc import Set

from ...form.protocol import Observation
from ...known.fingerprint import NOISE, Fingerprint, noise, row_scales, same
from ...known.recorded import RecordedMistake
from ..asking import View
from ..cause import Cause
from ..evidence import Evidence
from ..leading import leading_case


def known_mistakes(evidence: Evidence) -> list[Cause]:
    """Returns the catalogued mistakes that give the same answers in some failing cases, and contradict no other.

    Cases in which the code stopped by accident are set aside, because a catalogued mistake need not stop there.
    """
    several = evidence.asked.sought > 1
    for view in evidence.views:
        if causes := _causes(view, several):
            return causes
    return next(filter(None, (_causes(view, several) for view in evidence.other_views())), [])


def _causes(view: View, several: bool) -> list[Cause]:
    answers, leading = _Answers(view, several), {leading_case(view.exercise, view.found)}
    accidents = view.stopped - answers.refused
    numbers = {i for i in answers.failing - view.stopped if view.exercise.cases[i].check == "output"}
    fits = answers.fitting(leading, set(), accidents) or answers.fitting(leading, set(), accidents, exactly=False)
    if not fits and view.stopped and len(numbers) > 1:
        return [fit for fit in answers.fitting(numbers, view.stopped, accidents) if fit.whole]
    if any(fit.whole for fit in fits):
        return fits
    others = {min(fit.rest): None for fit in sorted(fits, key=lambda fit: len(fit.rest))}
    for i in others:
        known = {fit.mistake for fit in fits}
        fits += [fit for fit in answers.fitting({i}, set(), accidents, exactly=False) if fit.mistake not in known]
    return fits


class _Answers:
    """A learner's answers, to be compared with those of known mistakes.

    failing: the cases where they are wrong.
    refused: the cases where the code refuses its arguments.
    raised: those where it raises any error.
    unplaced: those where weights have no place, so that nothing was computed.
    drawn: the cases with initial weights, if the learner's layers are made in another order than the reference's. Torch
        then draws other weights for them, and a known mistake gives other numbers.
    several: whether there may be several placements of the weights. If the code stops, the right one cannot be found,
        and other cases have other numbers.
    """

    def __init__(self, view: View, several: bool):
        wanted, mine = ({name for name, _ in header.parameters}
                        for header in (view.exercise.cases[0].expected, view.answers[0][0]))
        self.several = several or bool(view.stopped) and wanted != mine
        self.exercise, self.failing = view.exercise, view.failing
        cases = self.exercise.cases
        self.prints = [case.fingerprint(*answer) for case, answer in zip(cases, view.answers)]
        self.zero = [row_scales(tensors, self.exercise.scale) for _, tensors in view.answers]
        headers = [header for header, _ in view.answers]
        self.refused = {i for i, header in enumerate(headers) if self._refuses(header)}
        self.raised = {i for i, header in enumerate(headers) if header.raised}
        self.unplaced = {i for i, header in enumerate(headers) if header.unplaced}
        self.drawn = {i for i, (case, header) in enumerate(zip(cases, headers)) if case.draws
                      and [name for name, _ in header.parameters] != [name for name, _ in case.expected.parameters]}

    def _refuses(self, header: Observation) -> bool:
        """Says whether the code refused its arguments, and did not stop by accident, perhaps in an earlier exercise."""
        raised = header.raised
        return (raised is not None and raised.value_error and (raised.line or "").startswith("raise")
                and raised.place == self.exercise.name)

    def fitting(self, must: set[int], aside: Set[int], stopped: Set[int], exactly: bool = True) -> list[Cause]:
        """Returns every mistake that explains all cases of `must` and contradicts no other.

        aside: cases that do not matter. stopped: those that need no explanation. exactly: see `_alike`.
        """
        found = []
        for mistake in self.exercise.mistakes:
            if shown := self.shown(mistake, must, aside, exactly):
                left = {i for i in self.failing - shown - self._elsewhere(must)
                        if not self._alike(mistake, i, exactly=False)
                        and not (self.several and self.prints[i][0] == self._theirs(mistake, i)[0])}
                cause = Cause(mistake.sentence, shown, left - stopped, left & stopped, mistake.id)
                cause.telling, cause.claims = self._telling(cause), not shown <= self.unplaced
                found.append(cause)
        return found

    def _telling(self, cause: Cause) -> bool:
        """Says whether it is sure that a mistake was made, although it does not explain all. That the code refuses the
        same arguments is not enough. If other outputs are wrong, too, several answers must be the same: single numbers
        and shapes agree by chance more often than tensors."""
        explained, others = cause.explains, [i for i in cause.rest if self.exercise.cases[i].check == "output"]
        if not others:
            return bool(explained - self.refused)
        many = len(explained) >= len(others)
        prints = {(self.prints[i][0], *self.prints[i][1].flatten().tolist()) for i in explained - self.raised}
        if not any(name.startswith("output") for case in self.exercise.cases for name in case.expected_tensors):
            return len(explained) >= 3 * len(others) and len(prints) > 2
        if any(len(numbers) > 1 for numbers in prints):
            return many or len(explained) > 1
        return many and len(prints) > 1

    def shown(self, mistake: RecordedMistake, must: set[int], aside: Set[int], exactly: bool) -> set[int]:
        """Returns the cases that a mistake explains: none if it does not explain all cases of `must`, or if it gives
        another answer in any other case by which it is recognised.

        aside: cases that do not matter.
        """
        apart = self.exercise.apart
        if must & apart and not must <= apart:
            return set()
        if not all(self._alike(mistake, i, exactly) and self._shows(mistake, i) for i in sorted(must)):
            return set()
        telling = [i for i in range(len(self.prints)) if i not in apart]
        if must <= apart:
            if any(self._shows(mistake, i) for i in telling):
                return set()
            telling = sorted(apart)
        shown = set()
        for i in sorted(telling, key=lambda i: i not in self.failing):
            if i not in aside and self._shows(mistake, i):
                if i in self.failing and self._alike(mistake, i, exactly):
                    shown.add(i)
                elif i not in self.failing & self.drawn:
                    return set()
        return shown if self._as_noisy(mistake) else set()

    def _elsewhere(self, must: set[int]) -> set[int]:
        """Returns the cases that no mistake need explain."""
        drawn = {i for i in self.drawn if not self.exercise.cases[i].expected.raised}
        return drawn if must <= self.exercise.apart else drawn | self.exercise.apart

    def _theirs(self, mistake: RecordedMistake, i: int) -> Fingerprint:
        return mistake.fingerprints[self.exercise.cases[i].number]

    def _alike(self, mistake: RecordedMistake, i: int, exactly: bool = True) -> bool:
        """Says whether the mistake would have given the same answer. If the arguments should be refused and are not,
        the numbers that torch draws need not agree, unless `exactly`."""
        if not exactly and i in self.drawn and self.exercise.cases[i].expected.raised:
            return self.prints[i][0] == self._theirs(mistake, i)[0]
        return same(self.prints[i], self._theirs(mistake, i), self.zero[i],
                    mistake.grain or self.exercise.cases[i].grain)

    def _shows(self, mistake: RecordedMistake, i: int) -> bool:
        """Says whether the mistake gives a wrong answer."""
        return self.exercise.is_wrong(i, self._theirs(mistake, i))

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
