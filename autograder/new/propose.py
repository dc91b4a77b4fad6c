"""Proposes known mistakes: mutants of the reference that can be told from it and from each other, from every part of its code."""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, zip_longest

from attention_lab.checking.observe import observe
from attention_lab.networks.threads import one_thread
from autograder.audit.mutants import Mutant, mutants
from autograder.judge import recording
from autograder.lessons import derive
from autograder.lessons.declare import Mistake
from autograder.lessons.topics import Topic

PROPOSED = "(proposed) "  # how the sentence begins until somebody has written a better one
MODULE, FUNCTION = 8, 3  # how many there should be
SEED = "proposed"  # of the hidden cases that they are told apart with
TRIED = 60  # mutants of one exercise


def proposed(files: Topic) -> list[Mistake]:
    """Mistakes for each exercise of a topic. Raises ValueError where the reference itself fails on its own cases."""
    found: list[Mistake] = []
    reference = files.reference
    shown, asked = derive.visible(files.exercises, reference), derive.hidden(files.exercises, reference, SEED)
    with one_thread(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        for exercise in files.exercises:
            made = [recording.record_exercise(exercise.name, cases[exercise.name], 1.0, reference, uses=exercise.uses)
                    for cases in (shown, asked)]
            chosen: list[Mistake] = []
            most = MODULE if inspect.isclass(getattr(reference, exercise.name)) else FUNCTION
            for mutant in _spread(mutants(inspect.getsource(getattr(reference, exercise.name))))[:TRIED]:
                mistake = _mistake(exercise.name, mutant)
                space = recording.run_source(mistake.code, reference, mistake.id)
                header, _ = observe(space[exercise.name], made[0].cases[0].question, made[0].cases[0].tensors, space)
                if header.raised:  # a crash speaks for itself
                    continue
                try:
                    for each in made:
                        recording.record_mistakes(replace(each, mistakes=[]), reference, [*chosen, mistake])
                except ValueError:  # it looks right, or like another one
                    continue
                chosen.append(mistake)
                if len(chosen) == most:
                    break
            found += chosen
    return found


def _mistake(exercise: str, mutant: Mutant) -> Mistake:
    place, _, what = mutant.id.partition(": ")
    words = "".join(letter if letter.isalnum() else "-" for letter in f"{place} {what}".lower())
    label = "-".join(filter(None, words.split("-")))
    sentence = f"{PROPOSED}Compare with the formula: {what.replace(' -> ', ' became ')}."
    return Mistake(label, exercise, sentence, code=mutant.source)


def _spread(found: list[Mutant]) -> list[Mutant]:
    """One mutant of each line, then another of each line, and so on."""
    lines: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in found:
        lines[mutant.id.partition(":")[0]].append(mutant)
    rounds: Iterator = zip_longest(*(_mixed(each) for each in lines.values()))
    return [mutant for mutant in chain.from_iterable(rounds) if mutant]


def _mixed(found: list[Mutant]) -> list[Mutant]:
    """Neighbours are much alike: every third one first."""
    return [mutant for start in range(3) for mutant in found[start::3]]
