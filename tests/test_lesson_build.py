"""Built files come from their sources: whatever is edited by hand, or forgotten after an edit, is found here."""

import re

import nbformat
import pytest
import torch
from conftest import ROOT

from attention_lab import recorded
from solutions import build
from solutions.figures.draw import draw

LESSONS = pytest.mark.parametrize("lesson", build.lessons(), ids=lambda lesson: lesson.name)


def solved(lesson):
    return nbformat.read(build.NOTEBOOKS / lesson.name / f"{lesson.name}.ipynb", as_version=4)


def without_outputs(notebook):
    cells = [{"id": c.id, "type": c.cell_type, "source": c.source, "metadata": c.metadata} for c in notebook.cells]
    return {"cells": cells, "metadata": notebook.metadata}


@LESSONS
def test_solved_notebook_is_its_source(lesson):
    assert without_outputs(solved(lesson)) == without_outputs(build.read_source(lesson)), "run `make build`"


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
            assert float(cell.outputs[-1].data["text/plain"]) == meta["points"], meta["grade_id"]


@LESSONS
def test_released_notebook_is_nbgraders_release_of_the_solved_one(lesson):
    released = nbformat.read(build.COURSE / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    assert without_outputs(released) == without_outputs(build.release(lesson, build.NOTEBOOKS / lesson.name)), "run `make build`"


@LESSONS
def test_figures_are_what_their_scripts_draw(lesson, tmp_path):
    drawn = {path.name: path.read_bytes() for path in draw(lesson.topic, tmp_path)}
    for folder in (build.NOTEBOOKS / lesson.name, build.COURSE / lesson.name):
        assert {path.name: path.read_bytes() for path in (folder / "figures").iterdir()} == drawn, "run `make build`"


@LESSONS
def test_recorded_checks_are_what_the_reference_gives_now(lesson):
    now = build.record_checks(lesson, build.read_source(lesson))
    path = build.NOTEBOOKS / lesson.name / recorded.FILE
    then = recorded.load(path)
    assert (build.COURSE / lesson.name / recorded.FILE).read_bytes() == path.read_bytes()
    assert path.stat().st_size <= 1_000_000
    assert (then.name, then.title) == (now.name, now.title)
    assert len(then.exercises) == len(now.exercises)
    for a, b in zip(then.exercises, now.exercises, strict=True):
        assert (a.name, a.points, a.uses) == (b.name, b.points, b.uses)
        assert [(m.id, m.sentence) for m in a.mistakes] == [(m.id, m.sentence) for m in b.mistakes]
        for c, d in zip(a.cases, b.cases, strict=True):
            assert (c.label, c.aspect, c.question, c.mentions, c.limit, c.peak) == (
                d.label, d.aspect, d.question, d.mentions, d.limit, d.peak)
            assert c.tensors.keys() == d.tensors.keys()
            assert c.expected_tensors.keys() == d.expected_tensors.keys()
            for name, tensor in {**c.tensors, **{f"expected {n}": t for n, t in c.expected_tensors.items()}}.items():
                other = {**d.tensors, **{f"expected {n}": t for n, t in d.expected_tensors.items()}}[name]
                torch.testing.assert_close(tensor, other.to(tensor.dtype), rtol=1e-6, atol=1e-9, msg=f"{c.label}: {name}; run `make build`")


def test_photographs_beside_the_library_are_those_of_the_data_set():
    for path in sorted((ROOT / "datasets/photos").glob("*.jpg")) + [ROOT / "datasets/photos/CARD.md"]:
        assert (build.PHOTOS / path.name).read_bytes() == path.read_bytes(), "run `python -m solutions.build --shared`"


def test_the_list_of_lessons_beside_the_library_and_in_the_readme_is_that_of_the_course():
    assert (build.COURSE / "attention_lab/course.toml").read_bytes() == build.LIST.read_bytes(), "run `python -m solutions.build --shared`"
    assert build.README.read_text(encoding="utf-8") == build.readme(), "run `python -m solutions.build --shared`"


@LESSONS
def test_no_folder_holds_anything_but_the_lesson(lesson):
    for folder in (build.NOTEBOOKS / lesson.name, build.COURSE / lesson.name):
        assert {path.name for path in folder.iterdir()} - {".ipynb_checkpoints"} == {f"{lesson.name}.ipynb", "figures", recorded.FILE}


@LESSONS
def test_cells_are_readable(lesson):
    """Prose of at most a screen, code that fits the page, figures that exist and have alt text, folded hints that close."""
    for cell in solved(lesson).cells:
        if cell.cell_type == "code":
            assert max(map(len, cell.source.split("\n"))) <= 96, cell.source
            continue
        unfolded = re.sub(r"<details>.*?</details>", "", cell.source, flags=re.DOTALL)
        assert len(unfolded.split()) <= 260, f"{len(unfolded.split())} words in one cell:\n{cell.source[:80]}"
        assert cell.source.count("<details>") == cell.source.count("</details>")
        for alt, path in re.findall(r"!\[(.*?)\]\((.*?)\)", cell.source):
            assert len(alt) > 20, f"{path} needs alt text"
            assert (build.NOTEBOOKS / lesson.name / path).exists(), path


@LESSONS
def test_every_exercise_has_hints_and_a_readable_length(lesson):
    """80 to 160 words before each stub, and two or three folded hints after its check."""
    cells = solved(lesson).cells
    for i, cell in enumerate(cells):
        if cell.metadata.get("nbgrader", {}).get("grade"):
            hints = cells[i + 1].source.count("<summary>Hint")
            assert 2 <= hints <= 3, cell.source
            prose = re.sub(r"!\[.*?\]\(.*?\)|```.*?```", "", cells[i - 2].source, flags=re.DOTALL)
            assert 70 <= len(prose.split()) <= 170, f"{len(prose.split())} words before {cell.source}"
