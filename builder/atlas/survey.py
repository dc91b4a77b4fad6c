"""Finds out the kind of each known mistake by running it on the visible cases of its exercise, with an example of each
kind. The site's atlas shows them. A build asks only mistakes that have changed, or whose reference has.

kinds.json beside a lesson's page holds them:
{exercise: {"mistakes": {id: [digest, kind, whether it is silent]}, "shown": {kind: an example}}}.
A silent mistake runs on every visible input, and gives the right shape.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

from attention_lab.checking.facts import facts
from attention_lab.checking.known.recorded import FOLDER, RecordedExercise, load
from attention_lab.checking.verdict.asking import ask_exercise
from attention_lab.checking.verdict.differences import Difference
from attention_lab.notebook.check import asker
from attention_lab.threads import one_thread
from autograder.lessons import catalogue, derive
from autograder.lessons.course import Lesson, files_of
from autograder.lessons.declare import Case
from autograder.lessons.topics import Topic, topic
from autograder.recording import record_case, run_source
from builder.atlas.kinds import KINDS, Answer, Mistake
from builder.atlas.wrong_line import lines

FILE = "kinds.json"
LONGEST = 120  # letters of what is printed
UNPLACED = "The parameters are not the ones that the exercise asks for. "  # what follows says which
LOUD = {facts.Crashed, facts.Unplaced, facts.NotAModule, facts.WrongShape, facts.AxesOfSizeOne, facts.WrongNesting,
        facts.NotATensor}  # what Python, torch or the next layer would tell


def update(lesson: Lesson, again: bool = False) -> None:
    """Writes a lesson's kinds.json. again: whether all mistakes are run, changed or not."""
    of = topic(lesson.topic)
    before = {} if again else recorded(lesson)
    now = {e.name: survey(lesson, e.name, before.get(e.name, {})) for e in of.exercises}
    if now != before:
        (of.folder / FILE).write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def recorded(lesson: Lesson) -> dict[str, dict[str, Any]]:
    """Returns what kinds.json of a lesson holds; empty if there is none."""
    file = topic(lesson.topic).folder / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def digest(mistake: catalogue.Mistake, lesson: Topic) -> str:
    """Changes with a known mistake, but for its sentence, and with the lesson's reference."""
    return sha256(repr([mistake.source, inspect.getsource(lesson.reference)]).encode()).hexdigest()[:8]


def survey(lesson: Lesson, name: str, before: dict[str, Any]) -> dict[str, Any]:
    """Returns what is recorded of an exercise. The example of a kind is the mistake whose wrong line is easiest to
    read.

    before: what was recorded of it until now.
    """
    of = topic(lesson.topic)
    known = {mistake.id: mistake for mistake in of.mistakes if mistake.exercise == name}
    digests = {id: digest(mistake, of) for id, mistake in known.items()}
    kept = {id: entry for id, entry in before.get("mistakes", {}).items() if digests.get(id) == entry[0]}
    shown = {kind: example for kind, example in before.get("shown", {}).items() if example["id"] in kept}
    # another mistake takes the place of an example that went, so all of its kind answer again
    kept = {id: entry for id, entry in kept.items() if entry[1] in shown or entry[1] not in before.get("shown", {})}
    if before.get("mistakes", {}).keys() == kept.keys() == known.keys():
        return before
    examples = {kind: (_pieces(known[example["id"]], of), example) for kind, example in shown.items()}
    found = dict(kept)
    ask = _asking(lesson, name)
    for id in known.keys() - kept.keys():
        kind, silent, first = ask(known[id])
        found[id] = [digests[id], kind, silent]
        if pieces := _pieces(known[id], of):
            label, difference = first
            new = pieces, {"id": id, "input": label, "prints": _printed(difference)}
            examples[kind] = min(new, examples.get(kind, new), key=lambda each: (each[0], each[1]["id"]))
    return {"mistakes": {id: found[id] for id in sorted(found)},
            "shown": {kind: example for kind, (_, example) in sorted(examples.items())}}


def _pieces(mistake: catalogue.Mistake, of: Topic) -> int:
    """Returns how many pieces a mistake's wrong line has; 0 if it cannot be shown."""
    wrong = lines(mistake, of.reference)
    return wrong.count("<mark>") + 2 * wrong.count("[left") if wrong else 0


def _asking(lesson: Lesson, name: str) -> Callable[[catalogue.Mistake], tuple[str, bool, tuple[str, Difference]]]:
    """Returns a function that runs a mistake, and returns its kind, whether it is silent, and a case with its first
    difference."""
    of = topic(lesson.topic)
    exercise = replace(load(files_of(lesson.name) / FOLDER, name), mistakes=[])
    cases = [_parts(getattr(of.reference, name), case)
             for case in derive.visible(of.exercises, of.reference)[name]]
    ours: dict[str, RecordedExercise | None] = {}  # with one more case; None if the reference cannot answer it

    def ran(known: catalogue.Mistake) -> tuple[str, bool, tuple[str, Difference]]:
        names = run_source(known.source, of.reference, known.id)
        ask = asker(names[name], names)

        def right(case: Case) -> bool | None:
            if (text := repr(case)) not in ours:
                ours[text] = None
                with contextlib.suppress(Exception):  # whatever arguments raise that the exercise was not made for
                    more = replace(record_case(name, case, vars(of.reference)), number=1)
                    ours[text] = replace(exercise, cases=[exercise.cases[0], more])  # the first one places the weights
            asking = ours[text]
            return None if asking is None else not any(
                d.check == "output" for d in ask_exercise(asking, ask, None).view.found[1])
        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's, about what mistakes do
            found = ask_exercise(exercise, ask, None).view.found
            mistake = Mistake([Answer(*parts, asks.check, max(asks.largest.values(), default=0.0), differs)
                               for parts, asks, differs in zip(cases, exercise.cases, found)], right)
            kind = next(kind for kind, fits in KINDS.items() if fits(mistake))
        return kind, not mistake.facts & LOUD, next(
            (case.label, min(differs, key=lambda each: each.check != "output"))
            for case, differs in zip(exercise.cases, found) if differs)
    return ran


def _parts(thing: Callable, case: Case) -> tuple[Case, dict[str, Any], dict[str, Any], tuple[int, ...]]:
    """The first fields of an Answer."""
    shape = next((tensor.shape for tensor in derive.tensors(case)), ())
    if case.trial or case.raises is not None:
        return case, {}, {}, shape
    positional, named = (case.args, case.kwargs) if not inspect.isclass(thing) else (
        (case.construct, {}) if isinstance(case.construct, tuple) else ((), case.construct))
    both = inspect.signature(thing).bind_partial(*positional, **named)
    given = dict(both.arguments)
    both.apply_defaults()
    settings = {name: value for name, value in both.arguments.items()
                if not derive.tensors(replace(case, args=(value,), kwargs={}))}
    settings |= dict(zip("CHW", shape[1:])) if len(shape) == 4 else {}
    return replace(case, construct=given if inspect.isclass(thing) else ()), given, settings, shape


def _printed(difference: Difference) -> str:
    """The first sentence of a report about the difference, without advice and without the program's line."""
    said = re.sub(r"(?s).*The first is at [^:]*: |^in your line `.*?`, ", "", difference.message.removeprefix(UNPLACED))
    said = re.split(r"\n|; |: follow|(?<=\.) (?:Either|Is) ", said)[0]
    return textwrap.shorten(f"{difference.where}: {said}", LONGEST, placeholder=" …")
