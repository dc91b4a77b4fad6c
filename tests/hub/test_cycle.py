"""A lesson goes round on a JupyterHub: released, fetched, worked on, handed in, graded, and each learner reads their
own feedback.

Everybody does it through the hub, as their own account of the system.
What is clicked is sent as JupyterLab and formgrader send it.
One learner hands in what could read others' files, or end the collecting for everybody: see hostile.py.
"""

import shlex
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from tests.classroom.pupils import FULL, GRADE_IDS, LESSON, NAMES, PUPILS, SOLVED, find
from tests.conftest import need

from . import hostile
from .machine import machine, missing_tools

pytestmark = pytest.mark.nightly

TEACHER, HOSTILE = "teacher", "mallory"
LEARNERS = {pupil.student: pupil for pupil in PUPILS if pupil.student in ("ada", "dora")}
# by the visible checks, where an earlier exercise that is wrong costs the block too
SEEN = {"ada": FULL, "dora": (0, 2.75, 0, 0)}


@pytest.fixture(scope="module")
def hub():
    need(missing_tools())
    with machine(TEACHER, *LEARNERS, HOSTILE) as hub:
        yield hub


def click(person, path, what=None):
    """What formgrader or the list of assignments answers. Fails with its log where it says that it did not work."""
    told = person.send(path, what)
    assert told["success"], f"{person.account}: {path}\n{told.get('error') or told.get('value')}\n{told.get('log', '')}"
    return told


def listed(person, status):
    """The lesson's entries of one status in the person's list of assignments."""
    told = person.told("assignments?course_id=attention")
    assert told["success"], told
    return [entry for entry in told["value"] if entry["assignment_id"] == LESSON and entry["status"] == status]


@pytest.fixture(scope="module")
def given_out(hub):
    for step in ("assign", "release"):
        click(hub.people[TEACHER], f"formgrader/api/assignment/{LESSON}/{step}")
    return hub


@pytest.fixture(scope="module")
def handed_in(given_out):
    """The hub, and for each learner what the visible checks showed while they worked."""
    shown = {}
    for name, pupil in LEARNERS.items():
        learner = given_out.people[name]
        assert listed(learner, "released"), f"{name}'s list of assignments does not have {LESSON}"
        click(learner, "assignments/fetch", {"course_id": "attention", "assignment_id": LESSON})
        assert listed(learner, "fetched"), f"{name} could not fetch {LESSON}; see work/hub.log"
        path = f"{LESSON}/{LESSON}.ipynb"
        notebook = nbformat.from_dict(learner.told(f"api/contents/{path}")["content"])
        for exercise, answer in {**SOLVED, **pupil.answers}.items():
            find(notebook, GRADE_IDS[exercise]).source = answer
        learner.send(f"api/contents/{path}", {"type": "notebook", "content": notebook}, method="PUT")
        cells = [cell for cell in notebook.cells
                 if cell.cell_type == "code" and "experiment" not in cell.metadata.get("tags", [])]
        results = zip(cells, learner.run(path, [cell.source for cell in cells]))
        marked = [(cell.metadata.get("nbgrader", {}), result) for cell, result in results]
        shown[name] = {mark["grade_id"]: result for mark, result in marked if mark.get("grade")}
        click(learner, "assignments/submit", {"course_id": "attention", "assignment_id": LESSON})
        assert len(listed(learner, "submitted")) == 1, f"{name} could not hand in; see work/hub.log"
    return given_out, shown


@pytest.fixture(scope="module")
def collected(handed_in):
    """The hub, and what the collector said while somebody handed in odd things."""
    hub, _ = handed_in
    mallory, dora, said = hub.people[HOSTILE], hub.people["dora"], ""
    program = Path(hostile.__file__).read_text()
    mallory.send("api/contents/hostile.py", {"type": "file", "format": "text", "content": program}, method="PUT")
    theirs = [hub.clone / f"solutions/notebooks/{LESSON}/{LESSON}.ipynb", hub.clone / "work/gradebook.db",
              hub.clone.parent.parent / hub.people["ada"].account / LESSON / f"{LESSON}.ipynb"]
    for what in (hostile.ODD, hostile.MANY):
        status, seen = mallory.type(shlex.join(["python", "hostile.py", str(hub.exchange / "attention/inbound"),
                                                dora.account, what, *map(str, theirs)]))
        assert status == 0, seen
        said += click(hub.people[TEACHER], f"formgrader/api/assignment/{LESSON}/collect")["log"]
    return hub, said


@pytest.fixture(scope="module")
def graded(collected):
    """The hub, and each student's points by exercise as formgrader shows them, by their accounts."""
    hub, _ = collected
    teacher = hub.people[TEACHER]
    status, seen = teacher.type(f"cd attention && .venv/bin/autograder grade {LESSON}")
    assert status == 0, seen
    points = {}
    for notebook in teacher.told(f"formgrader/api/submitted_notebooks/{LESSON}/{LESSON}"):
        scores = {grade["name"]: grade["auto_score"]
                  for grade in teacher.told(f"formgrader/api/grades?submission_id={notebook['id']}")}
        points[notebook["student"]] = tuple(scores[f"{GRADE_IDS[name]}-check"] for name in NAMES)
    return hub, points


