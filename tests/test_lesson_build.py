"""Built files come from their sources: whatever is edited by hand, or forgotten after an edit, is found here."""

import re
import shutil
from dataclasses import replace

import nbformat
import pytest
import torch
from conftest import ROOT

from attention_lab.checking import compare, fingerprint, recorded
from attention_lab.checking.observe import observe
from attention_lab.course_map import CourseMap
from attention_lab.threads import one_thread
from autograder.judge import recording
from builder import build, inputs
from builder.draw import draw
from tests.test_pages import without_link

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
            shown, = cell.outputs  # the report, and nothing below it
            assert float(shown.data["text/plain"]) == meta["points"] and "✓" in shown.data["text/html"], meta["grade_id"]


@LESSONS
def test_the_map_in_a_solved_notebook_is_what_the_code_draws_now(lesson, tmp_path):
    """nbval ignores the output of this cell, because a learner's own map shows what they have solved."""
    alone = tmp_path / lesson.name  # as the build runs it: without neighbours, before the first check
    alone.mkdir()
    shutil.copytree(build.NOTEBOOKS / lesson.name / recorded.FOLDER, alone / recorded.FOLDER)
    for path in inputs.beside(lesson.name, solved(lesson)):  # a notebook that is there becomes a link
        (tmp_path / path.parent.name).mkdir()
        shutil.copyfile(path, tmp_path / path.parent.name / path.name)
    now = CourseMap(alone)
    maps = [cell for cell in solved(lesson).cells if cell.cell_type == "code" and cell.source.strip() == "course_map()"]
    assert len(maps) == 1
    for mime, drawn in (("text/plain", repr(now)), ("text/html", now._repr_html_())):
        assert maps[0].outputs[0].data[mime] == drawn, f"course.toml or the map has changed: run `make build LESSON={lesson.name}`"


@LESSONS
def test_released_notebook_is_nbgraders_release_of_the_solved_one(lesson):
    released = nbformat.read(build.COURSE / lesson.name / f"{lesson.name}.ipynb", as_version=4)
    assert without_outputs(released) == without_outputs(build.release(lesson, build.NOTEBOOKS / lesson.name)), "run `make build`"


@LESSONS
def test_figures_are_what_their_scripts_draw(lesson, tmp_path):
    drawn = {path.name: path.read_bytes() for path in draw(lesson.topic, tmp_path)}
    for folder in (build.NOTEBOOKS / lesson.name, build.COURSE / lesson.name):
        assert {path.name: path.read_bytes() for path in (folder / "figures").iterdir()} == drawn, "run `make build`"


def asked_anew(lesson, exercise):
    """The recorded exercise with what the reference and the mistakes say now to the recorded questions."""
    files = build.topic(lesson.topic)
    reference, catalogue = files.reference, files.mistakes
    thing, namespace = getattr(reference, exercise.name), vars(reference)
    with one_thread():
        cases = [replace(case, expected_tensors=observe(thing, case.question, case.tensors, namespace)[1]) for case in exercise.cases]
        made = replace(exercise, cases=cases, mistakes=[])
        recording.record_mistakes(made, reference, catalogue.MISTAKES)
    return made


def drawn_alike(mine, recorded):
    """Are these the same random numbers, on whatever processor they were drawn?

    torch.randn rounds an angle below 2 pi to float32 and multiplies its cosine by up to 5.8; without vector instructions that gives
    other last digits, 36 eps of the scale apart. A weight is then rounded to a multiple of 1 / DRAWN, and one in hundreds, half-way
    between two, goes up here and down there.
    """
    apart = (mine.double() - recorded.double()).abs()
    other = apart > 36 * torch.finfo(torch.float32).eps * compare.largest(recorded)
    half_way = (apart == 1 / compare.DRAWN) & (recorded * compare.DRAWN == (recorded * compare.DRAWN).round())
    return mine.shape == recorded.shape and bool((~other | half_way).all()) and other.sum() <= 1 + recorded.numel() / 200


