"""The sentences of a report that no fact says by itself: about a right answer, one that is not written, and the first
one about a wrong answer."""

from __future__ import annotations

import re
from typing import Any

import torch

from ..form import values
from ..form.protocol import Answer, Call, Observation, Question
from ..known import placement, weights
from ..known.recorded import RecordedCase, RecordedExercise
from .differences import lent
from .verdict import Check, Verdict, by_value, checks_in, listed

NAMES = 3  # so many layers of other names are told
VERIFIED = {"start": "starts as a fresh module should", "large": "copes with large numbers",
            "memory": "stays within the memory limit",
            "state": "updates its running statistics as it should", "dtype": "works in float32",
            "device": "is ready for a GPU",
            "input": "does not change what it is given", "calls": "calls no function too often",
            "errors": "refuses impossible arguments"}


def unwritten_verdict(exercise: RecordedExercise, place: str | None) -> Verdict:
    earlier = place in exercise.uses
    what = f"`{place}`, an earlier exercise that this one uses, is not implemented" if earlier else "Not implemented"
    return Verdict(exercise.name, 0.0, exercise.points,
                   [Check(a, "failed", "not implemented yet") for a in checks_in(exercise)],
                   f"{what} yet: write the code where {'its' if earlier else 'the'} cell says so, in place of the line "
                   "`raise NotImplementedError()`. Run the cell, then this check again.",
                   started=False)


def praise(exercise: RecordedExercise) -> str:
    """Says what was verified, in a sentence or two that a learner reads with pleasure."""
    has = checks_in(exercise)
    compared = [case for case in exercise.cases if by_value(case)]
    what = "Output and gradients are" if "gradients" in has else "The output is"
    inputs = f"all {len(compared)} inputs that we tried" if len(compared) > 1 else "the input that we tried"
    kinds = {kind for case in compared for kind in lent(case).values()}
    lent_to_it = listed([f"{kind}s" for kind in ("tensor", "list", "dict") if kind in kinds]) if kinds else ""
    untouched = f"does not change the {lent_to_it} that it is given" if lent_to_it else VERIFIED["input"]
    gpu = any(case.question.device == "cuda" for case in exercise.cases)
    verified = {**VERIFIED, "state": _kept_nothing(compared) or VERIFIED["state"], "input": untouched,
                "device": "works on a GPU" if gpu else VERIFIED["device"]}
    rest = [verified[check] for check in has if check not in ("output", "gradients")]
    return f"{what} right on {inputs}." + (f" Your code also {listed(rest)}." if rest else "")


def _kept_nothing(cases: list[RecordedCase]) -> str:
    """Says after which earlier calls an answer was right, if there were any."""
    before = [(case, call) for case in cases for call in (case.question.earliest, case.question.earlier) if call]
    other = {of_other_sizes(case, call) for case, call in before}
    sizes = {False: "the same sizes", True: "other sizes"}
    return (
        f"gives the right answer after an earlier call with {' or '.join(sizes[each] for each in sorted(other))}"
        if other
        else ""
    )


def of_other_sizes(case: RecordedCase, call: Call) -> bool:
    """Says whether the tensors of an earlier call differ in size from those of the call that counts."""
    return any(a != b for a, b in zip(_sizes(case, call), _sizes(case, case.question)))


def _sizes(case: RecordedCase, call: Call | Question) -> list[torch.Size]:
    nodes = [leaf for node in (*call.args, *call.kwargs.values()) for _, leaf in values.leaves(node)]
    return [case.tensors[leaf["tensor"]].shape for leaf in nodes if isinstance(leaf, dict) and "tensor" in leaf]


