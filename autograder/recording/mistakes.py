"""Records what every catalogued mistake answers to an exercise's cases."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import CodeType, MappingProxyType, ModuleType
from typing import Any

from attention_lab.checking.ask.observe import observe
from attention_lab.checking.known.fingerprint import Fingerprint, same
from attention_lab.checking.known.recorded import RecordedCase, RecordedExercise, RecordedMistake
from autograder.lessons import catalogue

UNREPAIRED = ("This computes what the code computed that was handed out, so its mistake is still in there. The test "
              "above shows it.")


def unrepaired(name: str, source: str) -> catalogue.Mistake:
    """Returns the first known mistake of a repair: the code with which it is handed out."""
    return catalogue.Mistake("as-handed-out", UNREPAIRED, source, exercise=name, source=source)


def run_source(source: str, reference: ModuleType, name: str) -> dict[str, Any]:
    """Runs the reference's file and then `source`, and returns the global names. A learner's notebook would have the
    same names."""
    namespace: dict[str, Any] = {"__name__": f"answer_{name}"}
    for text, file in ((inspect.getsource(reference), f"<{name}: earlier exercises>"), (source, f"<{name}>")):
        # so that a crash can show its line
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        exec(_compiled(text, file), namespace)
    return namespace


@lru_cache(maxsize=64)  # a mistake is run once for each case
def _compiled(text: str, file: str) -> CodeType:
    return compile(text, file, "exec", dont_inherit=True)


def answered(mistake: catalogue.Mistake, reference: ModuleType, made: RecordedExercise,
             case: RecordedCase) -> Fingerprint:
    """Returns the fingerprint of what a mistake answers to a case."""
    if case.check == "memory":  # large and slow; what it shows is no number
        return case.fingerprint(case.expected, case.expected_tensors)
    theirs = run_source(mistake.source or catalogue.program(mistake, reference), reference, mistake.id)
    return case.fingerprint(*observe(theirs[made.name], case.question, case.tensors, theirs))


def record_mistakes(made: RecordedExercise, reference: ModuleType, mistakes: Sequence[catalogue.Mistake],
                    answers: Mapping[str, Sequence[Fingerprint]] = MappingProxyType({})) -> None:
    """Runs the cases of `made` on each mistake of the catalogue that belongs to this exercise, and adds the answers.

    answers: those that are known already, by mistake.

    Raises ValueError if two mistakes look alike, or if one looks right.
    """
    known: dict[str, tuple[Sequence[Fingerprint], str | None]] = {"the reference": (made.right, None)}
    known |= {mistake.id: (mistake.fingerprints, mistake.grain) for mistake in made.mistakes}
    for mistake in mistakes:
        if mistake.exercise != made.name:
            continue
        prints = answers.get(mistake.id) or [answered(mistake, reference, made, case) for case in made.cases]
        for other, (others, grain) in known.items():
            # its noise differs from what is right, and from nothing else
            coarse = other != "the reference" and (mistake.grain or grain)
            if all(same(p, o, z if len(z) <= len(p[1]) else z[:len(p[1])], coarse or case.grain)
                   for p, o, z, case in zip(prints, others, made.zero, made.cases)):
                raise ValueError(f"{made.name}: the mistake {mistake.id!r} cannot be told from {other!r} on "
                                 "these cases: delete it, or add a case in which it is different")
        known[mistake.id] = prints, mistake.grain
        made.mistakes.append(RecordedMistake(mistake.id, mistake.sentence, prints, mistake.grain))
