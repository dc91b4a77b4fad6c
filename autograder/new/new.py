"""Writes the folder of an instructor's own lesson, and enters the lesson in the instructor's list."""

from __future__ import annotations

import ast
import json
import shutil
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console

from autograder.lessons import catalogue
from autograder.lessons.catalogue import Mistake
from autograder.lessons.course import OWN, OWN_LIST, ROOT, own_lessons
from autograder.lessons.topics import SOLUTIONS, topic
from autograder.new import probing
from autograder.new import sketch as sketches
from autograder.new.drafted_page import page
from autograder.new.probing import Refused
from autograder.new.propose import harmless, proposed
from autograder.new.sketch import Call, Drafted, Sketch
from autograder.outward import command
from autograder.submission import notebook

VISIBLE = 2  # cases of each kind of call in the check that learners hold
MINUTES = 30  # an exercise, until somebody has measured it

HEAD = '''"""{name}: how each exercise is called.

`sizes` are the hidden questions: functions that take a random generator and return a call each. The first one should
draw an ordinary call, because all standard tests use it (other layouts, float32, a second call, ...). `visible` are the
questions of the check that learners have. Anything that a wrong answer must not get past, such as odd sides or other
arguments, belongs in both.

Calls that the reference must refuse with a ValueError belong in `refuses=(refused_1,)`. Each is a function that returns
a call with the numbers that the message has to name: `return call((1, 3, 4, 4), of={{"heads": 2}}, raises=(3, 2))`.

Only the first call is tried with large numbers and on another device. If it does not reach a branch, write a further
call: `large(call(...))` has large numbers, and `call(..., device=True)` is made on another device.
"""

from autograder.lessons.declare import Exercise, call
from autograder.lessons.sizes import large
'''

CATALOGUE = '''"""What learners write for `{name}`.

The mistakes were proposed by machine. Write a sentence for each that helps the learner who made it, without
"(proposed)", and delete those that nobody makes.
"""

from autograder.lessons.catalogue import Mistake

# right answers in other styles, two or more: "mean-by-sum": """..."""
RIGHT = {{}}

MISTAKES = (
{entries})

# mutants that are right: `autograder audit` does not report that they get full points
EQUIVALENT = (
{equivalent})
'''


def new(name: str, reference: Path, folder: Path, console: Console) -> int:
    """Makes the lesson own_<name> in `folder`/<name> from the sketch in `reference`.

    Raises ValueError if the name is taken or not a possible name, if the folder exists, or if the sketch is wrong. Then
    nothing is left behind.
    """
    home = folder.resolve() / name
    _refuse(name, home)
    sketch = sketches.read(reference)
    taken = {slot.name: lesson.name for lesson in notebook.lessons() for slot in lesson.exercises}
    if double := [exercise.name for exercise in sketch.exercises if exercise.name in taken]:
        raise ValueError(f"{reference}: {taken[double[0]]} has an exercise {double[0]}, too; give yours another name")
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, name)
        (made / catalogue.FOLDER).mkdir(parents=True)
        title = " ".join(word if word.isupper() else word.capitalize() for word in name.split("_"))
        texts = {"reference.py": sketch.text, "exercises.py": exercises_source(name, sketch),
                 "page.py": page(OWN + name, title, sketch)}
        for file, text in texts.items():
            (made / file).write_text(text, encoding="utf-8")
        mistakes, equivalent = _propose(made)
        for exercise in sketch.exercises:
            text = catalogue_source(exercise.name, mistakes, equivalent)
            (made / catalogue.FOLDER / f"{exercise.name}.py").write_text(text, encoding="utf-8")
        shutil.copytree(made, home, ignore=shutil.ignore_patterns("__pycache__"))
    _enter(name, title, home, MINUTES * len(sketch.exercises))
    lesson = OWN + name
    console.print(f"{home}: page.py, reference.py, exercises.py and catalogue/ ({len(mistakes)} mistakes proposed).\n"
                  f"{OWN_LIST} names it as {lesson}. Next: "
                  f"{command('builder', lesson)}, then "
                  f"{command('autograder', 'audit', lesson)}",
                  markup=False, highlight=False, soft_wrap=True)
    return 0


def _propose(made: Path) -> tuple[list[Mistake], list[str]]:
    """Returns the mistakes proposed for the topic in `made`, and the mutants that change nothing. The topic's modules
    are removed from Python's memory afterwards, because they will be in another place."""
    before = set(sys.modules)
    try:
        return proposed(topic(made)), harmless(topic(made))
    finally:
        for module in sys.modules.keys() - before:
            if module.split(".")[:2] == ["solutions", made.name]:
                del sys.modules[module]


def _refuse(name: str, home: Path) -> None:
    if not name.isidentifier() or name != name.lower() or not name.isascii():
        raise ValueError(f"{name!r} is not a name for a topic: use small letters, digits and _, such as gather_excite")
    if (SOLUTIONS / name).exists() or name in [lesson.topic for lesson in own_lessons()]:
        raise ValueError(f"there is a topic {name} already")
    if home.exists():
        raise ValueError(f"{home} exists already")
    for kept in ("solutions", "course", "autograder", "builder"):
        if home.is_relative_to(ROOT / kept):
            raise ValueError(f"{home} is in the repository's own {kept}/, which an update may change; choose another "
                             "--folder")


