"""Proposes known mistakes: usual mistakes, and mutants of the reference. The cases can tell each of them from the
reference and from all others."""

from __future__ import annotations

import ast
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

from attention_lab.checking.ask.observe import observe
from attention_lab.checking.known.recorded import RecordedExercise
from attention_lab.checking.verdict.differences import differences
from attention_lab.threads import one_thread
from autograder import recording
from autograder.lessons import derive
from autograder.lessons.catalogue import Mistake, program
from autograder.lessons.declare import Exercise
from autograder.lessons.topics import Topic
from autograder.mutation.mutants import Mutant, counted, mutants
from autograder.mutation.syntax import is_guard
from autograder.mutation.usual import Usual, usual
from autograder.new.equivalent import changes_nothing

PROPOSED = "(proposed) "  # how the sentence begins until somebody has written a better one
MODULE, FUNCTION = 8, 3  # how many there should be
SEED = "proposed"  # of the hidden cases that they are told apart with
MOST = 12  # usual mistakes of one exercise
TRIED = 60  # mutants of one exercise
TEACHES = {"axes", "keepdim", "another_function", "order_of_layers", "layer_options", "activation", "step_left_out",
           "arithmetic", "rounding", "comparisons", "names", "subscripts", "statements", "comprehensions",
           "order_of_arguments", "mode", "devices", "constants"}  # operators; the others' mutants are nobody's mistakes


def proposed(files: Topic) -> list[Mistake]:
    """Returns mistakes for each exercise of a topic, no two with the same sentence. Raises ValueError if the reference
    itself fails on its own cases."""
    found: list[Mistake] = []
    with _quietly():
        for exercise in files.exercises:
            made, source = _recorded(files, exercise), inspect.getsource(getattr(files.reference, exercise.name))
            most = MODULE if inspect.isclass(getattr(files.reference, exercise.name)) else FUNCTION
            chosen = _Chosen(files.reference, made)
            for each in usual(source):
                if len(chosen.mistakes) < MOST:
                    chosen.add(_usual(exercise.name, each), each.group)
            for mutant in spread(mutants(source), source)[:TRIED]:
                if len(chosen.mistakes) < most:
                    chosen.add(_mistake(exercise.name, mutant), mutant.operator)
            found += chosen.mistakes
    return found


class _Chosen:
    """The mistakes of one exercise: no two that the cases can't tell apart, that say the same, or of one group."""

    def __init__(self, reference: ModuleType, made: list[RecordedExercise]):
        self.reference, self.made = reference, made
        self.mistakes: list[Mistake] = []
        self.groups: set[str] = set()

    def add(self, mistake: Mistake, group: str) -> None:
        """Chooses it, too, if it fits."""
        if group in self.groups or mistake.sentence in [each.sentence for each in self.mistakes]:
            return
        if _crashes(self.reference, self.made, mistake) or any(_right(self.reference, each, mistake)
                                                               for each in self.made):
            return
        made = [replace(each, mistakes=[*each.mistakes]) for each in self.made]
        try:
            for each in made:
                recording.record_mistakes(each, self.reference, [mistake])
        except ValueError:  # it looks right, or like another one
            return
        self.mistakes.append(mistake)
        self.groups.add(group)
        self.made = made


def harmless(files: Topic) -> list[str]:
    """Returns the mutants that change nothing: a rule says so, and no case tells such a mutant from the reference."""
    found: list[str] = []
    with _quietly():
        for exercise in files.exercises:
            source = inspect.getsource(getattr(files.reference, exercise.name))
            known = [mutant for mutant in mutants(source) if changes_nothing(mutant, source)]
            made = _recorded(files, exercise) if known else []
            for mutant in known:
                mistake = _mistake(exercise.name, mutant)
                if not _crashes(files.reference, made, mistake) and _right(files.reference, made[1], mistake):
                    found.append(mutant.id)
    return found


def _recorded(files: Topic, exercise: Exercise) -> list[RecordedExercise]:
    """The exercise's visible cases and its hidden ones, with the reference's answers."""
    cases = derive.visible(files.exercises, files.reference), derive.hidden(files.exercises, files.reference, SEED)
    return [recording.record_exercise(exercise.name, each[exercise.name], 1.0, files.reference, uses=exercise.uses)
            for each in cases]


def _crashes(reference: ModuleType, made: list[RecordedExercise], mistake: Mistake) -> bool:
    """Says whether the mistake crashes at once. The error then explains itself."""
    space = recording.run_source(program(mistake, reference), reference, mistake.id)
    first = made[0].cases[0]
    return bool(observe(space[mistake.exercise], first.question, first.tensors, space)[0].raised)


def _right(reference: ModuleType, made: RecordedExercise, mistake: Mistake) -> bool:
    """Would it get full points?"""
    space = recording.run_source(program(mistake, reference), reference, mistake.id)
    return not any(differences(case, observe(space[made.name], case.question, case.tensors, space), made.scale)
                   for case in made.cases)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with one_thread(), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def _usual(exercise: str, found: Usual) -> Mistake:
    return Mistake(f"{exercise.lower()}-{found.id}", f"{PROPOSED}{found.sentence}", found.source, exercise=exercise)


def _mistake(exercise: str, mutant: Mutant) -> Mistake:
    place, _, what = mutant.id.partition(": ")
    words = "".join(letter if letter.isalnum() else "-" for letter in f"{place} {what}".lower())
    label = "-".join(filter(None, words.split("-")))
    sentence = f"{PROPOSED}Compare with the formula: {what.replace(' -> ', ' became ')}."
    return Mistake(label, sentence, mutant.source, exercise=exercise)


def spread(found: list[Mutant], source: str) -> list[Mutant]:
    """Returns one mutant of each line, then another of each line, and so on. Mutants that teach little, or that change
    a check of the arguments, come last. Mutants that mistake an argument for one of another type are left out."""
    tree = counted(source)
    arguments = [each for node in ast.walk(tree) if isinstance(node, ast.arguments) for each in node.args]
    types = {each.arg: ast.unparse(each.annotation) if each.annotation else "" for each in arguments}
    guards = {line for node in ast.walk(tree) if is_guard(node)
              for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines: dict[int, list[Mutant]] = defaultdict(list)
    for mutant in found:
        place, _, what = mutant.id.partition(": ")
        kinds = {types[word] for word in re.findall(r"\w+", what) if word in types}
        if len(kinds) < 2 or mutant.operator not in ("names", "defaults"):
            lines[int(place.rpartition(" ")[2])].append(mutant)
    rounds: Iterator = zip_longest(*(_mixed(each) for each in lines.values()))
    spread = [mutant for mutant in chain.from_iterable(rounds) if mutant]
    late = {mutant.id for line, each in lines.items() for mutant in each
            if line in guards or mutant.operator not in TEACHES}
    return sorted(spread, key=lambda mutant: mutant.id in late)


def _mixed(found: list[Mutant]) -> list[Mutant]:
    """Changes the order so that every third one comes first, because neighbours are much alike."""
    return [mutant for start in range(3) for mutant in found[start::3]]
