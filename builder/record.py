"""A lesson's recorded checks. They are recorded again if something on which they depend has changed, and are written
only if they have changed themselves. A known mistake answers again only if its own code has changed, or the cases.

Another processor rounds differently, and another torch compresses differently. So a file stays as it is unless it
records another question, another mistake, or a number that differs by more than a check allows.

recorded.json beside a lesson's page holds digests of what its checks depended on when they were recorded last: for each
exercise one of all that makes its cases, one of what else the files hold, and one for each known mistake.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import torch
from nbformat import NotebookNode
from torch import Tensor

from attention_lab.checking.ask.observe import observe
from attention_lab.checking.facts import compare
from attention_lab.checking.form.protocol import plain
from attention_lab.checking.known import fingerprint, recorded
from attention_lab.checking.known.recorded import RecordedExercise
from attention_lab.storage import only, write
from attention_lab.threads import one_thread
from autograder import recording
from autograder.lessons import derive
from autograder.lessons.catalogue import Mistake
from autograder.lessons.course import LIBRARY, ROOT, Lesson, files_of
from autograder.lessons.declare import Repair
from autograder.lessons.pages import RELEASED
from autograder.lessons.topics import topic
from builder import hints, notebooks
from builder.reach import Reach, defining, digest, used

TORCH = version("torch").partition("+")[0]
FILE = "recorded.json"
FOLDERS = {"attention_lab": LIBRARY, "autograder": ROOT / "autograder",
           "solutions": ROOT / "solutions"}
MAKES = "autograder.recording"


def reach(lesson: Lesson, apart: Sequence[str] = ()) -> Reach:
    """Returns a Reach, which finds the files of the repository and of the lesson's folder on which something depends.

    apart: modules on which it does not depend.
    """
    files = topic(lesson.topic)
    return Reach(FOLDERS | {files.package: files.folder}, apart)


def digests(lesson: Lesson, notebook: NotebookNode) -> dict[str, Any]:
    """Returns digests of everything on which the recorded checks depend.

    notebook: the lesson's source.
    """
    files, worth = topic(lesson.topic), notebooks.points(notebook)
    repair = files.repair
    exercises, reference = (ast.parse((files.folder / f"{name}.py").read_text(encoding="utf-8")).body
                            for name in ("exercises", "reference"))
    order = next(ast.unparse(node.value) for node in exercises
                 if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXERCISES")
    names = re.findall(r"\w+", order)
    makes = reach(lesson).of(MAKES), TORCH

    known: dict[str, list[Any]] = {}

    def depends(body: list[ast.stmt], named: Iterable[str]) -> list[Any]:
        starts = defining(body, set(named))
        if (key := f"{body is exercises} {starts}") not in known:
            cut = used(body, starts)
            known[key] = [digest(cut), reach(lesson).of_code(cut)[0]]
        return known[key]
    return {"cases": {e.name: _digest([makes, depends(exercises, [name]), depends(reference, [e.name, *e.uses]),
                                       lesson.name, lesson.title, worth.get(e.name)])
                      for e, name in zip(files.exercises, names, strict=True)},
            "besides": _digest([_hints(lesson, notebook),
                                [(mistake.exercise, *_about(mistake)) for mistake in files.mistakes],
                                *([[repair.name, repair.like.name, worth.get(repair.name), _released(notebook)]]
                                  if repair else [])]),
            "mistakes": {mistake.id: _digest([makes, digest(ast.parse(mistake.source).body), depends(
                reference, re.findall(r"\w+", mistake.source))])[:8] for mistake in files.mistakes}}


def _digest(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _hints(lesson: Lesson, notebook: NotebookNode) -> dict[str, dict[str, int]]:
    files = topic(lesson.topic)
    return hints.belonging(hints.of_page(notebook), files.catalogue)


def record_checks(lesson: Lesson, notebook: NotebookNode, again: bool = False) -> list[RecordedExercise]:
    """Returns the lesson's recorded exercises. Raises ValueError if exercises, cases and grade cells do not agree.

    again: whether all of it is recorded, whatever has changed.
    """
    worth = notebooks.points(notebook)
    files = topic(lesson.topic)
    declared, repair = [exercise.name for exercise in files.exercises], files.repair
    if declared != [name for name in worth if not repair or name != repair.name] or repair and repair.name not in worth:
        declared += [f"the repair {repair.name}"] if repair else []
        raise ValueError(f"{lesson.name}: exercises.py declares {declared}, the grade cells for {list(worth)}")
    about, exercises = _hints(lesson, notebook), []
    then, now = {} if again else last_digests(lesson), digests(lesson, notebook)
    before = {name: exercise for name, exercise in _before(lesson).items()
              if name in now["cases"] and then.get("cases", {}).get(name) == now["cases"][name]}
    cases = {} if before.keys() >= set(declared) else derive.visible(files.exercises, files.reference)
    same = then.get("mistakes", {}).items() & now["mistakes"].items()
    with one_thread():  # as in a check, because another number of threads rounds in another way
        for e in files.exercises:
            known = before.get(e.name)
            answers = {mistake.id: mistake.fingerprints for mistake in known.mistakes
                       if (mistake.id, now["mistakes"].get(mistake.id)) in same} if known else {}
            if not known or len(answers) < sum(mistake.exercise == e.name for mistake in files.mistakes):
                print(f"  recording {e.name}", flush=True)
            exercise = replace(known, mistakes=[]) if known else recording.record_exercise(
                e.name, cases[e.name], worth[e.name], files.reference, uses=e.uses)
            exercises.append(exercise)
            recording.record_mistakes(exercise, files.reference, files.mistakes, answers)
            exercise.hints = about.get(e.name, {})
            exercise.used_later, exercise.shares = list(files.used_later.get(e.name, ())), e.shares
    if repair:
        exercises.insert(list(worth).index(repair.name), _record_repair(repair, lesson, notebook, exercises))
    return exercises


def _record_repair(repair: Repair, lesson: Lesson, notebook: NotebookNode,
                   exercises: list[RecordedExercise]) -> RecordedExercise:
    """Returns what a file holds of code that is repaired: the answers of the code that is handed out."""
    name, worth = repair.name, notebooks.points(notebook)
    like = next(exercise for exercise in exercises if exercise.name == repair.like.name)
    made = recorded.repair(replace(like, mistakes=[]), name, worth[name])
    with one_thread():
        recording.record_mistakes(made, topic(lesson.topic).reference,
                                  [recording.unrepaired(name, _released(notebook))])
    return RecordedExercise(name, made.points, [], [], made.mistakes, like=like.name)


def _released(notebook: NotebookNode) -> str:
    """Returns the code of the repair as it is handed out."""
    return next(cell.metadata[RELEASED] for cell in notebook.cells if RELEASED in cell.metadata)


def _before(lesson: Lesson) -> dict[str, RecordedExercise]:
    """Returns what the existing files hold, by exercise."""
    return {name.removesuffix(recorded.SUFFIX): recorded.from_bytes(content)
            for name, content in files(lesson).items()}


def up_to_date(lesson: Lesson, notebook: NotebookNode) -> bool:
    """Says whether the lesson's present checks are known to be up to date. Nothing is recorded to find that out."""
    return last_digests(lesson) == digests(lesson, notebook) and bool(files(lesson))


