"""Says what is seen in the leading case, if no cause is known, and whether the other failing cases show it, too."""

from __future__ import annotations

import re
from functools import partial

from ...facts import facts, wording
from ...facts.facts import Fact
from ...form.protocol import NUMBER
from ...known.recorded import RecordedCase
from ..cause import Cause
from ..differences import Difference, in_words
from ..evidence import Evidence
from ..leading import comparable, worst
from ..verdict import OF_MEMORY, opening, when
from .first_difference import begins

# These say how the whole output could be made from the expected one, or from an input. In another case it may be
# otherwise.
CLAIMS = (facts.Constant, facts.AxesPermuted, facts.Scaled, facts.Shifted, facts.MissingActivation,
          facts.ExtraActivation, facts.OtherActivation, facts.Relabelled, facts.Mirrored, facts.OtherOrder,
          facts.Reduced, facts.OnlyFirstImage, facts.SameForAllImages, facts.Border, facts.InputAdded,
          facts.InputNotAdded, facts.InputMultiplied, facts.IsInput, facts.InputReduced, facts.AxesOfSizeOne)


def difference(evidence: Evidence) -> Cause:
    """Returns the most useful sentence about the leading case, or about one whose output has more in common with
    others."""
    alike = [evidence.leading, *evidence.alike]
    index = evidence.leading
    if _claims(evidence, index):
        index = min(filter(partial(_claims, evidence), alike), key=lambda i: len(_contradicting(evidence, i, alike)))
        if 2 * len(others := _contradicting(evidence, index, alike)) > len(alike):  # it says more where it begins
            index = next((i for i in evidence.sample if i in others and begins(evidence, i)), index)
    case, first, begin = evidence.exercise.cases[index], worst(evidence.details(index)), begins(evidence, index)
    guessed = isinstance(begin, facts.Begins) and isinstance(first.facts[0], facts.OF_IMAGES)
    if case.question.again and first.check == "input":
        return Cause(_second_answer(evidence), set(alike))
    if begin and (not first.specific or guessed):
        sentence, specific = wording.words(begin, reveal=not case.secret), True
        others = {i for i in evidence.sample if not _same_place(begin, begins(evidence, i))}
    else:
        sentence, specific = _sentence(evidence, index, first)
        others = _contradicting(evidence, index, alike)
    if others and case.label not in sentence:
        sentence = f"{opening(case)}: {sentence}"
    return Cause(sentence, set(alike) - others, others, specific=specific, shown=index)


def _second_answer(evidence: Evidence) -> str:
    changed = any(d.where.startswith("input") for d in evidence.found[evidence.leading])
    return (f"{'Your code changes its input, so it' if changed else 'Your code'} gives a wrong second answer if it is "
            "asked twice with the very same input.")


def _same_place(one: Fact | None, other: Fact | None) -> bool:
    match one, other:
        case facts.Begins(), facts.Begins():
            kinds = [tuple(type(fact) for fact in each.facts) for each in (one, other)]
            return (one.name, one.side, one.number) == (other.name, other.side, other.number) and (
                kinds[0] == kinds[1] or not isinstance(one.facts[0], CLAIMS))
        case facts.AllAgree(), facts.AllAgree():
            return one.names == other.names and one.instead == other.instead
    return one == other


def _claims(evidence: Evidence, i: int) -> bool:
    """Says whether what is wrong in a case is a claim about its whole output."""
    first = worst(evidence.found[i])
    return isinstance(first.facts[0], CLAIMS) and first.where.startswith("output")


def _contradicting(evidence: Evidence, index: int, alike: list[int]) -> set[int]:
    """Returns the failing cases for which a claim about the output of one is not true."""
    if not _claims(evidence, index):
        return set()
    fact = worst(evidence.found[index]).facts[0]
    return {i for i in alike if i != index and i not in evidence.stopped
            and not any(_same_claim(fact, d.facts[0]) for d in evidence.found[i])}


def _same_claim(one: Fact, other: Fact) -> bool:
    match one, other:
        case facts.Scaled(factor), facts.Scaled(another):
            return abs(factor - another) <= 1e-6 * abs(factor)
        case facts.Shifted(), facts.Shifted():
            return abs(one.by - other.by) <= 1e-6 * abs(one.by)
        case facts.AxesPermuted() | facts.AxesOfSizeOne(), facts.AxesPermuted() | facts.AxesOfSizeOne():
            return True  # without an axis of size 1, the second is the first
        case facts.InputReduced(), facts.InputReduced():  # over an axis of size 1, nothing is seen to be reduced
            return (one.name, one.how) == (other.name, other.how) and {*other.axes} <= {*one.axes}
        case facts.Constant() | facts.OnlyFirstImage() | facts.Border(), _:
            return type(one) is type(other)
    return one == other


def _sentence(evidence: Evidence, index: int, difference: Difference) -> tuple[str, bool]:
    """Returns what differs in a case, and whether it points at the mistake."""
    exercise, found = evidence.exercise, evidence.found
    case, fact = exercise.cases[index], difference.facts[0]
    first, *_ = difference.message.split("\n")
    where = difference.where
    if where.startswith("output") and case.question.construct and case.question.method != "forward":
        where = ("number of trainable parameters" if case.question.method == NUMBER
                 else f"output of `{case.question.method}`{where.removeprefix('output')}")
    where = in_words(where)
    lead = f"{where[0].upper()}{where[1:]}: {first}"
    too_large = any(d.where in OF_MEMORY for ds in found for d in ds)
    if isinstance(fact, facts.NoGradient) and _numbers_right(found) and not too_large:
        return f"The numbers are right. {lead}", True
    if isinstance(fact, facts.MadeFloat32):
        return f"The numbers are right, but {first}" if _numbers_right(found) else first[0].upper() + first[1:], True
    unknown = [name for name in exercise.uses
               if difference.message.startswith("NameError") and f"'{name}'" in difference.message]
    if unknown:
        return f"`{unknown[0]}` is not defined yet: run its cell first, then check this exercise again.", True
    if difference.where == "crash":
        lead = "Your code stops with an error: " + first
        raised = fact.raised if isinstance(fact, facts.Crashed) else None
        if raised and not raised.line and re.search("unexpected keyword argument|positional argument", lead):
            return lead + ". Keep the arguments and their names as the exercise gives them.", True
    if difference.where in ("parameters", "class", "device"):
        lead = first
    if difference.where in OF_MEMORY:
        begin = "The numbers are right, but your code" if _numbers_right(found) else "Your code"
        return f"{begin} needs more memory at once than it may use. {lead}", True
    values_cases = [i for i in comparable(exercise, found) if _compares(exercise.cases[i], difference)]
    wrong = [i for i in values_cases if found[i]]
    if wrong and len(wrong) <= len(values_cases) // 2 and index in wrong:
        return f"Right on other inputs, wrong {when(case)}. {lead}", True
    if case.expected.raised:
        lead = f"{opening(case)}: {difference.message}"
    return lead, difference.specific


def _compares(case: RecordedCase, difference: Difference) -> bool:
    """Says whether a case compares what differs in the case that is shown. Only then it says something if it is right.
    """
    kind = {"gradients": "grad.", "state": "buffer."}.get(difference.check, "")
    return not case.expected.raised and (not kind or any(name.startswith(kind) for name in case.expected_tensors))


def _numbers_right(found: list[list[Difference]]) -> bool:
    """Says whether no points were lost by a number that is wrong."""
    return all(d.where in OF_MEMORY or d.check in ("dtype", "device", "errors") or d.where.startswith("input")
               or d.check == "gradients" and isinstance(d.facts[0], facts.NoGradient) for ds in found for d in ds)
