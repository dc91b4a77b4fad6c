"""Sees layers that are misused as a whole: one layer under two names, or one that is built and never called."""

from __future__ import annotations

from ...facts import facts, wording
from ...facts.facts import Fact
from ...form.protocol import Answer, Observation
from ...known.recorded import RecordedCase
from ..cause import Cause
from ..evidence import Evidence
from ..verdict import opening


def layers(evidence: Evidence) -> list[Cause]:
    """Returns the misuse that the leading case shows. It is the cause if each of a few other failing cases shows it."""
    fact = misuse(evidence, evidence.leading)
    if not fact:
        return []
    case, sentence = evidence.exercise.cases[evidence.leading], wording.words(fact)
    others = {i for i in evidence.sample if misuse(evidence, i) != fact}
    elsewhere = [ds for other, ds in zip(evidence.exercise.cases, evidence.found)
                 if (other.check, other.question.method) == ("output", case.question.method) and not ds]
    if isinstance(fact, facts.NeverCalled) and (others or elsewhere):  # it is called in a right case
        sentence = f"{opening(case)}: {sentence}"
    return [Cause(sentence, {evidence.leading, *evidence.alike} - others, others)]


def misuse(evidence: Evidence, i: int) -> Fact | None:
    case = evidence.exercise.cases[i]
    if fact := _shared(case, evidence.answers[i][0]):
        return fact
    traced = case.question.trace and evidence.wrong_output(i) and evidence.picture(i)
    return _misuse_in(case, evidence.trace(i)) if traced else None


def _misuse_in(case: RecordedCase, observation: Answer) -> Fact | None:
    """Finds a sub-module that has a second name, or one that was built and never called.

    The observation has a trace and gradients. A layer that is used without a call (`F.linear(x, self.fc.weight)`) has a
    gradient.
    """
    header, tensors = observation
    if header.raised or header.unplaced:
        return None
    mine, wanted = {name for name, _ in header.parameters}, {name for name, _ in case.expected.parameters}
    layers = [entry.name for entry in case.expected.trace]
    called, once = {entry.name: entry for entry in header.trace}, {entry.name for entry in case.expected.trace
                                                                  if not entry.again}
    second = [name for name in layers if name not in called and mine < wanted and not _below(name, mine)
              and _below(name, wanted)]
    twice = [name for name in called if called[name].again and name in once]
    if len(second) == len(twice) == 1:
        return facts.SameLayer((twice[0], second[0]))
    silent = [name for name in layers if _below(name, mine) and name not in called and not _below(name, set(called))
              and not _below(f"grad.param.{name}", set(tensors))
              and _below(f"grad.param.{name}", set(case.expected_tensors))]
    outermost = tuple(name for name in silent if not any(name in _below(other, set(silent)) for other in silent))
    return facts.NeverCalled(outermost) if outermost else None


def _shared(case: RecordedCase, header: Observation) -> Fact | None:
    """Finds two names of the exercise that belong to the same layer or parameter. Two names of one layer can be right:
    `self.fc1` may also be part of a Sequential. So if they are not the page's names, they are reported only if weights
    have no place."""
    wanted, mine = {name for name, _ in case.expected.parameters}, {name for name, _ in header.parameters}
    for one, other in header.shared:
        known = all(name in wanted or _below(name, wanted) for name in (one, other))
        left = header.unplaced and header.unplaced.missing and one.rpartition(".")[0] == other.rpartition(".")[0]
        if known or left:
            return facts.SameLayer((one, other), "parameter" if one in mine else "layer")
    return None


def _below(name: str, names: set[str]) -> set[str]:
    return {other for other in names if other.startswith(f"{name}.")}
