"""Keep hand-outs of the version that is released, for later libraries to be tried on: `python -m tests.handouts.keep`.

Run it once for a release, after `make build`. tests/handouts/<version>/<lesson>.zip holds a lesson's notebook (in 1.0
with its checks beside it), and answers.json, a right answer and where the bank has one a wrong answer to each exercise:
what is right may be said otherwise later.
"""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import nbformat

from autograder.lessons.course import COURSE, NOTEBOOKS, Lesson, lessons, version
from tests.bank import answers

HERE = Path(__file__).parent
KEPT = "00_warmup", "01_se", "05b_memory", "e2_coordinate", "10_capstone"
ANSWERS = "answers.json"


def keep(lesson: Lesson, into: Path) -> Path:
    """Write one lesson's zip. Raises ValueError where its notebook was built with another version of the library."""
    notebook = COURSE / lesson.name / f"{lesson.name}.ipynb"
    built_with = nbformat.read(notebook, as_version=4).metadata.get("attention_lab", {}).get("version")
    if built_with != version():
        raise ValueError(f"{lesson.name} was built with version {built_with}, not {version()}: `make build "
                         f"LESSON={lesson.name}`")
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{lesson.name}.zip"
    files = {notebook.name: notebook.read_bytes(), ANSWERS: json.dumps(_answers(lesson), indent=1).encode()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            # with no time of day: the same files, the same zip
            packed.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def _answers(lesson: Lesson) -> dict[str, dict[str, str]]:
    """A right answer to each exercise, by grade id, and wrong ones by the exercise's name."""
    solved = nbformat.read(NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    right = {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells
             if cell.metadata.get("nbgrader", {}).get("solution")}
    wrong = {answer.exercise: answer.source for answer in answers("wrong")
             if answer.lesson == lesson.name and not answer.measured}
    return {"right": right, "wrong": wrong}


if __name__ == "__main__":
    released = HERE / version()
    if released.exists():
        sys.exit(f"{released} is there already: what was handed out does not change")
    for each in lessons():
        if each.name in KEPT:
            kept = keep(each, released)
            print(f"{kept.relative_to(HERE)}: {kept.stat().st_size / 1000:.0f} kB")
