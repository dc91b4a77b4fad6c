"""`autograder grade` through nbgrader: the same marks as `nbgrader autograde`, nothing judged twice."""

import csv
import json
import shutil
import subprocess
import sys

import pytest

from autograder.judge.depends import digest
from tests.classroom.course import ROOM
from tests.classroom.pupils import FULL, LESSON
from tests.suites import NIGHTLY

from .classes import CLASS, POINTS, QUICK, command, counts, environment, grade, moved, penalties

AS_RELEASED = {"emil", "yan", "zoe"}  # what is run of theirs is what was released: they share a verdict


def notebooks(course):
    return {student: course.autograded(student).read_bytes() for student in POINTS}


@pytest.fixture(scope="module")
def by_nbgrader(released, tmp_path_factory):
    """The same class, but for the endless loop, after `nbgrader autograde`. In `make test`, five of them."""
    course = moved(released, tmp_path_factory.mktemp("stock") / "course")
    course.collect([pupil for pupil in QUICK if NIGHTLY or pupil.student in ("dora", "kim", "sue", "tom", "yan")])
    run = course.nbgrader("autograde", LESSON)
    assert run.returncode == 0, run.stderr[-3000:]
    return course


def test_points_penalties_and_reports_are_those_of_nbgrader_autograde(graded_class, by_nbgrader):
    course, run = graded_class
    assert run.returncode == 0, run.stdout + run.stderr
    assert course.grades() == POINTS and penalties(course) == {**dict.fromkeys(POINTS, 0), "tom": 2}
    others, late = by_nbgrader.grades(), penalties(by_nbgrader)
    assert others == {student: POINTS[student] for student in others} and late == {
        student: 2 * (student == "tom") for student in others
    }
    for student in others:
        assert course.autograded(student).read_bytes() == by_nbgrader.autograded(student).read_bytes(), student


def test_what_was_handed_in_is_opened_in_one_room_alone(graded_class):
    assert graded_class[0].rooms() == {ROOM}


def test_every_notebook_was_judged_ahead_as_nbgrader_leaves_it(graded_class):
    course, run = graded_class
    assert "was not judged before the run came to it" not in (course.folder / "work/grade.log").read_text()
    judged, known = counts(run)
    assert judged + known == len(CLASS)
    assert known >= len(AS_RELEASED) - 1


def test_what_is_shown(graded_class):
    course, run = graded_class
    lines = run.stdout.splitlines()
    assert sum(line.split("  ")[0].endswith(f"/{len(CLASS)}") for line in lines) == len(CLASS)
    assert any(line.endswith("  dora  7.75 of 11  squeeze: Your squeeze takes the largest value of each channel.")
               for line in lines), run.stdout
    assert any(line.endswith("yan  0 of 11  The notebook is an empty file") for line in lines)
    assert any(line.startswith("Took long: hal") for line in lines)
    assert lines[-1].startswith(f"{len(CLASS)} recorded") and "2 unreadable; 1 readable in part" in lines[-1]
    assert any("  sue  9 of 11  The file " in line for line in lines)
    assert run.stderr == ""
    for path in (course.folder / "work/grade.log", *(course.folder / "work/verdicts").iterdir()):
        assert path.stat().st_mode & 0o077 == 0
    assert (course.folder / "work/verdicts").stat().st_mode & 0o077 == 0


def test_a_second_run_leaves_everything_as_it_is(again):
    before = notebooks(again)
    run = grade(again)
    assert run.returncode == 0 and counts(run) == (0, 0) and f"{len(CLASS)} graded before" in run.stdout
    assert notebooks(again) == before and again.grades() == POINTS


@pytest.mark.nightly
def test_an_endless_loop_costs_its_time_once(again):
    run = grade(again, "--force", "--student=hal")
    assert run.returncode == 0 and counts(run) == (0, 1) and "Took long" not in run.stdout
    assert again.grades() == POINTS


def test_grading_again_judges_nothing_and_keeps_marks_by_hand(again):
    shutil.rmtree(again.folder / "submitted/hal")
    before = notebooks(again)
    with again.gradebook() as gradebook:
        gradebook.find_grade("se_parameter_cost-check", LESSON, LESSON, "dora").manual_score = 0.5
        gradebook.db.commit()
    run = grade(again, "--force")
    assert run.returncode == 0 and counts(run) == (0, len(QUICK))
    assert notebooks(again) == before
    assert again.grades() == {**POINTS, "dora": (0, 2.75, 4, 0.5, 1)}


def test_newer_work_is_graded_and_the_rest_is_left(again):
    folder = again.folder / "submitted"
    shutil.copy(folder / "ada" / LESSON / f"{LESSON}.ipynb", folder / "emil" / LESSON)
    (folder / "emil" / LESSON / "timestamp.txt").write_text("2026-11-20 11:00:00 UTC")
    # corrected, with the old timestamp
    shutil.copy(folder / "ada" / LESSON / f"{LESSON}.ipynb", folder / "kim" / LESSON)
    shutil.copytree(folder / "dora", folder / "new [b]body")
    run = grade(again)
    assert run.returncode == 0 and counts(run) == (0, 3), run.stdout
    assert again.grades() == {**POINTS, "emil": FULL, "kim": FULL, "new [b]body": POINTS["dora"]}


