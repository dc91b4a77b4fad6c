"""A class that hands in everything that classes hand in, through nbgrader's own commands."""

import csv
import html
import json
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.preprocessors import CheckCellMetadata

from attention_lab.checking.form import values
from autograder.intake.files import read
from autograder.judge import judge, questions
from autograder.submission.parse import Unreadable
from tests.suites import few

from .conftest import CLASS
from .course import ROOM, SEED
from .pupils import FULL, LESSON, ROOT, file_of, notebook_of

BY_ID = {pupil.student: pupil for pupil in CLASS}
UNREADABLE = {"yan", "zoe"}


@pytest.fixture(scope="module")
def judging():
    with judge.Judge() as judging:
        yield judging


everybody = pytest.mark.parametrize("pupil", CLASS, ids=lambda pupil: pupil.student.split()[0])


def test_a_release_holds_what_its_lesson_needs_and_no_code_of_the_library(graded):
    released = graded.folder / "release" / LESSON
    assert (released / "checks/SEBlock.check").is_file() and (released / "figures").is_dir()
    assert not [path for path in released.rglob("*") if path.suffix == ".py" or path.name == "__pycache__"]


def test_nobody_stops_the_others_and_the_command_succeeds(autograding):
    course, command = autograding
    assert command.returncode == 0, command.stderr[-3000:]
    assert set(course.grades()) == set(BY_ID)


@everybody
def test_the_gradebook_holds_the_points(autograding, pupil):
    course, _ = autograding
    assert course.grades()[pupil.student] == pupil.points, pupil.what


@pytest.mark.parametrize("pupil", few(CLASS, 6, lambda pupil: 0, lambda pupil: pupil.student.split()[0]))
def test_the_command_alone_gives_the_same_points(autograding, judging, pupil):
    """`autograder check` on the files as they were handed in."""
    path = autograding[0].folder / "submitted" / pupil.student / LESSON / f"{LESSON}.ipynb"
    if pupil.student in UNREADABLE:
        with pytest.raises(Unreadable):
            read(path)
        return
    result = judging.grade(read(path))
    assert result.error is None and tuple(v.points for v in result.verdicts.values()) == pupil.points


def test_only_late_work_is_penalised(autograding):
    course, _ = autograding
    with course.gradebook() as gradebook:
        penalties = {s.student.id: s.late_submission_penalty for s in gradebook.assignment_submissions(LESSON)}
    assert {student for student, penalty in penalties.items() if penalty} == {"tom"}
    assert penalties["tom"] == 2


@everybody
def test_what_was_handed_in_is_untouched(autograding, pupil):
    folder = autograding[0].folder / "submitted" / pupil.student / LESSON
    path = folder / f"{LESSON}.ipynb"
    assert (path.read_bytes() if path.exists() else None) == file_of(pupil)


@everybody
def test_all_that_was_written_is_still_there(autograding, pupil):
    graded = nbformat.read(autograding[0].autograded(pupil.student), as_version=4)
    text = "\n".join(cell.source for cell in graded.cells)
    if pupil.student in UNREADABLE:
        assert "The notebook that you handed in" in graded.cells[0].source and graded.metadata["not_whole"]
        return
    written = notebook_of(pupil).cells
    if pupil.student == "sue":  # whose file ends in the cell that follows
        assert "ends in the middle" in graded.cells[0].source and "ends in the middle" in graded.metadata["not_whole"]
        written = written[:next(i for i, cell in enumerate(written) if cell.source not in text)]
        assert len(written) > 26
    for cell in written:
        for line in cell.source.split("\n"):
            assert line in text, line


