"""What a verdict is, which checks an exercise has, and how many points those that passed are worth."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from torch import Tensor

from ..facts import facts
from ..known.recorded import RecordedCase, RecordedExercise
from .differences import Difference, lent

# For each check: what it is worth in an exercise that has it, what a green line says about it after "Your code also",
# and its name elsewhere. If the output is wrong, the other checks are worth nothing: even an empty function leaves its
# input untouched. Above a limit of memory, at most half of the points are left.
SHARES = {"output": 4, "gradients": 3, "start": 1, "large": 1, "memory": 3, "state": 1, "dtype": 1, "device": 1,
          "input": 1, "calls": 1,
          "errors": 1}
LABELS = {"output": "output", "gradients": "gradients", "start": "fresh module", "large": "large numbers",
          "memory": "memory",
          "state": "same on every call", "dtype": "dtype", "device": "device", "input": "input untouched",
          "calls": "number of calls",
          "errors": "ValueErrors"}
NOT_COMPARED = "not compared: the output is not right"
COMPARED = ("gradients", "large", "dtype", "device", "state")  # the checks that say nothing if the output is wrong
IN_PLACE = re.compile("in-?place")  # what torch says of a tensor that was changed although a gradient needs it
PLACES = "after ", "around ", "at ", "behind ", "by ", "in ", "without "  # how labels begin that need no "with"
OF_MEMORY = ("largest tensor", "peak memory")  # the `where` of a Difference that says that a memory limit was exceeded


@dataclass(frozen=True)
class Check:
    """One line of a report.

    outcome: passed, failed, error (the learner's code raised an error, or defines no module), or timeout, which only
        the judge of another process can find.
    """

    name: str
    outcome: str
    message: str = ""


@dataclass
class Verdict:
    """The verdict on an exercise.

    mistake: the id of the catalogued mistake, or None.
    headline: the first sentence of the report.
    specific: whether the headline points at the mistake.
    evidence: what was observed (input, expected, got).
    cases: how many cases are wrong, then which ones.
    where: where to look.
    hint: the number of the page's hint about the mistake; 0 if there is none.
    why: a phrase that says why there are some points, but not all.
    notes: remarks that are true however many points there are.
    """

    exercise: str
    points: float
    max_points: float
    checks: list[Check]
    headline: str
    evidence: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    where: list[str] = field(default_factory=list)
    mistake: str | None = None
    hint: int = 0
    specific: bool = True
    started: bool = True
    shown: tuple[Tensor, Tensor] | None = None  # (got, expected) of the first output that differs, for a picture
    notes: list[str] = field(default_factory=list)
    why: str = ""


def checks_in(exercise: RecordedExercise) -> list[str]:
    """Returns the checks of an exercise, in the order of SHARES."""
    has = {case.check for case in exercise.cases} | {"output"}
    for case in exercise.cases:
        has |= {"gradients"} if any(n.startswith("grad.") for n in case.expected_tensors) else set()
        has |= {"input"} if lent(case) else set()
        has |= {"calls"} if case.expected.called else set()
        has |= {"dtype"} if any(n.startswith("output") for n in case.expected_tensors) and not case.question.trial \
            else set()
        has |= {"state"} if any(n.startswith("buffer.") for n in case.expected_tensors) else set()
        has |= {"memory"} if case.limit is not None or case.peak is not None else set()
    return [check for check in SHARES if check in has]


def by_value(case: RecordedCase) -> bool:
    """Says whether the answer to a case is numbers on the CPU. (If a case expects an error, its answer is not numbers.)
    """
    return case.question.device == "cpu" and not case.expected.raised


def when(case: RecordedCase) -> str:
    """Returns a case's label in a sentence: with a batch of one, in half precision."""
    return case.label if case.label.startswith(PLACES) else f"with {case.label}"


def opening(case: RecordedCase) -> str:
    """Returns the same at the beginning of a sentence."""
    said = when(case)
    return said[:1].upper() + said[1:]


def checks_of(exercise: RecordedExercise, found: list[list[Difference]]) -> list[Check]:
    """Returns the checks of the exercise, with their outcomes. A check that could not be made because the output is
    wrong has failed, too."""
    failed: dict[str, tuple[str, str]] = {}
    for case, ds in zip(exercise.cases, found):
        for d in ds:
            if d.check not in failed:
                outcome = "error" if d.where in ("crash", "class") else "failed"
                failed[d.check] = outcome, f"{opening(case)}: {d.place}: {d.message}"
    if "output" in failed:
        exceeded = any(d.where in OF_MEMORY for ds in found for d in ds)
        failed |= dict.fromkeys(COMPARED if exceeded or "memory" not in failed else (*COMPARED, "memory"),
                                ("failed", NOT_COMPARED))
    return [Check(check, *failed.get(check, ("passed", ""))) for check in checks_in(exercise)]


def points_of(exercise: RecordedExercise, found: list[list[Difference]], checks: list[Check]) -> tuple[float, str]:
    """Returns the points for the checks that passed, and why there are some points, but not all.

    If the output is wrong, the other checks are worth nothing. If it is right in at least half of the cases, it is
    worth half of its share (of code to be repaired nothing, because it is right there when it is handed out). Above a
    limit of memory, at most half of the points are left. Checks that fail for one cause, because an input was changed
    in place, cost the dearest of them.
    """
    shares = {check.name: (SHARES | exercise.shares)[check.name] for check in checks}
    failed = [check.name for check in checks if check.outcome != "passed"]
    follow = _follow(found, failed, shares)
    lost = [name for name in failed if name not in follow]
    passed: float = sum(share for name, share in shares.items() if name not in lost)
    half = sum(shares.values()) / 2
    worth = {name: round(exercise.points * share / sum(shares.values()), 2) for name, share in shares.items()}
    each = [f"`{LABELS[name]}` (worth {worth[name]:g})" for name in lost]
    why = f"every check passed except {listed(each)}."
    if follow:
        names = listed([f"`{LABELS[name]}`" for name in shares if name in follow])
        why = f"{why[:-1]}. The change in place is also why {names} failed, which costs nothing more."
    if "output" in lost:
        outputs = [ds for case, ds in zip(exercise.cases, found) if case.check == "output"]
        right = sum(not ds for ds in outputs)
        passed = shares["output"] / 2 if 2 * right >= len(outputs) and not exercise.like else 0
        why = (f"the output is worth {worth['output']:g}, and half of that if it is right in at least half of its "
               f"cases ({right} of {len(outputs)}); the other checks count once it is right in all.")
    if "memory" in lost and passed > half:
        passed = half
        why = "your code needs more memory at once than it may use, which leaves at most half of the points."
    # rounded down to a twentieth, so that what is missing is not rounded away
    points = int(exercise.points * passed / sum(shares.values()) * 20) / 20
    of = f"{exercise.points:g} point{'s' * (exercise.points != 1)}"
    return points, f"Why {points:g} of {of}: {why}" if points else ""


def _follow(found: list[list[Difference]], failed: list[str], shares: dict[str, int]) -> set[str]:
    """Returns the checks that fail only because an input was changed in place, but for the dearest. Such a change may
    also break the backward pass, on each device."""
    in_place = [name for name in failed if all(_of_a_change(d) for ds in found for d in ds if d.check == name)]
    return set(in_place) - {max(in_place, key=lambda name: shares[name], default="")} if "input" in failed else set()


def _of_a_change(difference: Difference) -> bool:
    match difference.facts[0]:
        case facts.InputChanged():
            return True
        case facts.Crashed(raised):
            return raised.stage == "gradients" and bool(IN_PLACE.search(raised.message))
    return False


def listed(words: list[str]) -> str:
    """Joins words with commas and an "and"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
