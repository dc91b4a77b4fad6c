"""One placement of the weights for a whole exercise.

Where a learner's layers have other names than the reference's and several are alike, which weights belong where is
found by trying. Whoever judges computes from names and shapes which placements there are; what an answer says of itself
adds none. One that is known in one case is the one of every other case, by the layers' names: at most one case is asked
more often than once, it is one whose answer nobody guesses in so few tries, and its answers to these tries count for
nothing but the choice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import weights
from .protocol import Observation, Question
from .recorded import RecordedCase

STRUCTURES = 12  # lists of names in an exercise's cases: more are not looked at, because it takes its time
WAYS = 2000  # of several modules together: more are not looked at
MANY = 4  # numbers in an output that nobody guesses, to nine digits, in so many tries

# (exercise, its name) -> (the reference's name, is the matrix transposed?)
Names = dict[tuple[str, str], tuple[str, bool]]


def options(case: RecordedCase, seen: Observation) -> list[Names]:
    """The placements of a case's weights, as Question.choice numbers them;
    a single one without names where there is no doubt.

    seen: what names and shapes it gives are used as far as they fit the reference's, and nothing else of it.
    """
    exercises, parts = _exercises(case.question), {}
    for prefix, spec in seen.states.items():
        if (exercise := exercises.get(prefix)) is None or exercise in parts:
            continue
        reference = [(name.removeprefix(prefix), tuple(t.shape)) for name, t in case.tensors.items()
                     if name.startswith(prefix)]
        learner = [(name, tuple(shape)) for name, shape in spec]
        try:
            found = weights.candidates(reference, learner) if len(learner) == len(reference) else []
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
    """The learner's exercises that are built and given weights for a question, by the prefix of their weights."""
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
    """The choice for each case, and among how many one was sought.

    seen: the cases' observations. right: does case number i reproduce the reference with this choice? best: of case
    number i, the one of several choices that reproduces the reference, or comes closest.
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
    """The numbers of the ways that say nothing else than what is known; the first alone where all of them do."""
    return [
        n for n, names in enumerate(ways) if all(known.get(mine, theirs) == theirs for mine, theirs in names.items())
    ] or [0]


def _searchable(case: RecordedCase) -> bool:
    """Is the answer made of so many numbers that nobody guesses it in as many tries as there are placements?"""
    outputs = [t for name, t in case.expected_tensors.items() if name.startswith("output")]
    return (case.question.device == "cpu" and not case.question.measured
            and sum(t.numel() for t in outputs if t.is_floating_point()) >= MANY)
