"""What has no mark yet has none anywhere: an exercise whose judging was cut off by a busy machine, and the answer to a
written question that nobody has read."""

import csv
import json
import subprocess
import sys

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell

from tests.classroom.pupils import LESSON, PUPILS

from .classes import environment, grade, moved

# As if every processor were taken by others: the clock runs out before anything is judged.
TOO_SHORT = """
from autograder.sandbox import budget, limits
limits.NOTEBOOK_CLOCK, budget.BUSY = 0.01, -1.0
"""
WRITTEN = {"nbgrader": {"grade": True, "solution": True, "locked": False, "task": False, "points": 5,
                        "schema_version": 3, "grade_id": "why", "cell_type": "markdown"}}
QUESTION, GAP, ANSWER = "**Why** a mean, and not a maximum?", "YOUR ANSWER HERE", "Because *every* position counts."


def handed_in(course, *students):
    course.collect([pupil for pupil in PUPILS if pupil.student in students])
    return course


def autograder(course, *arguments):
    return subprocess.run([sys.executable, "-m", "autograder", *arguments], cwd=course.folder, env=environment(course),
                          text=True, capture_output=True, stdin=subprocess.DEVNULL)


def told(course, student="ada"):
    """What the instructor and the learner read about a student: a line of status, a row of each export, the page."""
    status = autograder(course, "status", LESSON, "--json", "status.jsonl")
    made = autograder(course, "feedback", LESSON)
    exported = autograder(course, "export", LESSON, "--platform", "canvas")
    assert course.nbgrader("export", "--to", str(course.folder / "all.csv")).returncode == 0
    assert not status.returncode + made.returncode + exported.returncode, status.stderr + made.stderr + exported.stderr
    found = map(json.loads, (course.folder / "status.jsonl").read_text().splitlines())
    lines = {line["student"]: line for line in found}
    with open(course.folder / "all.csv", encoding="utf-8") as file:
        row = next(row for row in csv.DictReader(file) if row["student_id"] == student)
    with open(course.folder / f"work/export/{LESSON}-canvas.csv", encoding="utf-8") as file:
        canvas = next(row for row in csv.reader(file) if row[3] == student)
    page = BeautifulSoup(course.feedback(student).read_text(encoding="utf-8"), "html.parser")
    return status.stdout + exported.stdout, lines[student], row, canvas[5:], page.get_text(" ", strip=True)


def cells(course, student="ada"):
    """Of each cell with points: the automatic score, whether formgrader asks for a look, and the comment."""
    with course.gradebook() as gradebook:
        held = gradebook.find_submission_notebook(LESSON, LESSON, student)
        said = {comment.name: comment.comment for comment in held.comments}
        return {grade.name: (grade.auto_score, grade.needs_manual_grade, said.get(grade.name.removesuffix("-check")))
                for grade in held.grades}


def test_a_clock_that_is_far_too_short(released, tmp_path):
    course = handed_in(moved(released, tmp_path / "course"), "ada", "dora")
    config = course.folder / "nbgrader_config.py"
    usual = config.read_text()
    config.write_text(usual + TOO_SHORT)
    ran = course.nbgrader("autograde", LESSON)
    assert ran.returncode == 0 and "ada, SEBlock: Not marked yet: time ran out while the machine was busy" in ran.stderr
    assert all(score is None and look and "Not marked yet: time ran out" in said
               for score, look, said in cells(course).values())
    config.write_text(usual)
    said, line, row, canvas, page = told(course)
    assert "to be graded again: time ran out while the machine was busy" in said and "Blank" in said and "ada" in said
    assert not line["graded"] and line["unmarked"] == 11 and line["points"] == 0
    assert row["score"] == row["raw_score"] == "" and canvas == [""] * 6
    assert "0 of 11 points so far 11 points are not marked yet" in page and "time ran out while the machine" in page
    assert "What needs work" not in page and "Well done" not in page
    assert grade(course).returncode == 0
    assert course.grades() == {pupil.student: pupil.points for pupil in PUPILS if pupil.student in ("ada", "dora")}
    assert all(not look and not said for _, look, said in cells(course).values())


@pytest.fixture(scope="module")
def asked(released, tmp_path_factory):
    """A lesson with a written question of 5 points; ada has answered it, dora has not."""
    course = moved(released, tmp_path_factory.mktemp("asked") / "course")
    path = course.folder / "source" / LESSON / f"{LESSON}.ipynb"
    source = nbformat.read(path, as_version=4)
    source.cells += [new_markdown_cell(QUESTION), new_markdown_cell(GAP, metadata=WRITTEN)]
    nbformat.write(source, path)
    made = course.nbgrader("generate_assignment", LESSON, "--force")
    assert made.returncode == 0, made.stderr
    for student, answer in {"ada": ANSWER, "dora": GAP}.items():
        handed_in(course, student)
        theirs = course.folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        notebook = nbformat.read(theirs, as_version=4)
        notebook.cells += [new_markdown_cell(QUESTION), new_markdown_cell(answer, metadata=WRITTEN)]
        nbformat.write(notebook, theirs)
    return course, grade(course)


def test_a_written_question_waits_for_its_mark(asked):
    course, ran = asked
    assert ran.returncode == 0 and "ada  11 of 16, 5 not marked yet" in ran.stdout
    assert "Something is not marked yet, see formgrader: ada\n" in ran.stdout
    said, line, row, canvas, page = told(course)
    assert "11 of 16, 5 not marked yet" in said and "1 not marked completely" in said and line["unmarked"] == 5
    assert row["score"] == "" and canvas[0] == "" and canvas[1:] == ["2.0", "3.0", "4.0", "1.0", "1.0", ""]
    assert "Why a mean, and not a maximum?" in page and "Because every position counts." in page
    assert "Not marked yet 5 points" in page and "Well done" not in page
    *_, dora = told(course, "dora")
    assert "7.75 of 16 points" in dora and "0 of 5 points" in dora and "as it was handed out" in dora
    assert "Well done" not in dora


def test_a_mark_by_hand_and_a_comment_are_shown(asked, tmp_path):
    course = moved(asked[0], tmp_path / "course")
    with course.gradebook() as gradebook:
        mark = gradebook.find_grade("why", LESSON, LESSON, "ada")
        mark.manual_score, mark.needs_manual_grade = 3.5, False
        gradebook.find_comment("why", LESSON, LESSON, "ada").manual_comment = "Say *how*."
        gradebook.db.commit()
    said, line, row, canvas, page = told(course)
    assert line["unmarked"] == 0 and row["score"] == "14.5" and canvas[0] == "14.5"
    assert "3.5 of 5 points" in page and "Your instructor writes: Say how ." in page and "not marked" not in page