@pytest.fixture(scope="module")
def feedback(graded):
    """The hub, and the pages that each learner has fetched."""
    hub, _ = graded
    for step in ("generate_feedback", "release_feedback"):
        click(hub.people[TEACHER], f"formgrader/api/assignment/{LESSON}/{step}")
    pages = {}
    for name in LEARNERS:
        learner = hub.people[name]
        click(learner, "assignments/fetch_feedback", {"course_id": "attention", "assignment_id": LESSON})
        (submission,), = [entry["submissions"] for entry in listed(learner, "submitted")]
        assert submission["has_local_feedback"], f"{name} finds no feedback: was it released? {submission}"
        files = learner.told(f"api/contents/{submission['local_feedback_path']}")["content"]
        pages[name] = [learner.get(f"files/{file['path']}").content.decode() for file in files]
    return hub, pages


def test_the_instructors_pages_are_the_instructors_alone(hub):
    for name, person in hub.people.items():
        assert person.get("formgrader").status_code == (200 if name == TEACHER else 404), name
        assert (
            "@jupyter/nbgrader:formgrader"
            in person.get("lab").text.partition('"disabledExtensions"')[2].partition("]")[0]
        ), name


def test_the_courses_folder_in_the_exchange_is_the_instructors_before_anything_is_released(hub):
    """Else it would be whose who makes it first, and so would all that goes through it."""
    course = hub.exchange / "attention"
    assert course.owner() == hub.people[TEACHER].account
    for refused in (f"mkdir {course}/outbound", f"mv {course} {course}-gone"):
        assert hub.people["dora"].type(refused)[0] != 0, refused


def test_a_lesson_from_the_exchange_is_checked_where_it_lies(handed_in):
    _, shown = handed_in
    for name, points in SEEN.items():
        assert shown[name] == {f"{GRADE_IDS[exercise]}-check": [str(float(value))]
                               for exercise, value in zip(NAMES, points)}, name


def test_the_gradebook_holds_the_expected_points(graded):
    _, points = graded
    assert points == {**{f"attention-{name}": pupil.points for name, pupil in LEARNERS.items()},
                      f"attention-{HOSTILE}": (0, 0, 0, 0)}


def test_learners_read_their_own_points(feedback):
    _, pages = feedback
    for name, pupil in LEARNERS.items():
        page, = pages[name]
        soup = BeautifulSoup(page, "html.parser")
        told = {exercise: soup.find(id=exercise).find(["h3", "summary"]).get_text() for exercise in NAMES}
        assert all(f"{value:g} of {full}" in told[exercise]
                   for exercise, value, full in zip(NAMES, pupil.points, FULL)), (name, told)
        others = [other for other in LEARNERS if other != name]
        assert not [other for other in others if f"attention-{other}" in page]


def test_a_learner_reaches_nothing_of_others(feedback):
    hub, _ = feedback
    dora, ada, course = hub.people["dora"], hub.people["ada"], hub.exchange / "attention"
    submission, = course.glob(f"inbound/{ada.account}+*")
    theirs = [hub.clone / "solutions/se/reference.py", hub.clone / "work/gradebook.db", hub.clone / "work/seed",
              hub.clone / f"work/submitted/{ada.account}/{LESSON}/{LESSON}.ipynb",
              hub.clone.parent.parent / ada.account / LESSON]
    for place in theirs:
        assert place.exists(), place
    # The names in inbound and feedback cannot be guessed: who can't list them has no way in.
    for refused in (*(f"cat {place}" for place in theirs), f"ls {course}/inbound",
                    f"cat {course}/inbound/{ada.account}*/{LESSON}.ipynb",
                    f"ls {course}/feedback", f"mv {course} {course}-gone",
                    f"touch {course}/outbound/{LESSON}/{LESSON}.ipynb"):
        status, seen = dora.type(f"LC_ALL=C {refused}")
        assert status != 0, f"dora can: {refused}\n{seen}"
        assert any(why in seen for why in ("Permission denied", "not permitted", "No such file")), seen
    assert submission.exists()
    assert dora.get(f"{ada.own}/api/contents/{LESSON}").status_code == 403
    status, seen = dora.type("python -c 'import attention_lab; import solutions'")
    assert status != 0 and "No module named 'solutions'" in seen, seen


def test_one_who_hands_in_odd_things_reads_nothing_and_stops_nobody(feedback, collected):
    hub, said = collected
    lines = said.split("\n")
    for name, why in hostile.REFUSED.items():
        assert [line for line in lines if name in line and why in line], f"{name!r}: {why!r} is not in\n{said}"
    for why in ("has the name of attention-dora, but belongs to another account",
                f"has the name of nobody-of-us, who has no account here, but belongs to attention-{HOSTILE}",
                "holds more than 1000 files; the earlier one stays"):
        assert why in said
    mine = hub.clone / f"work/submitted/attention-{HOSTILE}/{LESSON}"
    files = {path.relative_to(mine).as_posix(): path for path in mine.rglob("*") if not path.is_dir()}
    swapped = {name: files.pop(name).read_bytes() for name in ("new", f"{LESSON}.ipynb") if name in files}
    assert set(swapped.values()) <= {b"mine", b""}
    assert files.keys() == {"timestamp.txt", "submission_secret.txt", ".progress.json"}


@pytest.mark.parametrize("command", [f"nbgrader list {LESSON} --inbound", f"autograder grade {LESSON}",
                                     f"autograder status {LESSON}", f"autograder insights {LESSON}", "nbgrader export",
                                     f"nbgrader release_feedback {LESSON}"])
def test_no_command_hangs_or_lets_an_escape_code_through(feedback, collected, command):
    hub, said = collected
    status, _ = hub.people[TEACHER].type(f"cd attention && timeout 120 .venv/bin/{command} > said.txt 2>&1")
    written = (hub.clone / "said.txt").read_text()
    assert status == 0, written
    assert not [line for line in (written + said).split("\n") if not line.replace("\t", "").isprintable()]
