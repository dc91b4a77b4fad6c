"""The class that is graded: distinct notebooks of 01_se of mixed quality, always the same ones."""

from __future__ import annotations

import copy
from random import Random

from nbformat import NotebookNode

from autograder.lessons.topics import topic
from autograder.submission.notebook import lesson
from tests.classroom.pupils import FULL, LESSON, NAMES, NOTHING, SOLVED, Pupil

SE = topic("se")
RIGHT = "everything right"
# Of ten people four have everything right; the numbers are those of exercises that are wrong, or still as they were
# released.
WRONG = (0, 1, 0, 2, 1, 0, "stubs", 1, 0, 2)
NEEDED = "from collections.abc import Sequence\n\nfrom torch import Tensor\n\n\n"  # by the signatures of the catalogue
STUBS = {slot.name: slot.stub for slot in lesson(LESSON).exercises}
IMPORTS = "import torch\nimport torch.nn.functional as F\nfrom torch import nn"


def submissions(count: int) -> list[Pupil]:
    """`count` people, no two with the same cells: a comment in each exercise is their own. The points of those who have
    something wrong are not stated here. None holds an endless loop, whose cost is the time limit."""
    return [_pupil(number, Random(f"benchmark {number}")) for number in range(count)]


def _pupil(number: int, r: Random) -> Pupil:
    student, quality = f"s{number:04d}", WRONG[number % len(WRONG)]
    answers = SOLVED | {name: NEEDED + r.choice(variants).source for name, variants in _by_exercise(SE.catalogue.right)
                        if r.random() < 0.4}
    if quality == "stubs":
        answers |= {name: STUBS[name] for name in NAMES[r.randint(0, 3):]}
    else:
        for name, mistakes in r.sample(_by_exercise(SE.mistakes), quality):
            answers[name] = NEEDED + r.choice(mistakes).source
    answers = {name: f"# {student}\n{source}" for name, source in answers.items()}
    what = RIGHT if quality == 0 else "left undone" if quality == "stubs" else f"{quality} wrong"
    return Pupil(student, what, FULL if quality == 0 else NOTHING, answers)


def _by_exercise(entries: tuple) -> list[tuple[str, list]]:
    """The entries of each exercise that has any; a repair has none of its own."""
    found = {name: [entry for entry in entries if entry.exercise == name] for name in NAMES}
    return [(name, own) for name, own in found.items() if own]


def solved(number: int) -> Pupil:
    """The solved notebook, with a comment that makes it another one."""
    return Pupil(f"solved{number:04d}", RIGHT, FULL, {name: f"# {number}\n{source}" for name, source in SOLVED.items()})


def without_pictures(notebook: NotebookNode) -> None:
    """Leave of the code cells the exercises, the checks and torch's imports: no picture, no experiment, no
    matplotlib."""
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    imports = copy.deepcopy(first)
    imports.source = IMPORTS
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "code" or "nbgrader" in cell.metadata]
    notebook.cells.insert(0, imports)