def build(lesson: Lesson, notebook: NotebookNode, again: bool = False) -> list[str]:
    """Records the lesson's checks if they may be out of date, or, with `again`, in any case. Returns the names of the
    files in which more has changed than the known mistakes."""
    if up_to_date(lesson, notebook) and not again:
        return []
    made, before, place = checks(lesson, notebook, again), files(lesson), files_of(lesson.name) / recorded.FOLDER
    written = [name for name in {**made, **before} if made.get(name) != before.get(name)]
    place.mkdir(parents=True, exist_ok=True)
    for name in made.keys() & set(written):
        write(place / name, recorded.dated(made[name], f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"))
    only(made, place, "*")
    write(topic(lesson.topic).folder / FILE, json.dumps(digests(lesson, notebook), indent=1, sort_keys=True) + "\n")
    return [name for name in written if name not in made or name not in before
            or difference(lesson, *(replace(recorded.from_bytes(each[name]), mistakes=[]) for each in (before, made)))]


def checks(lesson: Lesson, notebook: NotebookNode, again: bool = False) -> dict[str, bytes]:
    """Returns the recorded checks by file name. If an exercise is recorded as before, the existing file is returned."""
    before, made = files(lesson), record_checks(lesson, notebook, again)
    found = {}
    for number, exercise in enumerate(made):
        name = f"{exercise.name}{recorded.SUFFIX}"
        content = recorded.to_bytes(exercise, lesson.name, lesson.title, number)
        same_line = name in before and recorded.part_of(before[name]) == recorded.part_of(content)
        last_digests = same_line and not difference(
            lesson, *(_whole(each, made) for each in (recorded.from_bytes(before[name]), exercise)))
        found[name] = before[name] if last_digests else content
    return found


def _whole(exercise: RecordedExercise, others: list[RecordedExercise]) -> RecordedExercise:
    """Returns the exercise, or, if this is a repair, with the cases of the exercise that it imitates."""
    like = [other for other in others if other.name == exercise.like]
    return recorded.repair(like[0], exercise.name, exercise.points, exercise.mistakes) if like else exercise


def difference(lesson: Lesson, then: RecordedExercise, now: RecordedExercise) -> str:
    """Says in what a recorded exercise differs from its earlier recording; empty if they are the same."""
    if _besides(then) != _besides(now):
        return "its points, hints, earlier exercises or layers that are used later"
    if [_about(mistake) for mistake in then.mistakes] != [_about(mistake) for mistake in now.mistakes]:
        return "the known mistakes"
    if [_question(case) for case in then.cases] != [_question(case) for case in now.cases]:
        return "the questions"
    pairs = list(zip(then.cases, now.cases, strict=True))
    for old, new in pairs:
        for name, tensor in old.tensors.items():
            if not drawn_alike(new.tensors[name].to(tensor.dtype), tensor):
                return f"{old.label}: {name}"
    if not _same_numbers(then, now):
        # this processor draws other numbers, so the recorded questions are asked again here
        now = _answer_again(lesson, then)
    for old, new in zip(then.cases, now.cases, strict=True):
        for name, tensor in old.expected_tensors.items():
            within = compare.tolerance(old.largest[name], then.scale.get(compare.kind_of(name), 0.0),
                                       old.question.dtype)
            if not compare.close(new.expected_tensors[name].to(tensor.dtype), tensor, within):
                return f"{old.label}: {name}"
    zero = [fingerprint.row_scales(case.expected_tensors, then.scale) for case in then.cases]
    for mistake, again in zip(then.mistakes, now.mistakes, strict=True):
        for case, theirs, ours, sizes in zip(then.cases, mistake.fingerprints, again.fingerprints, zero, strict=True):
            if not fingerprint.same(theirs, ours, sizes[:len(theirs[1])], mistake.grain or case.grain):
                return f"{mistake.id}: {case.label}"
    return ""


def _same_numbers(then: RecordedExercise, now: RecordedExercise) -> bool:
    return all(tensor.equal(new.tensors[name].to(tensor.dtype)) for old, new in zip(then.cases, now.cases)
               for name, tensor in old.tensors.items())


def _besides(exercise: RecordedExercise) -> tuple:
    """Returns what is recorded about an exercise besides its cases and mistakes."""
    return exercise.name, exercise.points, exercise.uses, exercise.hints, exercise.used_later, exercise.shares


def _about(mistake: recorded.RecordedMistake | Mistake) -> tuple:
    return mistake.id, mistake.sentence, mistake.grain


def _question(case: recorded.RecordedCase) -> tuple:
    """Returns a case's question and how it is judged, without the numbers that are compared. Tuples become lists, as in
    a file."""
    return (case.label, case.check, plain(case.question), plain(case.expected), case.mentions, case.limit, case.peak,
            case.integer,
            case.inputs, list(case.tensors), list(case.expected_tensors))


def drawn_alike(mine: Tensor, recorded: Tensor) -> bool:
    """Says whether these are the same random numbers, perhaps drawn on different processors.

    torch.randn rounds an angle below 2 pi to float32, and multiplies its cosine by up to 5.8. Without vector
    instructions, the last digits are different, by up to 36 eps of the scale. A weight is then rounded to a multiple of
    1 / DRAWN. One weight in hundreds lies half-way between two multiples, and is rounded up on one machine and down on
    the other.
    """
    if mine.shape != recorded.shape:
        return False
    apart = (mine.double() - recorded.double()).abs()
    other = apart > 36 * torch.finfo(torch.float32).eps * compare.largest(recorded)
    half_way = (apart == 1 / compare.DRAWN) & (recorded * compare.DRAWN == (recorded * compare.DRAWN).round())
    return bool((~other | half_way).all()) and bool(other.sum() <= 1 + recorded.numel() / 200)


def _answer_again(lesson: Lesson, exercise: RecordedExercise) -> RecordedExercise:
    """Returns the recorded exercise with the present answers of the reference and of the mistakes to the recorded
    questions."""
    files = topic(lesson.topic)
    thing, namespace = getattr(files.reference, exercise.name), vars(files.reference)
    with one_thread():
        cases = [replace(case, expected_tensors=observe(thing, case.question, case.tensors, namespace)[1])
                 for case in exercise.cases]
        made = replace(exercise, cases=cases, mistakes=[])
        recording.record_mistakes(made, files.reference, files.mistakes)
    return made


def files(lesson: Lesson) -> dict[str, bytes]:
    """Returns the existing recorded checks of a lesson, by file name."""
    place = files_of(lesson.name) / recorded.FOLDER
    return {path.name: path.read_bytes() for path in sorted(place.iterdir())} if place.exists() else {}


def last_digests(lesson: Lesson) -> dict[str, Any]:
    """Returns the digests with which the lesson's checks were recorded last; empty if they never were."""
    file = topic(lesson.topic).folder / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
