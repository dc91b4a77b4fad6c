"""A grade cell that an instructor added to a lesson, and that no grader knows: it is not handed out, and where it has
been, it waits for a mark by hand and costs nobody the others."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from .course import OURS, Course
from .pupils import FULL, LESSON, PUPILS, file_of


def marks(grade_id, **given):
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, "locked": False, "task": False, **given}}


@pytest.fixture
def course(tmp_path):
    made = Course(tmp_path / "course")
    source = made.folder / "source" / LESSON / f"{LESSON}.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells += [
        new_code_cell("### BEGIN SOLUTION\nmine = 1\n### END SOLUTION", id="mine",
                      metadata=marks("mine", grade=False, solution=True)),
        new_code_cell("assert mine == 1", id="check",
                      metadata=marks("mine-check", grade=True, solution=False, points=3))]
    nbformat.write(notebook, source)
    return made


def test_it_is_not_handed_out_and_costs_nobody_the_other_marks(course):
    refused = course.nbgrader("generate_assignment", LESSON)
    said = [line for line in refused.stderr.splitlines() if "mine-check" in line]
    assert refused.returncode == 1 and "Traceback" not in refused.stderr and not (course.folder / "release").exists()
    assert len(said) == 1 and "SEBlock" in said[0] and "docs/own-lesson.md" in said[0]

    config = course.folder / "nbgrader_config.py"  # as another course hands it out: with nbgrader alone
    ours = config.read_text()
    config.write_text(ours.replace(OURS, ""))
    course.activated = True
    assert course.nbgrader("generate_assignment", LESSON).returncode == 0
    config.write_text(ours)
    folder = course.folder / "submitted/ada" / LESSON
    folder.mkdir(parents=True)
    handed_in, release = json.loads(file_of(PUPILS[0])), course.folder / "release" / LESSON / f"{LESSON}.ipynb"
    handed_in["cells"] += json.loads(release.read_bytes())["cells"][-2:]
    (folder / f"{LESSON}.ipynb").write_text(json.dumps(handed_in))
    graded = course.nbgrader("autograde", LESSON)
    assert graded.returncode == 0 and "mine-check: Not marked yet: the graders know no such exercise" in graded.stderr
    with course.gradebook() as gradebook:
        found = {grade.name: grade for grade in gradebook.find_submission_notebook(LESSON, LESSON, "ada").grades}
        own = found.pop("mine-check")
        assert sum(grade.auto_score for grade in found.values()) == sum(FULL)
        assert not any(grade.needs_manual_grade for grade in found.values())
        assert own.auto_score is None and own.needs_manual_grade
    assert "waits for a mark by hand" in course.autograded("ada").read_text()
    assert "Skipping existing assignment" in course.nbgrader("autograde", LESSON).stderr  # nothing is half done