def _enter(name: str, title: str, home: Path, minutes: int) -> None:
    OWN_LIST.parent.mkdir(parents=True, exist_ok=True)
    entry = {"name": OWN + name, "topic": name, "title": title, "builds_on": [], "adds": "", "minutes": minutes,
             "folder": str(home)}
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in entry.items()]
    with OWN_LIST.open("a", encoding="utf-8") as file:
        file.write("\n".join(["[[lesson]]", *lines, "", ""]))


def exercises_source(name: str, sketch: Sketch) -> str:
    """Returns the text of exercises.py. Each call of the sketch becomes a hidden size and a visible case. The hidden
    size draws new numbers for the letters each time. The visible case has small, fixed shapes."""
    parts = [HEAD.format(name=name)]
    reference: dict[str, Any] = {"__name__": name}
    exec(compile(sketch.text, f"<{name}>", "exec"), reference)
    nodes = {node.name: node for node in ast.parse(sketch.text).body
             if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    for number, exercise in enumerate(sketch.exercises, 1):
        target = reference[exercise.name]
        for entry, each in enumerate(exercise.calls, 1):
            if why := probing.complaint(each, target):
                raise ValueError(f"{sketches.INPUTS}[{exercise.name!r}], entry {entry}: called with {why}")
        more = [each for each in probing.more(exercise.calls, target) if not probing.complaint(each, target)]
        refused, open_lines = probing.refusals(nodes[exercise.name], f"<{name}>", target, exercise.calls)
        overflow = probing.overflow(exercise.calls[0], target)
        parts.append(_exercise_source(number, exercise, more, refused, open_lines, overflow))
    names = "".join(f"EXERCISE_{number}, " for number in range(1, len(sketch.exercises) + 1))
    return "\n\n".join([*parts, f"EXERCISES = ({names.strip()})\n"])


def _exercise_source(number: int, exercise: Drafted, more: list[Call], refused: list[Refused],
                     open_lines: list[int], overflow: float) -> str:
    functions = ""
    calls = [*exercise.calls, *more]
    for index, each in enumerate(calls, 1):
        functions += f"def size_{number}_{index}(r):\n{_draw_source(each)}"
        functions += f"    return {_call_source(exercise, each, each.inputs)}\n\n\n"
    for index, other in enumerate(refused, 1):
        functions += (
            f"def refused_{number}_{index}(r):\n    return"
            f" {_call_source(exercise, other.call, other.call.inputs, other.numbers)}\n\n\n"
        )
    for line in open_lines:
        functions += (f"# reference.py raises a ValueError in line {line}, and no call that makes it do so was found: "
                      "write one,\n# and put it into `refuses`.\n")
    sizes = "".join(f"size_{number}_{index}, " for index in range(1, len(calls) + 1)).strip()
    r = Random(exercise.name)
    visible = list(dict.fromkeys(_call_source(exercise, each, each.shapes(r))
                                 for each in [*(each for each in exercise.calls for _ in range(VISIBLE)), *more]))
    options = f", uses={exercise.uses!r}" if exercise.uses else ""
    options += f", overflow={overflow:g}" if overflow else ""
    refuses = "".join(f"refused_{number}_{index}, " for index in range(1, len(refused) + 1)).strip()
    refuses = f"refuses=({refuses}), " if refused else ""
    return (f"# --- {exercise.name}\n{functions}EXERCISE_{number} = Exercise({exercise.name!r}, sizes=({sizes}), "
            f"{refuses}visible=(\n"
            + "".join(f"    {case},\n" for case in visible) + f"), small={visible[0]}{options})")


def _draw_source(call: Call) -> str:
    """The line that draws a number for each letter."""
    match call.letters:
        case []:
            return ""
        case [letter]:
            return f"    {letter} = r.choice({call.numbers})\n"
    return f"    {', '.join(call.letters)} = r.sample({call.numbers}, {len(call.letters)})\n"


def _call_source(exercise: Drafted, call: Call, shapes: tuple, raises: tuple[int, ...] | None = None) -> str:
    texts = [repr(shape).replace("'", "") for shape in shapes]  # letters become names
    label = ["another device"] if call.device else []
    if call.arguments and isinstance(exercise.node, ast.ClassDef):
        texts.append(f"of={call.arguments!r}")
    elif isinstance(call.arguments, dict) and call.arguments:  # a label, because a report shows shapes alone
        label += [f"{name}={value!r}" for name, value in call.arguments.items()]
        texts.append(f"kwargs={call.arguments!r}")
    texts += [f"label={', '.join(label)!r}"] if label else []
    texts += ["device=True"] if call.device else []
    texts += [] if raises is None else [f"raises={raises!r}"]
    return f"{'large(' * call.large}call({', '.join(texts)}){')' * call.large}"


def catalogue_source(exercise: str, mistakes: list[Mistake], equivalent: list[str]) -> str:
    """catalogue/<exercise>.py: what was proposed for it, with sentences to be rewritten."""
    entries = "".join(f"    Mistake({each.id!r},\n            {each.sentence!r}, '''\n{each.code}\n'''),\n"
                      for each in mistakes if each.exercise == exercise)
    names = [mutant for owner, _, mutant in (name.partition(" ") for name in equivalent) if owner == exercise]
    return CATALOGUE.format(name=exercise, entries=entries, equivalent="".join(f"    {name!r},\n" for name in names))
