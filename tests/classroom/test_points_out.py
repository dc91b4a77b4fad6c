"""`autograder export`: what the gradebook holds, in the columns that the platforms' importers look for."""

import csv
import io
import shutil
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom import participants, points_out
from autograder.classroom.counts import weigh
from autograder.classroom.participants import Participant
from autograder.classroom.points_out import Wanted
from autograder.classroom.rules import Weight
from autograder.submission import notebook

SE = notebook.lesson("01_se")


@pytest.fixture(scope="module")
def gradebook_file(tmp_path_factory):
    """ada has 2 + 2.75 (a mark by hand) + 4 + 0 + 0 points, late by 1.5; 40213 has none;
    =eve is not graded yet, fay is absent."""
    file = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{file}", CourseDirectory().course_id) as gradebook:
        gradebook.add_assignment("01_se")
        gradebook.add_notebook("01_se", "01_se")
        for slot in SE.exercises:
            gradebook.add_grade_cell(slot.check_id, "01_se", "01_se", max_score=slot.points, cell_type="code")
        gradebook.add_student("ada", first_name="Ada", last_name="Byron, Lady", email="ada@example.org")
        for student in ("40213", "=eve", "fay"):
            gradebook.add_student(student)
        for student, scores in {"ada": (2, 0, 4, 0, 0), "40213": (0, 0, 0, 0, 0)}.items():
            submission = gradebook.add_submission("01_se", student)
            for slot, score in zip(SE.exercises, scores):
                gradebook.find_grade(slot.check_id, "01_se", "01_se", student).auto_score = score
            for each in submission.notebooks:
                each.late_submission_penalty = 1.5 if student == "ada" else None
        gradebook.find_grade("excitation-check", "01_se", "01_se", "ada").manual_score = 2.75
        gradebook.db.commit()
    return file


@pytest.fixture
def course(tmp_path, monkeypatch, gradebook_file):
    """A course with a copy of that gradebook."""
    coursedir = CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/gradebook.db")
    shutil.copy(gradebook_file, tmp_path)
    app = AutogradeApp(coursedir=coursedir)
    app.config.PlatformExport.headings = {"01_se": "01_se (4711)"}
    monkeypatch.setattr(points_out, "course_app", lambda lesson: app)
    (tmp_path / "submitted/=eve/01_se").mkdir(parents=True)
    participants.keep(tmp_path, "01_se", {"40213": Participant("771")})
    return tmp_path


def exported(course, platform, name="01_se", **options):
    console = Console(file=io.StringIO(), width=80)
    wanted = Wanted(platform, **options)
    assert (points_out.export_term(wanted, console)
            if name == "term" else points_out.export(name, wanted, console)) == 0
    path = course / f"work/export/{name}-{platform}.csv"
    assert path.stat().st_mode & 0o077 == 0
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file)), console.file.getvalue()


