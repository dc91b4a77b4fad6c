"""From the zip that a learning platform exports to the same points."""

import zipfile

import pytest

from .course import Course
from .pupils import LESSON, PUPILS, file_of

BY_ID = {pupil.student: pupil for pupil in PUPILS}
ROSTER = "ID number,Full name\na1,Ada Byron\nd1,Dora O'Neill-Ünal\ns1,Sue\na2,Anna Ü\ntom,\nleo.b,\nfay,Fay\n"
PLATFORMS = {  # platform -> student's id -> (who it is, the file's name in the zip)
    "moodle": {"a1": ("ada", "Ada Byron_40213_assignsubmission_file_/01_se.ipynb"),
               "d1": ("dora", "Dora ONeill-Ünal_40214_assignsubmission_file_/01_se.ipynb"),
               "s1": ("sue", "Sue_40216_assignsubmission_file/01_se.ipynb"),
               "a2": ("ada", "Anna Ü_12345_assignsubmission_file_/01_se (1).ipynb")},  # downloaded twice
    "blackboard": {"tom": ("tom", "Lesson 1_tom_attempt_2026-11-22-11-00-00_01_se.ipynb"),
                   "leo.b": ("leo", "Lesson 1_leo.b_attempt_2026-11-20-10-00-00_01_se.ipynb")},
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("zip") / "course")
    course.release()
    (course.folder / "work/roster.csv").write_text(ROSTER, encoding="utf-8")
    archive = course.folder / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    for platform, students in PLATFORMS.items():
        with zipfile.ZipFile(archive / "class.zip", "w") as file:
            for pupil, path in students.values():
                file.writestr(path, file_of(BY_ID[pupil]))
        command = course.nbgrader("zip_collect", LESSON, f"--Download.platform={platform}", "--force")
        assert command.returncode == 0, command.stderr[-3000:]
    command = course.nbgrader("autograde", LESSON)
    assert command.returncode == 0, command.stderr[-3000:]
    return course


def test_files_from_every_platform_earn_the_same_points(collected):
    expected = {student: BY_ID[pupil].points for students in PLATFORMS.values()
                for student, (pupil, _) in students.items()}
    assert collected.grades() == expected


def test_the_gradebook_has_everybody_with_the_names_of_the_roster(collected):
    with collected.gradebook() as gradebook:
        names = {student.id: student.first_name for student in gradebook.students}
    assert names == {"a1": "Ada Byron", "d1": "Dora O'Neill-Ünal", "s1": "Sue", "a2": "Anna Ü", "fay": "Fay",
                     "tom": None, "leo.b": None}


def test_a_late_file_is_known_by_its_name(collected):
    with collected.gradebook() as gradebook:
        penalties = {s.student.id: s.late_submission_penalty for s in gradebook.assignment_submissions(LESSON)}
    assert {student: penalty for student, penalty in penalties.items() if penalty} == {"tom": 2}
