"""Run every known mistake on the visible cases of its exercise, and record its kind, with an example of each kind.

    python -m docs.site.atlas            all lessons, in ten minutes
    python -m docs.site.atlas 01_se      this one
"""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import sys
import textwrap
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from attention_lab.checking.facts import facts
from attention_lab.checking.known.recorded import FOLDER, RecordedExercise, load
from attention_lab.checking.verdict.asking import asked
from attention_lab.checking.verdict.differences import Difference
from attention_lab.networks.threads import one_thread
from attention_lab.notebook.check import asker
from autograder.judge.recording import record_case, run_source
from autograder.lessons import derive
from autograder.lessons.course import Lesson, files_of, lessons
from autograder.lessons.declare import Case
from autograder.lessons.topics import Topic, topic
from docs.site.kinds import KINDS, Answer, Mistake
from docs.site.wrong_line import lines

RECORDED = Path(__file__).with_name("atlas.json")
LONGEST = 120  # letters of what is printed
UNPLACED = "The parameters are not the ones that the exercise asks for. "  # what follows says which
LOUD = {facts.Crashed, facts.Unplaced, facts.NotAModule, facts.WrongShape, facts.AxesOfSizeOne, facts.WrongNesting,
        facts.NotATensor}  # what Python, torch or the next layer would tell


def key(lesson: Topic, exercise: str) -> str:
    """Changes with the exercise's known mistakes, but for their sentences, and with the lesson's reference."""
    known = [(mistake.id, mistake.source) for mistake in lesson.mistakes if mistake.exercise == exercise]
    return sha256(repr([known, inspect.getsource(lesson.reference)]).encode()).hexdigest()[:12]


@cache
def recorded() -> dict[str, dict[str, dict[str, Any]]]:
    """{lesson: {exercise: {"key": ..., "kinds": {kind: how many}, "silent": how many, "shown": {kind: an example}}}}.

    silent: those that run on every visible input, and have the right shape.
    """
    return json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.is_file() else {}


def survey(lesson: Lesson, name: str) -> dict[str, Any]:
    """What is recorded of an exercise. The example of a kind is the mistake whose wrong line is easiest to read."""
    of = topic(lesson.topic)
    exercise = replace(load(files_of(lesson.name) / FOLDER, name), mistakes=[])
    cases = [_parts(getattr(of.reference, name), case)
             for case in derive.visible(of.exercises, of.reference)[name]]
    kinds, silent, examples = Counter[str](), 0, dict[str, list[tuple[int, str, str, Difference]]]()
    ours: dict[str, RecordedExercise | None] = {}  # with one more case; None if the reference cannot answer it
    for known in (mistake for mistake in of.mistakes if mistake.exercise == name):
        names = run_source(known.source, of.reference, known.id)
        ask = asker(names[name], names)

        def right(case: Case) -> bool | None:
            if (text := repr(case)) not in ours:
                ours[text] = None
                with contextlib.suppress(Exception):  # whatever arguments raise that the exercise was not made for
                    more = replace(record_case(name, case, vars(of.reference)), number=1)
                    ours[text] = replace(exercise, cases=[exercise.cases[0], more])  # the first one places the weights
            asking = ours[text]
            return asking and not any(d.check == "output" for d in asked(asking, ask, None).view.found[1])  # noqa: B023
        with one_thread():
            found = asked(exercise, ask, None).view.found
            mistake = Mistake([Answer(*parts, asks.check, max(asks.largest.values(), default=0.0), differs)
                               for parts, asks, differs in zip(cases, exercise.cases, found)], right)
            kind = next(kind for kind, fits in KINDS.items() if fits(mistake))
        kinds[kind] += 1
        silent += not mistake.facts & LOUD
        if wrong := lines(known, of.reference):
            label, first = next((case.label, min(differs, key=lambda each: each.check != "output"))
                                for case, differs in zip(exercise.cases, found) if differs)
            pieces = wrong.count("<mark>") + 2 * wrong.count("[left")
            examples.setdefault(kind, []).append((pieces, known.id, label, first))
    return {"key": key(of, name), "kinds": dict(kinds), "silent": silent,
            "shown": {kind: {"id": id, "input": label, "prints": _printed(first)}
                      for kind, (_, id, label, first) in ((kind, min(each)) for kind, each in examples.items())}}


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


def main() -> None:
    """Record the lessons that are named, or all."""
    found, known = dict(recorded()), {lesson.name: lesson for lesson in lessons()}
    warnings.simplefilter("ignore")  # torch's, about what mistakes do
    for name in sys.argv[1:] or known:
        found[name] = {each.name: survey(known[name], each.name) for each in topic(known[name].topic).exercises}
        RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        print(name, sum(sum(each["kinds"].values()) for each in found[name].values()), flush=True)


if __name__ == "__main__":
    main()
