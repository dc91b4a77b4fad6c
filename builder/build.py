"""Build lessons from their one source: drawings, recorded checks, the solved notebook, the released one.

    python -m builder              every lesson
    python -m builder 01_se        one; this is also how a lesson of one's own is built (docs/own-lesson.md)
    python -m builder --checks     only the recorded checks and review.json of each lesson: no notebook is run
    python -m builder --shared     only what the lessons share: the photographs and the list of lessons

solutions/<topic>/page.py (jupytext, py:percent)
    -> solutions/notebooks/<lesson>/: <lesson>.ipynb (solved, executed), figures/, checks/, review.json, and weights.safetensors
       where the topic has it
    -> course/<lesson>/: the same, released by nbgrader (no solutions, no outputs)
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from builder import cells, first_cell, hints, inputs
from solutions.shared import derive
from solutions.shared.course import COURSE, LIST, NOTEBOOKS, ROOT, Lesson, lessons, own_lessons, repository, version
from solutions.shared.topics import topic

sys.path[:0] = [str(COURSE)]  # the library as it is here, whatever is installed

from attention_lab import real  # noqa: E402
from attention_lab.checking import recorded  # noqa: E402
from attention_lab.course_map import duration  # noqa: E402
from attention_lab.review import QUESTIONS  # noqa: E402
from attention_lab.threads import one_thread  # noqa: E402
from autograder.judge import recording  # noqa: E402
from builder.draw import draw  # noqa: E402

PHOTOS = COURSE / "attention_lab/photos"
PAGES = [ROOT / name for name in ("README.md", "docs/learners.md", "CITATION.cff", "course/pyproject.toml")]  # it writes parts of them
CELL_SECONDS = 300
SHIPPED = "weights.safetensors", real.FILE  # what a lesson ships, if its topic has it


def read_source(lesson: Lesson) -> NotebookNode:
    """The lesson's source as a notebook without outputs, with cell ids derived from grade ids and positions in the page.

    Raises ValueError for a malformed marker (see `cells.py`).
    """
    notebook = jupytext.read(topic(lesson.topic).folder / "page.py", fmt="py:percent")
    cells.expand(notebook)
    for index, cell in enumerate(notebook.cells):
        cell.id = re.sub(r"[^a-zA-Z0-9_-]", "-", cell.metadata.get("nbgrader", {}).get("grade_id", f"{cell.cell_type}-{index:03d}"))
    first_cell.add(notebook, lesson.name, repository())  # after the numbering: the page's cells keep their ids
    notebook.metadata = nbformat.from_dict({
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "attention_lab": {"version": version()},
    })
    nbformat.validate(notebook)
    return notebook


def points(notebook: NotebookNode) -> dict[str, float]:
    """Points by exercise, in order; the metadata of its grade cell is the truth."""
    return {cells.checked(cell): cell.metadata["nbgrader"]["points"] for cell in notebook.cells if cells.checked(cell)}


def record_checks(lesson: Lesson, notebook: NotebookNode) -> recorded.RecordedLesson:
    """The recorded lesson. Raises ValueError where exercises, cases and grade cells do not agree."""
    worth = points(notebook)
    files = topic(lesson.topic)
    declared = [exercise.name for exercise in files.exercises]
    if declared != list(worth):
        raise ValueError(f"{lesson.name}: exercises.py declares {declared}, the grade cells for {list(worth)}")
    cases = derive.visible(files.exercises, files.reference)
    with one_thread():  # as a check asks: another number of threads rounds in another way
        exercises = [recording.record_exercise(e.name, cases[e.name], worth[e.name], files.reference, files.mistakes.MISTAKES, e.uses)
                     for e in files.exercises]
    about = hints.belonging(files.folder, hints.of_page(notebook), files.mistakes.MISTAKES)
    for exercise in exercises:
        exercise.hints = about.get(exercise.name, {})
    return recorded.RecordedLesson(lesson.name, lesson.title, exercises)


def review(lesson: Lesson) -> str:
    """What `review()` asks of the lesson, as JSON."""
    return json.dumps([asdict(item) for item in topic(lesson.topic).review], indent=1, ensure_ascii=False) + "\n"


def write_review(lesson: Lesson, folder: Path) -> None:
    """Write what `review()` asks of the lesson into `folder`, if its topic asks anything."""
    if topic(lesson.topic).has("review.py"):
        (folder / QUESTIONS).write_text(review(lesson), encoding="utf-8")


def execute(notebook: NotebookNode, folder: Path, beside: Iterable[Path] = ()) -> None:
    """Run every cell in a copy of `folder`, with the library of this repository. beside: notebooks of other lessons that it reads."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = shutil.copytree(folder, Path(scratch, folder.name))  # a folder of its own: progress looks at its neighbours
        for path in beside:
            Path(scratch, path.parent.name).mkdir()
            shutil.copyfile(path, Path(scratch, path.parent.name, path.name))
        paths = os.pathsep.join(filter(None, [str(COURSE), os.environ.get("PYTHONPATH")]))
        client = NotebookClient(notebook, timeout=CELL_SECONDS, kernel_name="python3", resources={"metadata": {"path": str(copy)}})
        client.execute(env={**os.environ, "PYTHONPATH": paths})
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of day
    notebook.metadata["language_info"] = {"name": "python"}  # not the version that happened to run it


