"""Built files come from their sources: whatever is edited by hand, or forgotten after an edit, is found here."""

import re

import nbformat
import pytest

from attention_lab.checking.known import recorded
from autograder.lessons import course
from autograder.lessons.course import NOTEBOOKS, files_of
from builder import build, cells, first_cell, form, lesson_lists, notebooks
from tests.course import sources

pytestmark = pytest.mark.quick

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)


def solved(lesson):
    return nbformat.read(NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)


def released(lesson):
    return nbformat.read(build.COURSE / lesson.name / f"{lesson.name}.ipynb", as_version=4)


def page(lesson):
    return notebooks.with_links(first_cell.with_first_cell(sources.page(lesson), lesson, course.repository()), lesson)


def without_outputs(notebook):
    cells = [{"id": c.id, "type": c.cell_type, "source": c.source, "metadata": c.metadata} for c in notebook.cells]
    return {"cells": cells, "metadata": notebook.metadata}


@LESSONS
def test_solved_notebook_is_its_source(lesson):
    assert without_outputs(solved(lesson)) == without_outputs(page(lesson)), "run `make build`"


@LESSONS
def test_solved_notebook_was_run_from_top_to_bottom_without_an_error(lesson):
    code = [cell for cell in solved(lesson).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]


@LESSONS
def test_every_exercise_earns_full_points_in_the_solved_notebook(lesson):
    for cell in solved(lesson).cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and cell.cell_type == "code":
            shown, = cell.outputs  # the report, and nothing below it
            assert float(shown.data["text/plain"]) == meta["points"] and "✓" in shown.data["text/html"], meta[
                "grade_id"
            ]


@LESSONS
def test_what_depends_on_other_lessons_or_on_a_learner_is_not_stored(lesson):
    personal = [cell for cell in solved(lesson).cells if cells.personal(cell)]
    assert "progress()" in {cell.source for cell in personal} and not [
        cell for cell in personal if cell.outputs
    ]


@LESSONS
def test_released_notebook_is_nbgraders_release_of_the_solved_one(lesson):
    assert without_outputs(released(lesson)) == without_outputs(notebooks.release(solved(lesson),
                                                                          lesson.name)), "run `make build`"


def test_the_list_of_lessons_beside_the_library_and_in_the_readme_is_that_of_the_course():
    copied = build.COURSE / "attention_lab/course.toml"
    assert copied.read_bytes() == lesson_lists.LIST.read_bytes(), "run `make build`"
    for page in lesson_lists.PAGES:
        assert page.read_text(encoding="utf-8") == lesson_lists.with_parts(page), "run `make build`"


@LESSONS
def test_a_lesson_has_what_its_topic_makes_and_nothing_else_and_nothing_twice(lesson):
    """What a page links to is beside it, and what the library reads is in the library."""
    made, name = build.files(lesson), f"{lesson.name}.ipynb"
    for path, content in made.items():
        assert len(content) <= 500_000 and path.read_bytes() == content, "run `make build`"
    folders = NOTEBOOKS / lesson.name, build.COURSE / lesson.name, files_of(lesson.name)
    there = {path for folder in folders for path in folder.rglob("*") if path.is_file() and path.name[0] != "."}
    besides = {folder / name for folder in folders[:2]} | {*(folders[2] / recorded.FOLDER).iterdir()}
    code = "".join(path.read_text(encoding="utf-8") for path in folders[2].rglob("*.py"))
    left = {path for path in there - {*made} - besides
            if path.parts[-2] != ".ipynb_checkpoints" and path.parent != folders[0] / build.FIGURES
            and not (folders[2] in path.parents and (path.suffix in (".py", ".pyc") or path.name in code))}
    assert not left


@LESSONS
def test_what_a_solved_notebook_links_to_is_there(lesson):
    """As it is read in the repository, where nothing lies beside it."""
    folder = NOTEBOOKS / lesson.name
    words = "\n".join(cell.source for cell in solved(lesson).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", words) if "://" not in link]
    assert links and not [link for link in links if not (folder / link).exists()]


@LESSONS
def test_cells_are_readable(lesson):
    assert not form.complaints(released(lesson))
    for cell in released(lesson).cells:
        for path in re.findall(r"!\[.*?\]\((.*?)\)", cell.source):
            assert (build.COURSE / lesson.name / path).exists(), path