@everybody
def test_grade_cells_hold_one_number_that_is_shown_as_a_report(autograding, pupil):
    graded = nbformat.read(autograding[0].autograded(pupil.student), as_version=4)
    nbformat.validate(graded)
    CheckCellMetadata().preprocess(graded, {})
    checks = [cell for cell in graded.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert [float(cell.outputs[0].data["text/plain"]) for cell in checks] == list(pupil.points)
    for cell in checks:
        assert [output.output_type for output in cell.outputs] == ["execute_result"]
        assert set(cell.outputs[0].data) == {"text/plain", "text/html"}
    assert not any(cell.get("outputs") for cell in graded.cells if cell not in checks)


def mark_by_hand(course, points, comment):
    """What an instructor gives dora for her last exercise in formgrader."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("se_parameter_cost-check", LESSON, LESSON, "dora")
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.find_comment("se_parameter_cost", LESSON, LESSON, "dora").manual_comment = comment
        gradebook.db.commit()


def test_what_was_handed_in_is_opened_in_one_room_alone(graded):
    assert graded.rooms() == {ROOM}


def notebooks(course):
    return {student: course.autograded(student).read_bytes() for student in BY_ID if student[0] in "dkmu"}


@pytest.fixture
def graded_again(autograding):
    """Some notebooks as they were graded first; then the course in which they were graded again, after a mark by
    hand."""
    course, _ = autograding
    before = notebooks(course)
    mark_by_hand(course, 0.5, "Half a point for the idea.")
    command = course.nbgrader("autograde", LESSON, "--force", "--student=[dkmu]*")
    assert command.returncode == 0, command.stderr[-3000:]
    yield before, course
    mark_by_hand(course, None, None)


def test_grading_again_changes_nothing_and_keeps_a_mark_by_hand(graded_again):
    before, course = graded_again
    assert notebooks(course) == before
    assert course.grades() == {**{pupil.student: pupil.points for pupil in CLASS}, "dora": (0, 2.75, 4, 0.5, 1)}
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("se_parameter_cost-check", LESSON, LESSON, "dora")
        assert (grade.score, grade.auto_score, grade.manual_score) == (0.5, 0, 0.5)
        assert grade.needs_manual_grade  # nbgrader asks the instructor to look again
        assert gradebook.find_comment("se_parameter_cost", LESSON, LESSON,
                                      "dora").comment == "Half a point for the idea."


def test_the_export_holds_everybody(autograding, tmp_path):
    course, _ = autograding
    assert course.nbgrader("export", "--to", str(tmp_path / "grades.csv")).returncode == 0
    with open(tmp_path / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(rows) == set(BY_ID)
    for student, row in rows.items():
        pupil = BY_ID[student]
        assert (row["assignment"], float(row["max_score"]),
                float(row["raw_score"])) == (LESSON, sum(FULL), sum(pupil.points))
        assert float(row["score"]) == sum(pupil.points) - 2 * pupil.late
        assert (row["first_name"], row["last_name"]) == (pupil.first_name, pupil.last_name)
        assert None not in row and None not in row.values()  # a comma in a name is no new column


def whole_cells(data):
    """How many cells stand whole in a notebook's file that ends in the middle."""
    text, number = data.decode(errors="ignore"), 0
    after = text.index("[", text.index('"cells"')) + 1
    try:
        while True:
            _, length = json.JSONDecoder().raw_decode(text[after:].lstrip(", \n"))
            after, number = len(text) - len(text[after:].lstrip(", \n")) + length, number + 1
    except ValueError:
        return number


SENTENCES = {
    "dora": ("Your squeeze takes the largest value of each channel. SE takes the mean.",
             "Raise a ValueError that names both numbers.", "You count one matrix for each block."),
    "emil": ("Not implemented yet",),
    "fay": ("se_parameter_cost: 0 of 1 point.", "SyntaxError"),
    "hal": ("Is there a loop that never stops?",),
    "jon": ("Your code ended the whole Python process",),
    "kim": ("No cell defines Excitation", "This cell was missing from the notebook that was handed in."),
    "pam": ("Not implemented yet",),
    "sue": ("The file that you handed in ends in the middle",
            f"its {whole_cells(file_of(BY_ID['sue']))} complete cells were graded",
            "Your file is kept as you handed it in", "No cell defines se_parameter_cost"),
    "tom": ("9 of 11 points",
            "2 of 11 taken off for being late: handed in 2026-11-22 11:00 UTC, due 2026-11-20 12:00 UTC."),
    "uma": ("This cell holds HTML or links that are not shown to others", "onerror="),
    "yan": ("is an empty file", "Your file is kept as you handed it in"),
    "zoe": ("there is no file 01_se.ipynb, only 01_se.pdf",),
}


def shown(path):
    """The text of a page with spaces as a reader sees them."""
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for element in page(["style", "script"]):
        element.decompose()
    return re.sub(r"\s+", " ", page.get_text(" "))


@pytest.mark.parametrize("student", SENTENCES)
def test_feedback_says_what_its_reader_did(graded, student):
    text = shown(graded.feedback(student))
    for sentence in SENTENCES[student]:
        assert sentence in text.replace(" .", ".").replace("` ", "").replace(" `", ""), sentence


def secrets():
    """Lines that no learner may read: of the references (but those that the notebook shows too) and of the hidden
    graders."""
    released = (ROOT / f"course/{LESSON}/{LESSON}.ipynb").read_text(encoding="utf-8")
    files = [*(ROOT / "solutions/se").glob("*.py"), *(ROOT / "autograder/judge").glob("*.py")]
    lines = {line.strip() for path in files for line in path.read_text(encoding="utf-8").split("\n")}
    return {line for line in lines if len(line) > 30 and line.replace('"', '\\"') not in released}


def expected_numbers():
    """Every expected number of the hidden cases that has four digits, as a report would write it."""
    graders = questions.prepare(judge.notebook.lesson(LESSON), SEED, "meta", keep=True)
    numbers = set()
    for exercise in graders.exercises:
        for case in exercise.cases:
            for _, leaf in values.leaves(case.expected.output):
                if isinstance(leaf, (int, float)) and not isinstance(leaf, bool):
                    numbers |= {f"{leaf:.4g}", str(leaf)}
            for tensor in case.expected_tensors.values():
                numbers |= {f"{value:.4g}" for value in tensor.double().flatten().tolist()}
    return {number for number in numbers if len(re.sub(r"\D", "", number).strip("0")) >= 4}


def test_feedback_gives_no_secret_away(graded):
    lines, numbers = secrets(), expected_numbers()
    assert len(lines) > 50 and len(numbers) > 500
    for pupil in CLASS:
        folder = graded.feedback(pupil.student).parent
        page = html.unescape(graded.feedback(pupil.student).read_text(encoding="utf-8"))
        allowed = "\n".join(pupil.answers.values()) + "\n".join(cell.source for cell in notebook_of(pupil).cells)
        assert SEED not in page
        assert not [line for line in lines if line in page and line not in allowed]
        checks = [cell for cell in nbformat.read(graded.autograded(pupil.student), as_version=4).cells
                  if cell.metadata.get("nbgrader", {}).get("grade")]
        reports = " ".join(cell.outputs[0].data["text/html"] for cell in checks)
        written = set(re.findall(r"-?\d[\d.]*(?:e[+-]\d+)?", reports))
        assert not written & numbers, (pupil.student, written & numbers)
        assert not [path for path in folder.rglob("*") if path.suffix in (".py", ".ipynb")]


RUNS = re.compile(r"\s*(javascript|vbscript|data:text)", re.IGNORECASE)


@everybody
def test_nothing_in_the_feedback_runs(graded, pupil):
    page = BeautifulSoup(graded.feedback(pupil.student).read_text(encoding="utf-8"), "html.parser")
    for element in page.find_all(True):
        assert element.name not in ("iframe", "object", "embed", "form", "base", "svg", "script", "link"), element
        for name, value in element.attrs.items():
            assert not name.startswith("on"), element
            assert not (name in ("href", "src", "action", "srcdoc") and RUNS.match(str(value))), element
        assert not re.match(r"\s*(https?:)?//", str(element.get("src", ""))), element
