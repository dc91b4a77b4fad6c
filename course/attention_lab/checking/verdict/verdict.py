"""Puts together what a report says about an exercise: which checks passed, how many points they are worth, and in which
words.

`judging` asks the questions and decides what is wrong. Nothing in this file calls the learner's code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..facts import facts, wording
from ..facts.facts import Fact
from ..form import values
from ..form.protocol import NUMBER, Answer, Call, Observation, Question
from ..known.recorded import RecordedCase, RecordedExercise
from .differences import Difference, inputs_of, lent

# For each check: what it is worth in an exercise that has it, what a green line says about it after "Your code also",
# and its name elsewhere. If the output is wrong, the other checks are worth nothing: even an empty function leaves its
# input untouched. Above a limit of memory, at most half of the points are left.
SHARES = {"output": 4, "gradients": 3, "start": 1, "large": 1, "memory": 3, "state": 1, "dtype": 1, "device": 1,
          "input": 1, "calls": 1,
          "errors": 1}
VERIFIED = {"start": "starts as a fresh module should", "large": "copes with large numbers",
            "memory": "stays within the memory limit",
            "state": "updates its running statistics as it should", "dtype": "works in float32",
            "device": "is ready for a GPU",
            "input": "does not change what it is given", "calls": "calls no function too often",
            "errors": "refuses impossible arguments"}
LABELS = {"output": "output", "gradients": "gradients", "start": "fresh module", "large": "large numbers",
          "memory": "memory",
          "state": "same on every call", "dtype": "dtype", "device": "device", "input": "input untouched",
          "calls": "number of calls",
          "errors": "ValueErrors"}
NOT_COMPARED = "not compared: the output is not right"
COMPARED = ("gradients", "large", "dtype", "device", "state")  # the checks that say nothing if the output is wrong
# As a share of the largest expected number. Another eps, for example, hardly ever makes a larger difference.
NEAR = 1e-3
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
        has |= {"dtype"} if any(n.startswith("output") for n in case.expected_tensors) else set()
        has |= {"state"} if any(n.startswith("buffer.") for n in case.expected_tensors) else set()
        has |= {"memory"} if case.limit is not None or case.peak is not None else set()
    return [check for check in SHARES if check in has]


def by_value(case: RecordedCase) -> bool:
    """Says whether the answer to a case is numbers on the CPU. (If a case expects an error, its answer is not numbers.)
    """
    return case.question.device == "cpu" and not case.expected.raised


def unwritten(exercise: RecordedExercise, place: str | None) -> Verdict:
    earlier = place in exercise.uses
    what = f"`{place}`, an earlier exercise that this one uses, is not implemented" if earlier else "Not implemented"
    return Verdict(exercise.name, 0.0, exercise.points,
                   [Check(a, "failed", "not implemented yet") for a in checks_in(exercise)],
                   f"{what} yet: write the code where {'its' if earlier else 'the'} cell says so, run it, then run "
                   "this check again.",
                   started=False)


def green(exercise: RecordedExercise) -> str:
    """Says what was verified, in a sentence or two that a learner reads with pleasure."""
    has = checks_in(exercise)
    compared = [case for case in exercise.cases if by_value(case)]
    what = "Output and gradients are" if "gradients" in has else "The output is"
    tried = f"all {len(compared)} inputs that we tried" if len(compared) > 1 else "the input that we tried"
    kinds = {kind for case in compared for kind in lent(case).values()}
    lent_to_it = listed([f"{kind}s" for kind in ("tensor", "list", "dict") if kind in kinds]) if kinds else ""
    untouched = f"does not change the {lent_to_it} that it is given" if lent_to_it else VERIFIED["input"]
    gpu = any(case.question.device == "cuda" for case in exercise.cases)
    verified = {**VERIFIED, "state": _kept_nothing(compared) or VERIFIED["state"], "input": untouched,
                "device": "works on a GPU" if gpu else VERIFIED["device"]}
    rest = [verified[check] for check in has if check not in ("output", "gradients")]
    return f"{what} right on {tried}." + (f" Your code also {listed(rest)}." if rest else "")


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


def other_names(exercise: RecordedExercise, header: Observation) -> list[str]:
    """Returns a note if layers have different names from the page's. They are right as they are, but later cells may
    need the page's names."""
    theirs = [name for name in exercise.cases[0].tensors if name.startswith("state.")]
    mine = [name for name, _ in header.parameters]
    other = sorted({name.rpartition(".")[0] or name for name in mine if f"state.{name}" not in theirs})
    if not other or exercise.cases[0].secret:
        return []
    called = "has a different name" if len(other) == 1 else "have different names"
    return [f"Your {' and '.join(f'`{name}`' for name in other[:3])} {called} from the "
            "page's. That is fine here, but a later cell that uses the page's names will not find them."]


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


def comparable(exercise: RecordedExercise, found: list[list[Difference]]) -> list[int]:
    """Returns the cases that can be judged right or wrong. If an output is wrong, cases on another device are left out,
    because right shapes there would say nothing."""
    wrong = any(d.check == "output" for ds in found for d in ds)
    return [i for i, case in enumerate(exercise.cases) if not (wrong and case.check == "device")]


