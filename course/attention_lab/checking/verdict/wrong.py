"""The verdict on an exercise that is not right: its points, and the causes that explain it."""

from __future__ import annotations

from .asking import Ask, Asked
from .cause import Cause, Cover, part, two, whole
from .evidence import Evidence
from .explainers.arguments import arguments
from .explainers.difference import difference
from .explainers.kept_state import kept_state
from .explainers.known_mistakes import known_mistakes
from .explainers.layers import layers
from .explainers.modes import modes
from .explainers.numbers import numbers
from .explainers.steps import steps
from .explainers.stub import same_number
from .verdict import Verdict, checks_of, points_of
from .writer import tell

# Each returns causes. If none is found, `difference` says what is seen.
EXPLAINERS = known_mistakes, arguments, kept_state, modes, layers, steps, numbers


def explain(asked: Asked, ask: Ask) -> Verdict:
    """Returns the verdict on answers of which some are wrong.

    ask: asks one question. Its answers only help to choose words: checks and points are settled before.
    """
    exercise, found = asked.view.exercise, asked.view.found
    checks = checks_of(exercise, found)
    points, why = points_of(exercise, found, checks)
    evidence = Evidence(asked, ask)
    verdict = Verdict(exercise.name, points, exercise.points, checks, "", why=why)
    tell(verdict, evidence, cover(evidence), same_number(evidence))
    return verdict


def cover(evidence: Evidence) -> Cover:
    """Returns the first cause that explains every failing case; else two that do so together; else one that is surely
    there; else what is seen."""
    parts: list[Cause] = []
    for explainer in EXPLAINERS:
        causes = explainer(evidence)
        if best := whole(causes):
            return best
        parts += causes
    if best := two(parts, evidence.leading) or part(parts, evidence.leading):
        return best
    seen = difference(evidence)
    return Cover((seen,), seen.rest)