@pytest.mark.by_turns
@LESSONS
def test_recorded_checks_are_what_the_reference_gives_now(lesson):
    now = build.record_checks(lesson, build.read_source(lesson))
    built, released = ({path.name: path.read_bytes() for path in (folder / lesson.name / recorded.FOLDER).iterdir()}
                       for folder in (build.NOTEBOOKS, build.COURSE))
    assert built == released
    assert sum(map(len, built.values())) <= 400_000
    folder = build.COURSE / lesson.name / recorded.FOLDER
    assert list(recorded.parts(folder).values()) == [recorded.Part(now.name, now.title, number, exercise.name, exercise.points)
                                                     for number, exercise in enumerate(now.exercises)]
    for a, b in zip(recorded.load_all(folder), now.exercises, strict=True):
        assert (a.name, a.points, a.uses) == (b.name, b.points, b.uses)
        assert [(m.id, m.sentence, m.grain) for m in a.mistakes] == [(m.id, m.sentence, m.grain) for m in b.mistakes]
        for c, d in zip(a.cases, b.cases, strict=True):
            assert (c.label, c.check, c.question, c.mentions, c.limit, c.peak) == (
                d.label, d.check, d.question, d.mentions, d.limit, d.peak)
            assert c.tensors.keys() == d.tensors.keys()
            assert c.expected_tensors.keys() == d.expected_tensors.keys()
            for name, tensor in c.tensors.items():
                assert drawn_alike(d.tensors[name].to(tensor.dtype), tensor), f"{c.label}: {name}; run `make build`"
        if not all(t.equal(d.tensors[name].to(t.dtype)) for c, d in zip(a.cases, b.cases) for name, t in c.tensors.items()):
            b = asked_anew(lesson, a)
        for c, d in zip(a.cases, b.cases, strict=True):
            for name, tensor in c.expected_tensors.items():
                within = compare.tolerance(c.largest[name], a.scale.get(compare.kind_of(name), 0.0), c.question.dtype)
                assert compare.close(d.expected_tensors[name].to(tensor.dtype), tensor, within), f"{c.label}: {name}; run `make build`"
        zero = [fingerprint.row_scales(case.expected_tensors, a.scale) for case in a.cases]
        for m, n in zip(a.mistakes, b.mistakes, strict=True):
            for c, p, q, sizes in zip(a.cases, m.fingerprints, n.fingerprints, zero, strict=True):
                dtype = m.grain or c.grain
                assert fingerprint.same(p, q, sizes[:len(p[1])], dtype), f"{m.id}: {c.label}; run `make build`"


def test_photographs_beside_the_library_are_those_of_the_data_set():
    for path in sorted((ROOT / "datasets/photos").glob("*.jpg")) + [ROOT / "datasets/photos/CARD.md"]:
        assert (build.PHOTOS / path.name).read_bytes() == path.read_bytes(), "run `python -m builder --shared`"


def test_the_list_of_lessons_beside_the_library_and_in_the_readme_is_that_of_the_course():
    assert (build.COURSE / "attention_lab/course.toml").read_bytes() == build.LIST.read_bytes(), "run `python -m builder --shared`"
    for page in build.PAGES:
        assert page.read_text(encoding="utf-8") == build.with_parts(page), "run `python -m builder --shared`"


@LESSONS
def test_no_folder_holds_anything_but_the_lesson(lesson):
    for folder in (build.NOTEBOOKS / lesson.name, build.COURSE / lesson.name):
        shipped = {path.name for path in build.shipped(lesson)}
        known = {f"{lesson.name}.ipynb", "figures", recorded.FOLDER, build.QUESTIONS} | shipped
        assert {path.name for path in folder.iterdir()} - {".ipynb_checkpoints"} == known


@LESSONS
def test_what_a_lesson_ships_is_that_of_its_topic_and_small(lesson):
    for path in build.shipped(lesson):
        content = path.read_bytes()
        assert len(content) <= 500_000
        for folder in (build.NOTEBOOKS, build.COURSE):
            assert (folder / lesson.name / path.name).read_bytes() == content, "run `make build`"


@LESSONS
def test_cells_are_readable(lesson):
    """Prose of at most a screen, code that fits the page, figures that exist and have alt text, folded hints that close."""
    for cell in solved(lesson).cells:
        if cell.cell_type == "code":
            assert max(map(len, cell.source.split("\n"))) <= 96, cell.source
            continue
        unfolded = re.sub(r"<details>.*?</details>", "", without_link(cell.source), flags=re.DOTALL)
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