def test_nbgrader_alone_uses_the_same_verdicts(again):
    for path in (again.folder / "work/verdicts").glob("*.json"):
        result = json.loads(path.read_text())["result"]
        for verdict in result["verdicts"].values():
            verdict["headline"] = "Out of the cache."
        path.write_text(json.dumps({"digest": digest([path.stem, result]), "result": result}))
    run = again.nbgrader("autograde", LESSON, "--force", "--student=[dk]*")
    assert run.returncode == 0, run.stderr[-3000:]
    assert (
        "Out of the cache." in again.autograded("dora").read_text()
        and "Out of the cache." in again.autograded("kim").read_text()
    )
    assert again.grades() == POINTS


def test_feedback_and_export_follow(again, tmp_path):
    assert again.nbgrader("generate_feedback", LESSON, "--student=dora").returncode == 0
    assert "SE takes the mean" in again.feedback("dora").read_text(encoding="utf-8")
    assert again.nbgrader("export", "--to", str(tmp_path / "grades.csv")).returncode == 0
    with open(tmp_path / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert rows == {pupil.student: sum(pupil.points) - 2 * pupil.late for pupil in CLASS}


@pytest.mark.nightly
def test_one_that_cannot_be_recorded_stops_nobody(ungraded, graded_class):
    shutil.copytree(graded_class[0].folder / "work/verdicts", ungraded.folder / "work/verdicts")
    in_the_way = ungraded.folder / "autograded/dora"
    in_the_way.parent.mkdir()
    in_the_way.write_text("no folder")
    run = grade(ungraded)
    assert run.returncode == 1
    assert any(line.startswith("!  dora") and "not recorded" in line for line in run.stdout.splitlines())
    assert "1 NOT recorded" in run.stdout and "dora" in (ungraded.folder / "work/grade.log").read_text()
    others = {pupil.student: pupil.points for pupil in QUICK if pupil.student != "dora"}
    in_the_way.unlink()
    run = grade(ungraded)
    assert run.returncode == 0 and counts(run) == (0, 1)
    assert ungraded.grades() == {**others, "dora": POINTS["dora"]}


@pytest.mark.nightly
def test_one_student_alone(ungraded):
    run = grade(ungraded, "--student=tom", "--student", "ada")
    assert run.returncode == 0 and sum(counts(run)) == 2
    assert ungraded.grades() == {"ada": FULL, "tom": FULL}
    assert penalties(ungraded) == {"ada": 0, "tom": 2}


@pytest.mark.nightly
def test_insights_and_points_out_follow(ungraded):
    """Also without the verdicts that are kept for the next grading: they may be deleted."""
    assert grade(ungraded, "--student=dora", "--student=tom").returncode == 0
    shutil.rmtree(ungraded.folder / "work/verdicts")
    for asked, file, said in (("insights", "insights/01_se.html", "SE takes the mean."),
                              ("export --format=canvas", "export/01_se-canvas.csv", ",tom,tom,,9.0,2.0,3.0,4.0,1.0,1")):
        name, *options = asked.split()
        run = subprocess.run([sys.executable, "-m", "autograder", name, LESSON, *options], cwd=ungraded.folder,
                             env=environment(ungraded), text=True, capture_output=True)
        assert run.returncode == 0, run.stderr
        assert said in (ungraded.folder / "work" / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("options, said", [(("--student=nobody",), "nothing was handed in by 'nobody'"),
                                           ((), "nobody has handed in 01_se")])
def test_wrong_use(released, options, said, tmp_path):
    course = moved(released, tmp_path / "course")
    if options:
        course.collect(QUICK[:1])
    run = grade(course, *options)
    assert run.returncode == 2 and said in run.stderr and "Traceback" not in run.stderr


def test_a_folder_that_is_no_course(released, tmp_path):
    run = subprocess.run(command(), cwd=tmp_path, env=environment(released), text=True, capture_output=True)
    assert run.returncode == 2 and "there is no nbgrader_config.py here" in run.stderr


@pytest.mark.nightly
def test_nothing_is_recorded_where_a_worker_has_too_little_memory(ungraded):
    asked = f"ulimit -v {1280 << 10}; exec {sys.executable} -m autograder grade {LESSON} --jobs=1"
    run = subprocess.run(["bash", "-c", asked], cwd=ungraded.folder, env=environment(ungraded), text=True,
                         capture_output=True)
    assert run.returncode == 3 and "can't have 1 GiB of memory on this machine" in run.stderr, run.stdout + run.stderr
    with ungraded.gradebook() as gradebook:
        assert not gradebook.assignment_submissions(LESSON)