def other_names(exercise: RecordedExercise, header: Observation, choice: int) -> list[str]:
    """Returns a note if layers have different names from the page's. They are right as they are, but published weights
    and later cells need the page's names.

    choice: the placement of the weights that was found to be right.
    """
    case = exercise.cases[0]
    if case.secret:
        return []
    ways = placement.options(case, header)
    placed = ways[choice % len(ways)]  # a worker may have told other names when the choice was made
    pairs = dict.fromkeys(_without_end(mine, theirs) for (of, mine), (theirs, _) in placed.items()
                          if of == exercise.name and mine != theirs)
    told = [" is ".join((_spoken("your", mine), _spoken("the page's", theirs))) for mine, theirs in [*pairs][:NAMES]]
    more = [f"{len(pairs) - NAMES} more have other names"] if len(pairs) > NAMES else []
    said = listed(told + more) if told else ""
    return [f"{said[0].upper()}{said[1:]}. That is fine here, but weights that others have trained, and later cells, "
            "need the page's names."] if said else []


def _without_end(mine: str, theirs: str) -> tuple[str, str]:
    """Returns two names of a parameter without the parts at the end that they share: names of layers, if they can."""
    a, b = mine.split("."), theirs.split(".")
    while len(a) > 1 < len(b) and a[-1] == b[-1]:
        del a[-1], b[-1]
    return ".".join(a), ".".join(b)


def _spoken(whose: str, name: str) -> str:
    """Returns a layer's name as a reader knows it, also if it is a part of one."""
    part = weights.PIECE.search(name)
    return f"part {int(part[1]) + 1} of {whose} `{weights.whole(name)}`" if part else f"{whose} `{name}`"


def other_kinds(exercise: RecordedExercise, observed: list[Answer]) -> list[str]:
    """Returns notes about answers that are right, but of a different kind from the page's. Examples are a list instead
    of a tuple, or a linear layer instead of a 1x1 convolution that a later cell uses."""
    if exercise.cases[0].secret:
        return []
    theirs = {name.removeprefix("state."): t for name, t in exercise.cases[0].tensors.items()
              if name.startswith("state.")}
    other = {name.rpartition(".")[0]: len(shape) > theirs[name].ndim for name, shape in observed[0][0].parameters
             if name in theirs and name.rpartition(".")[2] == "weight" and len(shape) != theirs[name].ndim
             and name.partition(".")[0] in exercise.used_later}
    notes = [f"Your {listed([f'`{name}`' for name in other][:3])} {'is a layer' if len(other) == 1 else 'are layers'} "
             f"of a different kind from the page's ({'a convolution' if all(other.values()) else 'a linear layer'}, "
             "with the same numbers). That is fine here, but a later cell that uses "
             f"{'it' if len(other) == 1 else 'them'} like the page's layer{'s' * (len(other) > 1)} will fail."
             ] if other else []
    pairs = (_kinds(case.expected.output, header.output) for case, (header, _) in zip(exercise.cases, observed)
             if by_value(case))
    if kinds := next((kinds for kinds in pairs if kinds), None):
        notes.append(f"You return {kinds[1]} where the page has {kinds[0]}. That costs no points, but a later cell "
                     "may need the page's kind.")
    return notes


def _kinds(expected: Any, got: Any) -> tuple[str, str] | None:
    """Returns the first two values that differ only in kind: a list and a tuple, or a number and a tensor of one
    number."""
    wanted, mine = values.items(expected), values.items(got)
    if wanted is not None and mine is not None:
        if isinstance(expected, list) != isinstance(got, list):
            return ("a list", "a tuple") if isinstance(expected, list) else ("a tuple", "a list")
        return next((kinds for (_, a), (_, b) in zip(wanted, mine) if (kinds := _kinds(a, b))), None)
    number = isinstance(expected, (int, float)) and not isinstance(expected, bool)
    return ("a number", "a tensor") if number and isinstance(got, dict) and "tensor" in got else None


def group_labels(labels: list[str], name: str) -> str:
    """Lists the cases of an exercise `name`, and puts those with the same call together:
    `Twice(3), shape (2, 3) (training mode; a second call)`.
    """
    calls: dict[str, dict[str, None]] = {}
    for label in labels:
        match = re.search(rf"\b{name}\(|\bshapes? \(", label)
        begin = match.start() if match else 0
        words = calls.setdefault(label[begin:], {})
        if begin:
            words[label[:begin].removesuffix(", ")] = None
    return "; ".join(f"{call} ({'; '.join(words)})" if words else call for call, words in calls.items())