def points_of(exercise: RecordedExercise, found: list[list[Difference]], checks: list[Check]) -> tuple[float, str]:
    """Returns the points for the checks that passed, and why there are some points, but not all.

    If the output is wrong, the other checks are worth nothing. If it is right in at least half of the cases, it is
    worth half of its share. Above a limit of memory, at most half of the points are left.
    """
    shares = {check.name: SHARES[check.name] for check in checks}
    lost = [check.name for check in checks if check.outcome != "passed"]
    passed: float = sum(shares[check.name] for check in checks if check.outcome == "passed")
    half = sum(shares.values()) / 2
    why = f"every check passed except {listed([f'`{LABELS[name]}`' for name in lost])}, worth {{lost:g}}."
    if "output" in lost:
        outputs = [ds for case, ds in zip(exercise.cases, found) if case.check == "output"]
        right = sum(not ds for ds in outputs)
        passed = shares["output"] / 2 if 2 * right >= len(outputs) else 0
        why = ("the output is right in at least half of its cases, which gives half of the points for the output; the "
               "other checks count once the output is right.")
    if "memory" in lost and passed > half:
        passed = half
        why = "your code needs more memory at once than it may use, which leaves at most half of the points."
    # rounded down to a twentieth, so that what is missing is not rounded away
    points = int(exercise.points * passed / sum(shares.values()) * 20) / 20
    return points, (
        f"Why {points:g} of {exercise.points:g} points: {why.format(lost=exercise.points - points)}" if points else ""
    )


