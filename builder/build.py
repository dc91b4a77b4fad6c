"""Builds lessons from their one source: drawings, recorded checks, the solved notebook, the released one.

    python -m builder              every lesson
    python -m builder 01_se        one; this is also how a lesson of one's own is built (docs/own-lesson.md)
    python -m builder --again ...  record the checks and run the cells even if they seem up to date. Where the checks
                                   stay the same, their new digest is kept, so that a fresh clone's tests are faster
    python -m builder --measure 01_se                run the experiments too, and keep what they measured
    python -m builder --measure 01_se --real         the same for its runs on real pictures (solutions/shared/real.py,
                                                     for the capstone solutions/capstone/recorded_networks.py)
    python -m builder --measure 01_se --keep         measure nothing, and keep what was measured, if a change cannot
                                                     matter

    solutions/<topic>/page.py (jupytext, py:percent)
        -> solutions/notebooks/<lesson>/<lesson>.ipynb: solved, with outputs
        -> course/<lesson>/: the same notebook, released by nbgrader (no solutions, no outputs); and what it links to:
           figures/, and lab_book.md and example_study.html if the topic has them
        -> course/attention_lab/lessons/<topic>/: into the lesson's kit what the library reads: checks/, review.json,
           and weights.safetensors, real.json, longer.json and recorded_networks.json, if the topic has them. A lesson
           of one's own has all this beside its released notebook

        -> solutions/<topic>/kinds.json: of which kind each known mistake is, for the site's atlas (atlas/survey.py)

Each part is made when its own inputs change. The page's text is merged with the outputs that exist (notebooks.py).
Checks are recorded again if something on which they depend has changed, and are written only if they have changed
themselves (record.py). Cells are run again, without the experiments, if the code of one of them has changed, or if a
check was written (run.py). A build never runs experiments (measure.py).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import nbformat

from autograder.lessons.course import (
    COURSE,
    Lesson,
    files_of,
    lessons,
    own_lessons,
    released_folder,
    repository,
    solved_folder,
)
from autograder.lessons.topics import topic

sys.path[:0] = [str(COURSE)]  # the library as it is here, whatever is installed

from attention_lab.checking.known import recorded  # noqa: E402
from attention_lab.lesson_files import FIGURES  # noqa: E402
from attention_lab.notebook import real_run as real  # noqa: E402
from attention_lab.notebook.check import verdict_on  # noqa: E402
from attention_lab.notebook.review import QUESTIONS  # noqa: E402
from attention_lab.pictures import longer_runs  # noqa: E402
from attention_lab.storage import only, write  # noqa: E402
from autograder.recording import run_source  # noqa: E402
from builder import first_cell, form, lab_book, lesson_lists, measure, notebooks, record  # noqa: E402
from builder.atlas import survey  # noqa: E402
from builder.draw import draw  # noqa: E402
from builder.run import beside, run  # noqa: E402

# what a lesson ships, if its topic has it
EXAMPLE = "example_study.html"
FEW = 10  # mistakes that are new or have changed
SHIPPED = "weights.safetensors", real.FILE, longer_runs.FILE, "recorded_networks.json", EXAMPLE


def files(lesson: Lesson) -> dict[Path, bytes]:
    """Returns a lesson's files besides its notebook and its checks, by their places: what its page links to, and what
    the library reads."""
    own, page, read = topic(lesson.topic), released_folder(lesson.name), files_of(lesson.name)
    contents = {page / FIGURES / name: drawn for name, drawn in draw(lesson.topic).items()}
    if own.has("review.py"):
        questions = json.dumps([asdict(item) for item in own.review], indent=1, ensure_ascii=False)
        contents[read / QUESTIONS] = f"{questions}\n".encode()
    if own.has(lab_book.FILE):
        contents[page / lab_book.FILE] = lab_book.write(own).encode()
    return contents | {(page if name == EXAMPLE else read) / name: (own.folder / name).read_bytes()
                       for name in SHIPPED if own.has(name)}


def build(lesson: Lesson, again: bool = False, experiments: bool = False) -> None:
    """Builds one lesson in place.

    again: True records the checks and runs the cells even if they seem up to date.
    experiments: True runs the experiments too.
    """
    notebook = notebooks.read_source(lesson)
    done, given = (folder / f"{lesson.name}.ipynb" for folder in (solved_folder(lesson.name),
                                                                  released_folder(lesson.name)))
    places = files(lesson)
    for path in (done, given, *places):
        path.parent.mkdir(parents=True, exist_ok=True)
    for path, content in places.items():
        write(path, content)
    only({path.name for path in places}, given.parent / FIGURES, "*")  # a drawing that is gone leaves no file behind
    before = record.last_digests(lesson).get("mistakes", {})
    written = record.build(lesson, notebook, again)
    now = record.last_digests(lesson)["mistakes"]
    _print_reports(lesson, [id for id in now if now[id] != before.get(id)])
    page = notebooks.with_links(first_cell.with_first_cell(notebook, lesson, repository()), lesson)
    kept = done.exists() and notebooks.keep_outputs(page, nbformat.read(done, as_version=4))
    if again or experiments or written or not kept:
        run(page, given.parent, beside(lesson.name, notebook), experiments)
    write(done, nbformat.writes(page) + "\n")
    handed_out = notebooks.release(page, lesson.name)
    write(given, nbformat.writes(handed_out) + "\n")
    for line in form.complaints(handed_out):
        print(f"  {line}")
    if not lesson.folder:
        survey.update(lesson, again)
    if experiments:
        measure.write_down(lesson, notebook, measure.EXPERIMENTS)


def _print_reports(lesson: Lesson, new: list[str]) -> None:
    """Prints what the check tells somebody who makes one of these mistakes; nothing if there are many."""
    of = topic(lesson.topic)
    for mistake in of.mistakes if len(new) <= FEW else ():
        if mistake.id in new:
            thing = run_source(mistake.source, of.reference, mistake.id)[mistake.exercise]
            verdict = verdict_on(thing, files_of(lesson.name) / recorded.FOLDER)
            print(f"  {mistake.id} is named" if verdict.mistake == mistake.id else
                  f"  {mistake.id} is not named. The check says: {verdict.headline}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = {lesson.name: lesson for lesson in [*lessons(), *own_lessons()]}
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=f"one of {', '.join(known)}; without any: all of "
                                                                     "the course")
    parser.add_argument("--again", action="store_true", help="record the checks and run the cells even if they "
                                                             "seem up to date")
    parser.add_argument("--measure", action="store_true", help="run the experiments of these lessons, and keep what "
                                                               "they measured")
    parser.add_argument("--real", action="store_true", help="with --measure: the runs on real pictures instead")
    parser.add_argument("--keep", action="store_true", help="with --measure: measure nothing, and keep what was "
                                                            "measured, if a change cannot matter")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.lessons if name not in known]
    if unknown:
        parser.error(f"no lesson {', '.join(unknown)} in solutions/course.toml or work/lessons.toml; there are "
                     f"{', '.join(known)}")
    if arguments.measure and not arguments.lessons or (arguments.keep or arguments.real) and not arguments.measure:
        parser.error("--measure needs a lesson; --real and --keep go with it")
    for name in arguments.lessons or [lesson.name for lesson in lessons()]:
        print(f"building {name}", flush=True)
        if arguments.keep:
            measure.keep(known[name], notebooks.read_source(known[name]))
        elif arguments.real:
            measure.real(known[name])
        build(known[name], arguments.again, arguments.measure and not arguments.keep and not arguments.real)
        if said := not known[name].folder and measure.complaint(known[name], notebooks.read_source(known[name])):
            print(said, flush=True)
    if not arguments.lessons or any(not known[name].folder for name in arguments.lessons):
        lesson_lists.build()
