"""What another interpreter runs, as `python -m tests.versions.sample`: it prints one line of JSON with versions,
verdicts, marks, and what is said of torch's errors.

It imports nothing that only our own tests need, so that an old or a new environment has few packages to install.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch

from attention_lab.checking.known import recorded
from attention_lab.notebook.check import verdict_on
from autograder import recording
from autograder.intake.files import read
from autograder.judge.judge import Judge
from autograder.judge.settings import Settings
from autograder.lessons.course import NOTEBOOKS, files_of, lessons
from autograder.lessons.topics import topic
from tests.classroom.pupils import LESSON, PUPILS, file_of
from tests.torch_errors import said

EVERY = 12  # answers of the bank
GRADED = "05b_memory"  # the lesson whose answers need the most memory
# what stands on it is judged with a proxy
BROKEN = "01_se", "squeeze", "def squeeze(x):\n    return x.amax(dim=(2, 3))\n"
CLASS = "ada", "cai", "dora", "fay", "kim", "ola"  # right, saved elsewhere, wrong, broken, incomplete, without metadata
PACKAGES = "matplotlib", "numpy", "pillow", "rich", "safetensors"


def versions() -> dict[str, str]:
    """Of Python, torch (with its build), the library's other packages, and the system."""
    return {"python": platform.python_version(), "torch": torch.__version__,
            "build": f"CUDA {torch.version.cuda}" if torch.version.cuda
            else "CPU", "system": platform.platform(), **{name: importlib.metadata.version(name) for name in PACKAGES}}


def verdicts() -> dict[str, list[Any]]:
    """What the learner's check says of every twelfth answer of the bank: points, the mistake that it names, and the
    headline."""
    found, number = {}, 0
    for lesson in lessons():
        each = topic(lesson.topic)
        for answer in (*each.catalogue.right, *each.catalogue.wrong):
            number += 1
            if number % EVERY:
                continue
            names = recording.run_source(answer.source, each.reference, answer.id)
            verdict = verdict_on(names[answer.exercise], files_of(lesson.name) / recorded.FOLDER)
            headline = re.sub(r"(?<=with an error: )\w+", "", verdict.headline)  # torch's own errors change their types
            found[f"{lesson.name}/{answer.exercise}--{answer.id}"] = [verdict.points, verdict.mistake, headline]
    return found


def marks() -> dict[str, list[float]]:
    """Points and points at most in grading, of a solved notebook, of one in which an exercise that others stand on is
    broken, and of a class of six."""
    lesson, broken, source = BROKEN
    found = {}
    with Judge(Settings(device="cpu", seed="other versions")) as judge:
        for name in (GRADED, lesson):
            notebook = read(NOTEBOOKS / name / f"{name}.ipynb")
            for cell in notebook.cells:
                if name == lesson and cell.get("id") == broken:
                    cell.source = source
            result = judge.grade(notebook, name)
            if result.error:
                raise RuntimeError(f"{name}: {result.error}")
            found |= {f"{name}/{exercise}": [verdict.points, verdict.max_points]
                      for exercise, verdict in result.verdicts.items()}
        with tempfile.TemporaryDirectory() as folder:
            for pupil in (pupil for pupil in PUPILS if pupil.student in CLASS):
                path = Path(folder) / f"{pupil.student}.ipynb"
                path.write_bytes(file_of(pupil) or b"")
                graded = judge.grade(read(path), LESSON).verdicts.values()
                found |= {f"{pupil.student}/{verdict.exercise}": [verdict.points, verdict.max_points]
                          for verdict in graded}
    return found


if __name__ == "__main__":
    print(json.dumps({"versions": versions(), "verdicts": verdicts(), "marks": marks(), "errors": said()}),
          file=sys.__stdout__)
