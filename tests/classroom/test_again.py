"""What counts as graded: the notebook that lies there now, whatever it is called, with its points in the gradebook
that is in use."""

import json
import shutil

import pytest

from tests.classroom.pupils import FULL, LESSON, NOTHING, PUPILS

from . import classes
from .classes import counts, grade, moved

pytestmark = pytest.mark.nightly

SOME = [pupil for pupil in PUPILS if pupil.student in ("ada", "dora", "emil")]
POINTS = {pupil.student: pupil.points for pupil in SOME}


@pytest.fixture(scope="module")
def three(released, tmp_path_factory):
    course = moved(released, tmp_path_factory.mktemp("three") / "course")
    course.collect(SOME)
    for pupil in SOME:  # as docs say how to collect: without a timestamp
        (file_of(course, pupil.student).parent / "timestamp.txt").unlink()
    run = grade(course)
    assert run.returncode == 0, run.stdout + run.stderr
    return course


@pytest.fixture
def course(three, tmp_path):
    return moved(three, tmp_path / "course")


def file_of(course, student):
    return course.folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"


def test_another_notebook_in_its_place_is_graded_and_said_so(course):
    with course.gradebook() as gradebook:
        gradebook.find_grade("squeeze-check", LESSON, LESSON, "emil").manual_score = 0.5
        gradebook.db.commit()
    shutil.copy(file_of(course, "ada"), file_of(course, "emil"))
    resaved = json.loads(file_of(course, "dora").read_bytes())  # run again and saved: the same work
    for cell in resaved["cells"]:
        if cell["cell_type"] == "code":
            cell.update(execution_count=7, outputs=[{"output_type": "stream", "name": "stdout", "text": ["hello"]}])
    file_of(course, "dora").write_text(json.dumps(resaved))
    run = grade(course)
    assert run.returncode == 0 and counts(run) == (0, 1) and "2 graded before" in run.stdout, run.stdout + run.stderr
    assert (
        "emil  9.5 of 11, marked by hand  (graded again: it is not the notebook that was graded)" in run.stdout
    ), run.stdout
    assert course.grades() == {**POINTS, "emil": (0.5, *FULL[1:])}  # a mark by hand stays
    assert course.nbgrader("autograde", LESSON).returncode == 0  # nbgrader's own command knows it as well
    shutil.copy(file_of(course, "dora"), file_of(course, "emil"))
    run = course.nbgrader("autograde", LESSON)
    assert run.returncode == 0 and "emil is graded again" in run.stderr and "dora is graded again" not in run.stderr
    assert course.grades() == {**POINTS, "emil": (0.5, *POINTS["dora"][1:])}


def test_the_gradebook_is_asked_and_not_the_folder(course):
    path = course.folder / "gradebook.db"
    shutil.copy(path, course.folder / "backup.db")
    shutil.copy(file_of(course, "ada"), file_of(course, "emil"))
    assert counts(grade(course)) == (0, 1)
    shutil.copy(course.folder / "backup.db", path)
    run = grade(course)
    assert (
        run.returncode == 0 and counts(run) == (0, 1)
        and "graded again: the gradebook holds different points" in run.stdout
    ), run.stdout
    assert course.grades() == {**POINTS, "emil": FULL}

    path.unlink()
    lost = grade(course)
    assert lost.returncode == 2 and f"{LESSON} is not in the gradebook" in lost.stderr
    assert course.nbgrader("generate_assignment", LESSON, "--force").returncode == 0
    run = grade(course)
    assert (
        run.returncode == 0 and counts(run) == (0, 3) and run.stdout.count("the gradebook does not hold it") == 3
    ), run.stdout
    assert course.grades() == {**POINTS, "emil": FULL}


def test_a_timestamp_that_comes_later_counts(course):
    (file_of(course, "ada").parent / "timestamp.txt").write_text("2026-11-24 11:00:00 UTC")  # ada has two days more
    run = grade(course)
    assert run.returncode == 0 and counts(run) == (0, 1) and "its hand-in time differs" in run.stdout
    with course.gradebook() as gradebook:
        assert gradebook.find_submission(LESSON, "ada").late_submission_penalty == 2
    (file_of(course, "ada").parent / "timestamp.txt").write_bytes(b"\xff yesterday\x1b[2J")
    graded = course.autograded("ada").read_bytes()
    for force in ([], ["--force"]):
        run = grade(course, *force)
        assert run.returncode == 0 and "- ada: its timestamp.txt says " in run.stdout and "yesterday" in run.stdout
        assert counts(run)[1] == (3 if force else 1)  # the penalty goes, and then there is nothing to do
        assert "\x1b" not in run.stdout and "Traceback" not in run.stdout + run.stderr
        assert course.autograded("ada").read_bytes() == graded


def test_a_renamed_notebook_is_its_students(course):
    ada, emil, dora = (file_of(course, student) for student in ("ada", "emil", "dora"))
    shutil.copy(ada, emil.with_name(f"{LESSON} (1).ipynb"))
    run = grade(course)  # which of the two was meant? The one with the right name is graded, the other is told
    assert (
        run.returncode == 0
        and f"Not graded, because a notebook with the right name was also handed in: emil's {LESSON} (1)" in run.stdout
    )
    emil.unlink()
    dora.rename(dora.with_name(f"{LESSON} (1).ipynb"))
    shutil.copy(ada, dora.with_name(f"{LESSON} (2).ipynb"))
    run = grade(course)
    assert run.returncode == 0 and f"{LESSON} (1).ipynb was graded as {LESSON}.ipynb" in run.stdout, run.stdout
    assert f"it is unclear which of these files it is: {LESSON} (1).ipynb, {LESSON} (2).ipynb" in run.stdout
    assert course.grades() == {**POINTS, "emil": FULL, "dora": NOTHING}
    assert emil.with_name(f"{LESSON} (1).ipynb").exists() and not emil.exists()


def test_a_list_that_is_no_terminal_is_not_cut(course):
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("nobody yet")
    run = grade(course, "--force")
    assert "Nothing was handed in by 1 of the gradebook's students: nobody yet" in run.stdout
    assert "…" not in run.stdout
    assert run.stdout.splitlines()[-1].startswith("3 recorded (0 judged, 3 from the cache); 3 in the gradebook, 1 of "
                                                  "them with full marks")
    assert (course.folder / "work/grade.1.log").exists()


def test_a_typing_error_is_told(course, monkeypatch):
    monkeypatch.setattr(classes, "LESSON", "01_es")
    run = grade(course)
    assert run.returncode == 2 and "no lesson '01_es'; did you mean 01_se?" in run.stderr