def release(lesson: Lesson, folder: Path) -> NotebookNode:
    """What nbgrader releases of the solved notebook in `folder`."""
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config

    scripts = sysconfig.get_path("scripts")  # nbgrader calls alembic by its bare name
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(folder, Path(scratch, "source", lesson.name))
        config = Config()
        config.CourseDirectory.root = scratch
        result = NbGraderAPI(config=config).generate_assignment(lesson.name)
        if not result["success"]:
            raise RuntimeError(f"nbgrader could not release {lesson.name}:\n{result.get('log') or result.get('error')}")
        return nbformat.read(Path(scratch, "release", lesson.name, f"{lesson.name}.ipynb"), as_version=4)


def copy_photographs() -> None:
    """datasets/photos -> the library, with the card that names authors and licences."""
    PHOTOS.mkdir(exist_ok=True)
    for path in [*sorted((ROOT / "datasets/photos").glob("*.jpg")), ROOT / "datasets/photos/CARD.md"]:
        shutil.copyfile(path, PHOTOS / path.name)


def table() -> str:
    """The table of lessons in README.md."""
    rows = ["| lesson | what it adds | what you write | time |", "|---|---|---|---|"]
    for lesson in lessons():
        names = list(recorded.parts(COURSE / lesson.name / recorded.FOLDER))
        rows.append(f"| [{lesson.name.partition('_')[0]} {lesson.title}](course/{lesson.name}/{lesson.name}.ipynb) | {lesson.adds} | "
                    f"{', '.join(f'`{name}`' for name in names)} | {duration(lesson.minutes)} |")
    return "\n".join(rows)


def with_parts(page: Path) -> str:
    """A page of PAGES with the table of lessons, what it says about Colab, or the repository's address, as they are now."""
    name = repository()
    address = f"https://github.com/{name}" if name else ""
    written = {"lessons": table(), "colab": first_cell.elsewhere(name), "citation": f'repository-code: "{address}"' if name else "",
               "urls": f'[project.urls]\nRepository = "{address}"' if name else ""}
    return re.sub(r"(?s)((?:<!--|#) (\w+), written by the build(?: -->)?\n).*?(\n(?:<!--|#) /\2\b)",
                  lambda part: part[1] + written[part[2]] + part[3], page.read_text(encoding="utf-8"))


def copy_list() -> None:
    """solutions/course.toml -> the library, which draws the map of the course."""
    shutil.copyfile(LIST, COURSE / "attention_lab/course.toml")


def shipped(lesson: Lesson) -> list[Path]:
    """The topic's files that come with the lesson: trained weights, a recorded run on real pictures."""
    return [path for name in SHIPPED if (path := topic(lesson.topic).folder / name).exists()]


def build(lesson: Lesson) -> None:
    """Build one lesson in place."""
    notebook = read_source(lesson)
    with tempfile.TemporaryDirectory() as scratch:  # what is there stays until everything worked
        made = Path(scratch, lesson.name)
        draw(lesson.topic, made / "figures")
        recorded.save(record_checks(lesson, notebook), made / recorded.FOLDER)
        write_review(lesson, made)
        for path in shipped(lesson):
            shutil.copyfile(path, made / path.name)
        execute(notebook, made, inputs.beside(lesson.name, notebook))
        nbformat.write(notebook, made / f"{lesson.name}.ipynb")
        released = release(lesson, made)
        for folder in (NOTEBOOKS, COURSE):
            shutil.rmtree(folder / lesson.name, ignore_errors=True)
            shutil.copytree(made, folder / lesson.name)
    nbformat.write(released, COURSE / lesson.name / f"{lesson.name}.ipynb")
    if not lesson.folder:  # a lesson of one's own has no part in the repository's tests
        inputs.write_down(lesson.name)


def build_checks(lesson: Lesson) -> None:
    """Record a lesson's checks anew, and leave its notebooks as they are."""
    made = record_checks(lesson, read_source(lesson))
    for folder in (NOTEBOOKS, COURSE):
        recorded.save(made, folder / lesson.name / recorded.FOLDER)
        write_review(lesson, folder / lesson.name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ours = [lesson.name for lesson in lessons()]
    known = {lesson.name: lesson for lesson in [*lessons(), *own_lessons()]}
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=f"one of {', '.join(known)}; without any: all of the course")
    parser.add_argument("--checks", action="store_true", help="only the recorded checks: no notebook is run")
    parser.add_argument("--shared", action="store_true", help="only what the lessons share, and the parts of other pages about them")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.lessons if name not in known]
    if unknown:
        parser.error(f"no lesson {', '.join(unknown)} in solutions/course.toml or work/lessons.toml; there are {', '.join(known)}")
    copy_photographs()
    copy_list()
    for name in [] if arguments.shared else arguments.lessons or ours:
        print(f"building {name}", flush=True)
        (build_checks if arguments.checks else build)(known[name])
    for page in PAGES:
        page.write_text(with_parts(page), encoding="utf-8")

