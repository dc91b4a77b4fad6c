"""`autograder export`: what the gradebook holds, in the columns that Canvas's and Moodle's importers look for."""

import csv
import io
import os
import sysconfig
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom import points_out
from autograder.submission import notebook

SE = notebook.lesson("01_se")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """ada has 2 + 2.75 (a mark by hand) + 4 + 0 points, late by 1.5; 40213 has none; =eve is not graded yet, fay is absent."""
    monkeypatch.setenv("PATH", os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]))  # nbgrader calls alembic
    coursedir = CourseDirectory()
    coursedir.root, coursedir.db_url = str(tmp_path), f"sqlite:///{tmp_path}/gradebook.db"
    monkeypatch.setattr(points_out, "course_app", lambda lesson: SimpleNamespace(coursedir=coursedir))
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        gradebook.add_assignment("01_se")
        gradebook.add_notebook("01_se", "01_se")
        for slot in SE.exercises:
            gradebook.add_grade_cell(slot.check_id, "01_se", "01_se", max_score=slot.points, cell_type="code")
        gradebook.add_student("ada", first_name="Ada", last_name="Byron, Lady", email="ada@example.org")
        for student in ("40213", "=eve", "fay"):
            gradebook.add_student(student)
        for student, scores in {"ada": (2, 0, 4, 0), "40213": (0, 0, 0, 0)}.items():
            submission = gradebook.add_submission("01_se", student)
            for slot, score in zip(SE.exercises, scores):
                gradebook.find_grade(slot.check_id, "01_se", "01_se", student).auto_score = score
            for each in submission.notebooks:
                each.late_submission_penalty = 1.5 if student == "ada" else None
        gradebook.find_grade("excitation-check", "01_se", "01_se", "ada").manual_score = 2.75
        gradebook.db.commit()
    (tmp_path / "submitted/=eve/01_se").mkdir(parents=True)
    return tmp_path


def exported(course, platform):
    console = Console(file=io.StringIO(), width=80)
    assert points_out.export("01_se", platform, console) == 0
    path = course / f"work/export/01_se-{platform}.csv"
    assert path.stat().st_mode & 0o077 == 0
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file)), console.file.getvalue()


def test_canvas_reads_the_file_as_one_of_its_own(course):
    (header, possible, number, ada), _ = exported(course, "canvas")
    # What Canvas's lib/gradebook_importer.rb asks of a header and of the row of possible points.
    assert "Student" in header[0] and "ID" in header[1] and header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == ["01_se", "01_se: squeeze", "01_se: Excitation", "01_se: SEBlock", "01_se: se_parameter_cost"]
    assert "Points Possible" in possible[0] and possible[5:] == ["10.0", "2.0", "3.0", "4.0", "1.0"]
    assert ada == ["Byron, Lady, Ada", "", "ada", "ada", "", "7.25", "2.0", "2.75", "4.0", "0.0"]
    assert number[:5] == ["", "40213", "40213", "40213", ""]  # Canvas's own number, from its file names


def test_moodle_finds_its_columns(course):
    (header, number, ada), _ = exported(course, "moodle")
    row = dict(zip(header, ada))
    # What Moodle's assignfeedback_offline asks for; a grade that is older than Moodle's own is passed over.
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(header) and row["Grade"] == "7.25"
    assert dict(zip(header, number))["Identifier"] == "Participant 40213"
    modified = datetime.strptime(row["Last modified (grade)"], "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)
    assert abs((datetime.now(UTC) - modified).total_seconds()) < 120
    assert (row["Student ID"], row["Full name"], row["Email address"]) == ("ada", "Ada Byron, Lady", "ada@example.org")
    assert (row["01_se: Excitation"], row["Late penalty"]) == ("2.75", "1.5")


def test_who_is_not_in_the_file_is_told_with_the_reason(course):
    rows, said = exported(course, "canvas")
    assert "2 students" in said and len(rows) == 4
    assert "because they handed in nothing: fay" in said and "because they are not graded yet: =eve" in said


@pytest.mark.parametrize("lesson, said", [("02_eca", "is not in the gradebook"), ("01_es", "did you mean 01_se?")])
def test_wrong_use(course, lesson, said):
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        points_out.export(lesson, "canvas", Console(file=io.StringIO()))