def listed(words: list[str]) -> str:
    """Joins words with commas and an "and"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def grouped(labels: list[str], name: str) -> str:
    """Lists the cases of an exercise `name`, and puts those with the same call together:
    `Twice(3), shape (2, 3) (training mode; a second call)`.
    """
    calls: dict[str, dict[str, None]] = {}
    for label in labels:
        found = re.search(rf"\b{name}\(|\bshapes? \(", label)
        begin = found.start() if found else 0
        words = calls.setdefault(label[begin:], {})
        if begin:
            words[label[:begin].removesuffix(", ")] = None
    return "; ".join(f"{call} ({'; '.join(words)})" if words else call for call, words in calls.items())


def unsaid(difference: Difference, headline: str) -> str:
    """Returns what the headline does not say about a difference. For a crash, this is the line and the shapes."""
    first, _, rest = difference.message.partition("\n")
    if first in headline:
        return rest
    return f"{difference.where}: {difference.message}" if difference.where != "crash" else difference.message


def checks_of(exercise: RecordedExercise, found: list[list[Difference]]) -> list[Check]:
    """Returns the checks of the exercise, with their outcomes. A check that could not be made because the output is
    wrong has failed, too."""
    failed: dict[str, tuple[str, str]] = {}
    for case, ds in zip(exercise.cases, found):
        for d in ds:
            if d.check not in failed:
                outcome = "error" if d.where in ("crash", "class") else "failed"
                failed[d.check] = outcome, f"With {case.label}: {d.where}: {d.message}"
    if "output" in failed:
        exceeded = any(d.where in OF_MEMORY for ds in found for d in ds)
        failed |= dict.fromkeys(COMPARED if exceeded or "memory" not in failed else (*COMPARED, "memory"),
                                ("failed", NOT_COMPARED))
    return [Check(check, *failed.get(check, ("passed", ""))) for check in checks_in(exercise)]


def best_first(found: list[Difference]) -> list[Difference]:
    order = ["input", *(check for check in SHARES if check != "input")]  # a changed input explains all that follows
    return sorted(found, key=lambda d: (d.where == "crash" and len(found) > 1, not d.specific, order.index(d.check),
                                        # a gradient that is missing comes before one that is wrong
                                        not isinstance(d.facts[0], facts.NoGradient)))


def worst(found: list[Difference]) -> Difference:
    return best_first(found)[0]


def candidates(found: list[list[Difference]]) -> list[int]:
    """Returns the failing cases from which one is chosen to be shown: those with a wrong output, else those with a
    wrong gradient, else the rest."""
    order = list(SHARES)
    rank = {i: min(order.index(d.check) for d in ds) for i, ds in enumerate(found) if ds}
    return [i for i in rank if rank[i] == min(rank.values())]


def leading_case(exercise: RecordedExercise, found: list[list[Difference]]) -> int:
    """Returns the failing case that says most. It should show something specific that is not a coincidence of this one
    case."""
    failing = [i for i in candidates(found) if i not in exercise.apart] or candidates(found)
    fair = [i for i in failing if not any(_by_chance(d, [found[j] for j in failing])
                                          or contradicted(exercise, found, d) for d in found[i])]
    fair = fair or failing
    first = next((i for i in fair if any(d.specific for d in found[i])), fair[0])
    if worst(found[first]).where == "crash":  # perhaps in `forward`, because of what another method returns
        own = [i for i in fair if exercise.cases[i].question.method != "forward"]
        return next((i for i in own if isinstance(worst(found[i]).facts[0], (facts.WrongShape, facts.WrongNesting))),
                    first)
    return first


def _by_chance(difference: Difference, failing: list[list[Difference]]) -> bool:
    """Says whether a difference may be chance: an odd case can show such a difference, and another failing case does
    not show it."""
    kind = type(difference.facts[0])
    return kind in facts.BY_CHANCE and not all(any(type(d.facts[0]) is kind for d in ds) for ds in failing)


def contradicted(exercise: RecordedExercise, found: list[list[Difference]], difference: Difference) -> bool:
    """Says whether a difference claims something about the output that is not true in another failing case. Such claims
    are that it is right to six digits, or that it would be right if it were multiplied by an input."""
    fact = difference.facts[0]
    if not difference.where.startswith("output") or not isinstance(fact, facts.FewDigits | facts.InputNotMultiplied):
        return False
    others = [i for i in candidates(found) if i not in exercise.apart]
    if isinstance(fact, facts.InputNotMultiplied):
        return any(isinstance(d.facts[0], facts.NumbersDiffer) for i in others
                   if fact.name in inputs_of(exercise.cases[i])
                   for d in found[i] if d.where.startswith("output"))
    return not fact.half and any(_share(exercise.cases[i], d) > NEAR for i in others for d in found[i])


def near_throughout(exercise: RecordedExercise, found: list[list[Difference]]) -> bool:
    """Says whether every output that differs is near the expected one."""
    outputs = [(exercise.cases[i], d) for i in candidates(found) for d in found[i] if d.where.startswith("output")]
    return bool(outputs) and all(
        isinstance(d.facts[0], facts.NumbersDiffer | facts.FewDigits | facts.Scaled) and _share(case, d) <= NEAR
        for case, d in outputs
    )


def _share(case: RecordedCase, difference: Difference) -> float:
    """Returns how far an output's numbers are off, as a share of the largest expected number; 0 if the fact does not
    say."""
    match difference.facts[0]:
        case facts.Scaled(factor):
            return abs(factor - 1)
        case facts.NumbersDiffer(largest=by) if difference.where.startswith("output"):
            return by / (max(largest for name, largest in case.largest.items() if name.startswith("output")) or 1.0)
    return 0.0


def headline(exercise: RecordedExercise, found: list[list[Difference]], index: int, difference: Difference,
             begins: Fact | None) -> tuple[str, bool]:
    """Returns the most useful sentence if no catalogued mistake fits, and whether it points at the mistake."""
    case = exercise.cases[index]
    if case.question.again and difference.check == "input":
        return ("Your code changes its input, so it gives a wrong second answer if it is asked twice with the very "
                "same input."), True
    values_cases = [i for i in comparable(exercise, found) if not exercise.cases[i].expected.raised]
    wrong = [i for i in values_cases if found[i]]
    guessed = isinstance(begins, facts.Begins) and isinstance(difference.facts[0], facts.OF_IMAGES)
    if begins and (not difference.specific or guessed or isinstance(begins, (facts.SameLayer, facts.NeverCalled))):
        return wording.words(begins, reveal=not case.secret), True
    first, *_ = difference.message.split("\n")
    where = difference.where
    if where.startswith("output") and case.question.construct and case.question.method != "forward":
        where = ("number of trainable parameters" if case.question.method == NUMBER
                 else f"output of `{case.question.method}`{where.removeprefix('output')}")
    lead = f"{where[0].upper()}{where[1:]}: {first}"
    if isinstance(difference.facts[0], facts.MadeFloat32):
        return f"The numbers are right, but {first}" if _numbers_right(found) else first[0].upper() + first[1:], True
    unknown = [name for name in exercise.uses
               if difference.message.startswith("NameError") and f"'{name}'" in difference.message]
    if unknown:
        return (
            f"`{unknown[0]}` is not defined yet: run the cell of that exercise first, then check this one again.",
            True,
        )
    if difference.where == "crash":
        lead = "Your code stops with an error: " + first
        if "unexpected keyword argument" in lead or "required positional argument" in lead:
            return lead + ". Keep the arguments and their names as the exercise gives them.", True
    if difference.where in ("parameters", "class", "device"):
        lead = first
    if difference.where in OF_MEMORY:
        begin = "The numbers are right, but your code" if _numbers_right(found) else "Your code"
        return f"{begin} needs more memory at once than it may use. {lead}", True
    if wrong and len(wrong) <= len(values_cases) // 2 and index in wrong:
        return f"Right on other inputs, wrong with {case.label}. {lead}", True
    if case.expected.raised:
        lead = f"With {case.label}: {difference.message}"
    return lead, difference.specific


def _numbers_right(found: list[list[Difference]]) -> bool:
    """Says whether no points were lost by a number that is wrong or missing."""
    return all(d.where in OF_MEMORY or d.check in ("dtype", "device", "errors") or d.where.startswith("input")
               for ds in found for d in ds)
