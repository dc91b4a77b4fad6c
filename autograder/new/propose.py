"""Proposes known mistakes. They are mutants of the reference, from every part of its code, that can be told from the
reference and from each other."""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, zip_longest
from types import ModuleType

from attention_lab.checking.observe import observe
from attention_lab.checking.recorded import RecordedExercise
from attention_lab.networks.threads import one_thread
from autograder.audit.mutants import Mutant, mutants
from autograder.judge import recording
from autograder.lessons import derive
from autograder.lessons.declare import Exercise, Mistake
from autograder.lessons.topics import Topic
from autograder.new.explain import reason
from autograder.new.usual import Usual, usual

PROPOSED = "(proposed) "  # how the sentence begins until somebody has written a better one
MODULE, FUNCTION = 8, 3  # how many there should be
SEED = "proposed"  # of the hidden cases that they are told apart with
TRIED = 60  # mutants of one exercise
LAST = re.compile("raises |message|no message|printed|an assert|no default|default of|as a list|nothing returned|a "
                  "text|made an int|half|twice")  # how the words of mutants begin that teach little


def proposed(files: Topic) -> list[Mistake]:
    """Returns mistakes for each exercise of a topic, no two with the same sentence. Raises ValueError if the reference
    itself fails on its own cases."""
    found: list[Mistake] = []
    with _quietly():
        for exercise in files.exercises:
            made, source = _recorded(files, exercise), inspect.getsource(getattr(files.reference, exercise.name))
            most = MODULE if inspect.isclass(getattr(files.reference, exercise.name)) else FUNCTION
            chosen: list[Mistake] = []
            groups: set[str] = set()
            candidates = [(_usual(exercise.name, each), each.group) for each in usual(source)]
            candidates += [(_mistake(exercise.name, each), each.id) for each in _spread(mutants(source))[:TRIED]]
            for mistake, group in candidates:
                if len(chosen) == most:
                    break
                said = {each.sentence for each in [*found, *chosen]}
                fits = group not in groups and mistake.sentence not in said
                if (
                    fits
                    and not _crashes(files.reference, made, mistake)
                    and _tells(files.reference, made, chosen, mistake)
                ):
                    chosen.append(mistake)
                    groups.add(group)
            found += chosen
    return found


def harmless(files: Topic) -> dict[str, str]:
    """Returns the mutants that change nothing, with the reason. A rule gives the reason, and no case tells such a
    mutant from the reference."""
    found: dict[str, str] = {}
    with _quietly():
        for exercise in files.exercises:
            source = inspect.getsource(getattr(files.reference, exercise.name))
            explained = {mutant.id: (mutant, why) for mutant in mutants(source) if (why := reason(mutant, source))}
            made = _recorded(files, exercise) if explained else []
            for name, (mutant, why) in explained.items():
                mistake = _mistake(exercise.name, mutant)
                if not _crashes(files.reference, made, mistake) and not _tells(files.reference, made[1:], [], mistake):
                    found[name] = why
    return found


def _recorded(files: Topic, exercise: Exercise) -> list[RecordedExercise]:
    """The exercise's visible cases and its hidden ones, with the reference's answers."""
    cases = derive.visible(files.exercises, files.reference), derive.hidden(files.exercises, files.reference, SEED)
    return [recording.record_exercise(exercise.name, each[exercise.name], 1.0, files.reference, uses=exercise.uses)
            for each in cases]


def _crashes(reference: ModuleType, made: list[RecordedExercise], mistake: Mistake) -> bool:
    """Says whether it crashes at once. The error then explains itself."""
    space = recording.run_source(mistake.code, reference, mistake.id)
    first = made[0].cases[0]
    return bool(observe(space[mistake.exercise], first.question, first.tensors, space)[0].raised)


def _tells(reference: ModuleType, made: list[RecordedExercise], chosen: list[Mistake], mistake: Mistake) -> bool:
    """Says whether the cases tell a mistake from the reference, and from the mistakes that were chosen before."""
    try:
        for each in made:
            recording.record_mistakes(replace(each, mistakes=[]), reference, [*chosen, mistake])
    except ValueError:  # it looks right, or like another one
        return False
    return True


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with one_thread(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _usual(exercise: str, found: Usual) -> Mistake:
    return Mistake(f"{exercise.lower()}-{found.id}", exercise, f"{PROPOSED}{found.sentence}", code=found.source)


def _mistake(exercise: str, mutant: Mutant) -> Mistake:
    place, _, what = mutant.id.partition(": ")
    words = "".join(letter if letter.isalnum() else "-" for letter in f"{place} {what}".lower())
    label = "-".join(filter(None, words.split("-")))
    sentence = f"{PROPOSED}Compare with the formula: {what.replace(' -> ', ' became ')}."
    return Mistake(label, exercise, sentence, code=mutant.source)


def _spread(found: list[Mutant]) -> list[Mutant]:
    """Yields one mutant of each line, then a second one of each line, and so on. Mutants that teach little come last.
    """
    lines: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        lines[mutant.id.partition(":")[0]].append(mutant)
    rounds: Iterator = zip_longest(*(_mixed(each) for each in lines.values()))
    spread = [mutant for mutant in chain.from_iterable(rounds) if mutant]
    return sorted(spread, key=lambda mutant: bool(LAST.match(mutant.id.partition(": ")[2])))


def _mixed(found: list[Mutant]) -> list[Mutant]:
    """Changes the order so that every third one comes first, because neighbours are much alike."""
    return [mutant for start in range(3) for mutant in found[start::3]]