def test_canvas_reads_the_file_as_one_of_its_own(course):
    (header, possible, number, ada), _ = exported(course, "canvas")
    # What Canvas's lib/gradebook_importer.rb asks of a header and of the row of possible points.
    assert "Student" in header[0] and "ID" in header[1] and header[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert header[5:] == ["01_se (4711)", "01_se: squeeze", "01_se: Excitation", "01_se: SEBlock",
                          "01_se: se_parameter_cost", "01_se: ExhibitA"]
    assert "Points Possible" in possible[0] and possible[5:] == ["11.0", "2.0", "3.0", "4.0", "1.0", "1.0"]
    assert ada == ["Byron, Lady, Ada", "", "ada", "ada", "", "7.25", "2.0", "2.75", "4.0", "0.0", "0.0"]
    assert number[:5] == ["", "40213", "40213", "40213", ""]  # Canvas's own number, from its file names


def test_an_exercise_that_does_not_count_has_no_column_and_a_bonus_has_no_maximum(course):
    with Gradebook(f"sqlite:///{course}/gradebook.db", CourseDirectory().course_id) as gradebook:
        weigh(gradebook, "01_se", {"squeeze-check": Weight(0, 0), "excitation-check": Weight(1, 0),
                                   "seblock-check": Weight(2, 2)})
        gradebook.db.commit()
    (header, possible, _, ada), said = exported(course, "canvas")
    assert header[5:] == ["01_se (4711)", "01_se: Excitation", "01_se: SEBlock", "01_se: se_parameter_cost",
                          "01_se: ExhibitA"]
    assert possible[5:] == ["10.0", "0.0", "8.0", "1.0", "1.0"]
    assert ada[5:] == ["9.25", "2.75", "8.0", "0.0", "0.0"]
    assert "The marks do not yet follow [exercises] in work/course.toml" in said  # which says nothing of it


def test_moodle_finds_its_columns(course):
    (header, number, ada), _ = exported(course, "moodle")
    row = dict(zip(header, ada))
    # What Moodle's assignfeedback_offline asks for; a grade that is older than Moodle's own is passed over.
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(header) and row["Grade"] == "7.25"
    assert dict(zip(header, number))["Identifier"] == "Participant 771"
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
        points_out.export(lesson, Wanted("canvas"), Console(file=io.StringIO()))


@pytest.mark.parametrize("language, header, participant", [
    ("de", ["ID", "Bewertung", "Zuletzt geändert (Bewertung)"], "Teilnehmer/in771"),
    ("fr", ["Identifiant", "Note", "Dernière modification (note)"], "Participant771"),
    ("es", ["Identificador", "Calificación", "Última modificación (calificación)"], "Participante771")])
def test_moodle_s_worksheet_speaks_its_reader_s_language(course, language, header, participant):
    (found, number, _), _ = exported(course, "moodle", language=language)
    assert [found[0], *found[4:6]] == header and number[0] == participant


def test_the_total_alone_and_zeros_for_the_absent(course):
    (header, _, number, ada, fay), said = exported(course, "canvas", total_only=True, absent="zero")
    assert header[5:] == ["01_se (4711)"]
    assert [row[2:3] + row[5:] for row in (number, ada, fay)] == [["40213", "0.0"], ["ada", "7.25"], ["fay", "0.0"]]
    assert "not graded yet: =eve" in said and "nothing" not in said  # whoever is not graded yet gets no zero


@pytest.fixture
def term(course):
    """A second lesson, of which fay alone has something: 1 of the first exercise's points. It counts double."""
    coursedir = points_out.course_app("").coursedir
    points_out.course_app("").config.PlatformExport.weights = {"02_eca": 2}
    eca = notebook.lesson("02_eca")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        gradebook.add_assignment("02_eca")
        gradebook.add_assignment("essay")  # the instructor's own
        gradebook.add_notebook("02_eca", "02_eca")
        for slot in eca.exercises:
            gradebook.add_grade_cell(slot.check_id, "02_eca", "02_eca", max_score=slot.points, cell_type="code")
        gradebook.add_submission("02_eca", "fay")
        for slot, score in zip(eca.exercises, (1.0, 0.0, 0.0, 0.0)):
            gradebook.find_grade(slot.check_id, "02_eca", "02_eca", "fay").auto_score = score
        gradebook.db.commit()
    return course


def test_a_term_is_one_file_with_everybody_and_weights(term):
    (header, possible, number, ada, fay), said = exported(term, "canvas", "term", total_only=True)
    assert (header[5:], possible[5:]) == (["01_se (4711)", "02_eca"], ["11.0", "22.0"])
    assert [row[5:] for row in (number, ada, fay)] == [["0.0", ""], ["7.25", ""], ["", "2.0"]]
    assert "take their id or address for a formula; type their points in by hand: '=eve'" in " ".join(said.split())
    assert "Blank in 01_se, because they are not marked completely yet: =eve" in said
    rows, _ = exported(term, "canvas", "term", total_only=True, absent="zero")
    assert [row[5:] for row in rows[2:]] == [["0.0", "0.0"], ["7.25", "0.0"], ["0.0", "2.0"]]
    assert len(exported(term, "canvas",
                        "term")[0][0]) == 5 + 2 + len(SE.exercises) + len(notebook.lesson("02_eca").exercises)


def test_a_term_for_moodle_and_for_blackboard(term):
    (header, *_, ada, fay), _ = exported(term, "moodle", "term", total_only=True)
    assert header == ["Student ID", "Full name", "Email address", "01_se (4711)", "02_eca"]
    assert (ada, fay[3:]) == (["ada", "Ada Byron, Lady", "ada@example.org", "7.25", ""], ["", "2.0"])
    (header, *_, ada, fay), _ = exported(term, "blackboard", "term", total_only=True)
    assert header == ["Last Name", "First Name", "Username", "01_se (4711)", "02_eca"]
    assert ada == ["Byron, Lady", "Ada", "ada", "7.25", ""]


def test_a_weight_of_a_lesson_that_the_course_has_not_is_wrong_use(term):
    points_out.course_app("").config.PlatformExport.weights = {"02_ace": 2}
    with pytest.raises(ValueError, match="02_ace"):
        points_out.export_term(Wanted("canvas"), Console(file=io.StringIO()))


def test_weights_of_the_class_s_own_rules(term):
    (term / "work").mkdir(exist_ok=True)
    (term / "work/course.toml").write_text("[weights]\n02_eca = 3\n01_se = 0\n")
    with pytest.raises(ValueError, match="keep one of them"):
        points_out.export_term(Wanted("canvas"), Console(file=io.StringIO()))
    points_out.course_app("").config.PlatformExport.weights = {}
    (header, possible, *_), _ = exported(term, "canvas", "term", total_only=True)
    assert (header[5:], possible[5:]) == (["02_eca"], ["33.0"])
