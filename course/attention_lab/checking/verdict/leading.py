"""Of all that is wrong with an answer: which case a report shows, and which of its differences comes first."""

from __future__ import annotations

from ..facts import facts
from ..known.recorded import RecordedCase, RecordedExercise
from .differences import Difference, inputs_of
from .verdict import SHARES

# As a share of the largest expected number. Another eps, for example, hardly ever makes a larger difference.
NEAR = 1e-3


def comparable(exercise: RecordedExercise, found: list[list[Difference]]) -> list[int]:
    """Returns the cases that can be judged right or wrong. If an output is wrong, cases on another device are left out,
    because right shapes there would say nothing."""
    wrong = any(d.check == "output" for ds in found for d in ds)
    return [i for i, case in enumerate(exercise.cases) if not (wrong and case.check == "device")]


def best_first(ds: list[Difference]) -> list[Difference]:
    order = ["input", *(check for check in SHARES if check != "input")]  # a changed input explains all that follows
    return sorted(ds, key=lambda d: (d.where == "crash" and len(ds) > 1, not d.specific, order.index(d.check),
                                     # a gradient that is missing comes before one that is wrong
                                     not isinstance(d.facts[0], facts.NoGradient)))


def worst(ds: list[Difference]) -> Difference:
    return best_first(ds)[0]


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
