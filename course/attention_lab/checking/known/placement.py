"""Finds one placement of the weights for a whole exercise.

If a learner's layers have different names from the reference's, and several are alike, one has to try which weights
belong where. The judge computes the possible placements from names and shapes; an answer cannot add another placement,
whatever its observation says. A placement that is known in one case is used in every other case, by the layers' names.
At most one case is asked more than once. The answer to this case cannot be guessed in so few tries, and the answers to
these tries only serve to choose a placement.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..form.protocol import Observation, Question
from . import weights
from .recorded import RecordedCase

STRUCTURES = 12  # the most lists of names in an exercise's cases that are tried, because each takes time
WAYS = 2000  # the most ways to place several modules together that are tried
MOST = max(weights.PARTS)  # names of a learner for each of the reference's
MANY = 4  # an output with so many numbers can't be guessed, to nine digits, in so few tries

# (exercise, its name) -> (the reference's name, is the matrix transposed?)
Names = dict[tuple[str, str], tuple[str, bool]]


def options(case: RecordedCase, seen: Observation) -> list[Names]:
    """Returns the placements of a case's weights, as Question.choice numbers them; if there is no doubt, a single one
    without names.

    seen: the observation. Its names and shapes are used only if they fit the reference's, and nothing else in it is
        used.
    """
    exercises, parts = _exercises(case.question), {}
    for prefix, spec in seen.states.items():
        if (exercise := exercises.get(prefix)) is None or exercise in parts:
            continue
        reference = [(name.removeprefix(prefix), tuple(t.shape)) for name, t in case.tensors.items()
                     if name.startswith(prefix)]
        learner = [(name, tuple(shape)) for name, shape in spec]
        try:
            found = weights.candidates(reference, learner) if len(learner) <= MOST * len(reference) else []
        except weights.Unplaced:
            found = []
        if found:
            parts[exercise] = [{(exercise, mine): (theirs, mine in transposed) for mine, theirs in names.items()}
                               for names, transposed in found]
    made = []
    for number in range(min(WAYS, math.prod(map(len, parts.values())))):
        names: Names = {}
        for part in parts.values():
            number, digit = divmod(number, len(part))
            names |= part[digit]
        made.append(names)
    return made


def _exercises(question: Question) -> dict[str, str]:
    """Returns the learner's exercises that are built and given weights for a question, by the prefix of their weights.
    """
    built = question.construct
    own = {"state.": question.exercise} if built and built.load_weights else {}
    calls = [call for call in (built, question.earliest, question.earlier, question) if call]
    return own | dict(given for call in calls for node in (*call.args, *call.kwargs.values()) for given in _given(node))


def _given(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict) and "exercise" in node and node.get("state"):
        yield f"{node['state']}.", node["exercise"]
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _given(below)


def choices(cases: Sequence[RecordedCase], seen: Sequence[Observation], right: Callable[[int, int], bool],
            best: Callable[[int, list[int]], int]) -> tuple[list[int], int]:
    """Returns the choice for each case, and the number of placements among which the choice was made.

    cases: the cases.
    seen: their observations.
    right: takes a case's number and a choice, and says whether the answer with this choice reproduces the reference.
    best: takes a case's number and several choices, and returns the one that reproduces the reference, or comes
        closest.
    """
    if len({tuple((prefix, *(name for name, _ in spec)) for prefix, spec in each.states.items())
            for each in seen}) > STRUCTURES:
        return [0] * len(cases), 1
    ways = [options(case, each) for case, each in zip(cases, seen)]
    known: Names = {}
    for names in (of[0] for of in ways if len(of) == 1):
        known |= names
    open_ = {i: left for i, of in enumerate(ways) if _searchable(cases[i]) and len(left := _agreeing(of, known)) > 1}
    sought = 1
    if open_:
        # the one with most layers: what holds for it holds for the others
        i = max(open_, key=lambda i: (len(ways[i][0]), -i))
        chosen, sought = open_[i][0], len(open_[i])
        if not right(i, chosen):
            chosen = best(i, open_[i])
        known |= ways[i][chosen]
    return [_agreeing(of, known)[0] for of in ways], sought


def _agreeing(ways: list[Names], known: Names) -> list[int]:
    """Returns the numbers of the ways that do not contradict what is known, and have most of its names, because another
    layer may be cut in each; if all of them contradict it, only the first one."""
    agree = [n for n, names in enumerate(ways)
             if all(known.get(mine, theirs) == theirs for mine, theirs in names.items())] or [0]
    shared = {n: len(known.keys() & ways[n].keys()) for n in agree}
    return [n for n in agree if shared[n] == max(shared.values())]


def _searchable(case: RecordedCase) -> bool:
    """Says whether the answer has so many numbers that nobody can guess it in as many tries as there are placements."""
    outputs = [t for name, t in case.expected_tensors.items() if name.startswith("output")]
    return (case.question.device == "cpu" and not case.question.measured
            and sum(t.numel() for t in outputs if t.is_floating_point()) >= MANY)
