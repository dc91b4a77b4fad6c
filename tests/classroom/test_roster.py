"""The roster: one id for a name in all lessons of a term, whichever list it is; and no guess where names differ."""

import csv
import io
import unicodedata
import zipfile

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom import class_files, points_out, roster
from autograder.classroom.feedback_zip import feedback_zip
from autograder.classroom.nbgrader_plugin.csv_export import Csv
from autograder.submission import notebook
from tests.intake.test_downloads import collect, course, download  # noqa: F401  a fixture
from tests.intake.test_downloads import roster as write

LISTS = {
    "moodle's participants": "\ufeffFirst name,Last name,Email address,Groups\nAda,Byron,a@x.org,\n"
                             "Jürgen,Groß,j@x.org,B\n",
    "moodle's worksheet": "Identifier,Full name,ID number,Email address,Status,Grade\n"
                          "Participant 4711,Ada Byron,17,a@x.org,No submission,\n"
                          "Participant 4712,Jürgen Groß,18,j@x.org,,\n",
    "in German": "ID;Vollständiger Name;ID-Nummer;E-Mail-Adresse;Status\n"
                 "Teilnehmer/in4711;Ada Byron;;a@x.org;\nTeilnehmer/in4712;Jürgen Groß;;j@x.org;\n",
    "in French": "Identifiant\tNom complet\tAdresse de courriel\nParticipant4711\tAda Byron\ta@x.org\n"
                 "Participant4712\tJürgen Groß\tj@x.org\n",
    "in Spanish": "Nombre,Apellido(s),Nombre de usuario\nAda,Byron,ada\nJürgen,Groß,jg\n",
    "canvas's gradebook": 'Student,ID,SIS User ID,SIS Login ID,Section,01_se (4711)\n    Points Possible,,,,,10\n'
                          '"Byron, Ada",501,u1,ada,1,\n"Groß, Jürgen",502,u2,jg,1,\n"Groß, Jürgen",502,u2,jg,1,\n',
    "blackboard's": '"Last Name"\t"First Name"\t"Username"\t"Student ID"\n"Byron"\t"Ada"\t"ada"\t"17"\n'
                    '"Groß"\t"Jürgen"\t"jg"\t"18"\n',
    "two columns": "sep=;\r\nName;ID\r\nAda Byron;s 1\r\n;\r\nJürgen Groß;[s2]\r\n",
    "nbgrader's": "id,first_name,last_name,email\n1,Ada,Byron,a@x.org,,more than headings\n2,Jürgen,Groß,\n",
}
IDS = {"moodle's participants": "a@x.org j@x.org", "moodle's worksheet": "17 18", "in German": "a@x.org j@x.org",
       "in French": "a@x.org j@x.org", "in Spanish": "ada jg", "canvas's gradebook": "501 502",
       "blackboard's": "ada jg",
       "two columns": "s\xa01 [s2]", "nbgrader's": "1 2"}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_any_list_of_a_platform_is_a_roster(course, kind, encoding):  # noqa: F811
    write(course, "")
    (course / "work/roster.csv").write_bytes(LISTS[kind].encode(encoding))
    found = roster.read(course)
    ids = [each.replace("\xa0", " ") for each in IDS[kind].split(" ")]
    assert [found.with_name(name).id for name in ("Ada Byron", "Jürgen Groß")] == ids
    assert found.ids == {*ids}
    assert [f"{person.first} {person.last}".strip() for person in found.people if person.id] == [
        "Ada Byron", "Jürgen Groß"]


@pytest.mark.parametrize("content, said", [
    (b"", "no column with ids"), (b"name\nAda\n", "no column with ids: its first line says name"),
    ("id,name\n1,J\xfcrgen\n".encode("latin-1"), "not a CSV file in UTF-8"), (b"PK\x03\x04\xff", "not a CSV file"),
    (b"id,name\n1,Ada\n\n1,Bob\n", "line 4: Bob has the id 1, and so has Ada in line 2"),
    (b"id,name\nA@x,Ada\na@x,Bob\n", "line 3: Bob has the id a@x"),
    (b'id,name\n"' + b"x" * 200_000, "not a CSV file")])
def test_a_file_that_says_no_ids_is_refused_in_a_sentence(course, content, said):  # noqa: F811
    write(course, "")
    (course / "work/roster.csv").write_bytes(content)
    with pytest.raises(ValueError, match="work/roster.csv") as refused:
        roster.read(course)
    assert said in str(refused.value) and "\n" not in str(refused.value) and len(str(refused.value)) < 300


@pytest.mark.parametrize("odd", ["../x", ".x", "a/b@x.org", "a\\b", "x" * 201])
def test_one_line_whose_id_is_no_folder_s_name_refuses_nobody_else(course, odd):  # noqa: F811
    write(course, f"email,name\n{odd},Ada\nbob@x.org,Bob\n")
    found = roster.read(course)
    assert found.with_name("Bob").id == "bob@x.org" and found.ids == {"bob@x.org"}
    with pytest.raises(roster.Unknown, match="Ada"):
        found.with_name("Ada")
    assert [line.partition(":")[0] for line in found.odd] == ["work/roster.csv, line 2"]


def test_an_id_of_somebody_else_is_nobody_s_second_one(course):  # noqa: F811
    write(course, "username,student id,name\nada,1,Ada\nmallory,ada,Mallory\n")
    found = roster.read(course)
    assert found.with_id("ada").name == "Ada" and found.with_id("mallory").name == "Mallory"
    assert found.odd == ("work/roster.csv, line 3: ada is somebody else's id, and so not Mallory's, too",)


CLASS = ("id,name\n1,Ada Byron\n2,Zoë Ørsted\n3,Jo King\n4,Jo King\n,Nell Noid\n6,\"O'Neill, Dora\"\n7,Dora O'Neill\n"
         "8,Two_Names Smith\n9,Fay\n")


@pytest.mark.parametrize("name, said", [
    ("Ada Byron", "1"), (unicodedata.normalize("NFD", "Zoë Ørsted"), "2"), ("Dora ONeill", "7"),
    ("Two Names Smith", "8"),  # Moodle's own changes
    ("ada byron", "'Ada Byron' (1)"), ("Ada  Byron", "'Ada Byron' (1)"), ("Byron, Ada", "'Ada Byron' (1)"),
    ("Byron Ada", "'Ada Byron' (1)"), ("Zoe Ørsted", "'Zoë Ørsted' (2)"),
    ("Jo King", "2 people called 'Jo King' (3, 4)"), ("Nell Noid", "nothing in the column 'id'"),
    ("Eve", "'Eve' is not in work/roster.csv"),
    ("1", "'1' is not in"), ("Participant", "is not in")])
def test_a_name_is_never_guessed(course, name, said):  # noqa: F811
    write(course, CLASS)
    download(course, {f"{name}_99_assignsubmission_file_/01_se.ipynb": "x",
                      "Fay_98_assignsubmission_file_/01_se.ipynb": "fay's"})
    submitted, aside = collect(course, "moodle")
    assert submitted.pop("9") == {"01_se.ipynb": "fay's"}
    if said.isdigit():
        assert submitted == {said: {"01_se.ipynb": "x"}} and not aside
    else:
        assert submitted == {} and [said in why for why in aside.values()] == [True]


@pytest.mark.parametrize("platform, file, said", [
    ("canvas", "byronada_501_99001_01_se.ipynb", "ada"), ("canvas", "x_503_99001_01_se.ipynb", "'503' is not in"),
    ("blackboard", "W_ab_attempt_2026-11-20-10-00-00_01_se.ipynb", "ada"), ("folders", "ada/01_se.ipynb", "ada"),
    ("folders", "Ada Byron/01_se.ipynb", "ada"), ("folders", "[s 2]/01_se.ipynb", "[s 2]"),
    ("folders", "Ada/01_se.ipynb", "'Ada' is not in"), ("folders", "Jo/01_se.ipynb", "2 people called 'Jo'")])
def test_a_platform_s_own_ids_and_names_of_folders_are_looked_up_too(course, platform, file, said):  # noqa: F811
    write(course, "Name,Id,SIS User ID,SIS Login ID\nAda Byron,ada,501,ab\nBob,[s 2],,\nJo,3,,\nJo,4,,\n")
    download(course, {file: "x"})
    submitted, aside = collect(course, platform)
    assert list(submitted) == [said] if not aside else said in aside[file]


def test_two_participants_of_one_name_are_two_people(course):  # noqa: F811
    write(course, CLASS)
    files = {f"Zoë Ørsted_{number}_assignsubmission_file_/{number}.ipynb" for number in (98, 99)}
    download(course, {unicodedata.normalize("NFD" if "98" in name else "NFC", name): "x" for name in files})
    submitted, aside = collect(course, "moodle")
    assert not submitted and len(aside) == 2
    assert all("the assignment has 2 participants called" in why and "(98, 99)" in why for why in aside.values())


MOODLE = "Ada Byron_70_assignsubmission_file_/01_se.ipynb"


def test_without_a_roster_nobody_is_invented_and_the_same_command_goes_on_with_one(course, capfd):  # noqa: F811
    download(course, {MOODLE: "x"})
    with pytest.raises(SystemExit):
        collect(course, "moodle")
    assert "work/roster.csv must say" in capfd.readouterr().err and not (course / "submitted").exists()
    assert "Ada Byron" in (course / "downloaded/01_se/aside/list.txt").read_text()
    write(course, "id,name\n")
    with pytest.raises(SystemExit):
        collect(course, "moodle")
    assert "Nothing is collected: work/roster.csv has no column with ids" in capfd.readouterr().err
    write(course, CLASS)
    for _ in range(2):  # what was collected before is no news
        assert collect(course, "moodle") == ({"1": {"01_se.ipynb": "x"}}, {})


def test_force_keeps_what_has_not_changed_and_says_whose_time_goes(course, capfd):  # noqa: F811
    write(course, CLASS)
    files = {MOODLE: "x", "Fay_80_assignsubmission_file_/01_se.ipynb": "y"}
    download(course, files)
    collect(course, "moodle")
    for student in ("1", "9"):
        (course / f"submitted/{student}/01_se/timestamp.txt").write_text("2026-11-20 10:00:00 UTC")
    download(course, files | {MOODLE: "another"})
    submitted, _ = collect(course, "moodle", force=True)
    assert submitted["1"] == {"01_se.ipynb": "another"} and set(submitted["9"]) == {"01_se.ipynb", "timestamp.txt"}
    assert "1: timestamp.txt is removed, because it is about the earlier file" in capfd.readouterr().err


def test_an_id_of_the_gradebook_is_not_changed_by_another_list(course, capfd):  # noqa: F811
    write(course, "name,email\nAda Byron,a@x.org\n")
    download(course, {MOODLE: "x"})
    assert [*collect(course, "moodle")[0]] == ["a@x.org"]
    write(course, "name,id number,email\nAda Byron,17,a@x.org\n")
    with pytest.raises(SystemExit):
        collect(course, "moodle")
    assert "has the id 17, from the column 'id number', but in the gradebook a@x.org" in capfd.readouterr().err


@pytest.fixture
def term(course, monkeypatch):  # noqa: F811
    """Three lessons of 20, one of whom hands in nothing, and one only the first. Moodle's numbers differ each time.
    Everybody has as many points as the number of their name, but at most 2 in a lesson."""
    coursedir = CourseDirectory(root=str(course))
    app = AutogradeApp(coursedir=coursedir)
    monkeypatch.setattr(points_out, "course_app", lambda lesson: app)
    write(course, "ID;Vollständiger Name;E-Mail-Adresse\n" + "".join(
        f"Teilnehmer/in{900 + n};Jürgen Groß {n};s{n:02}@x.org\n" for n in range(20)))
    for place, lesson in enumerate(LESSONS):
        (course / f"release/{lesson}").mkdir(parents=True, exist_ok=True)
        (course / f"release/{lesson}/{lesson}.ipynb").write_text("{}")
        download(course, {f"Jürgen Groß {n}_{1000 * place + 7 * n}_assignsubmission_file_/{lesson}.ipynb": f"{n}"
                          for n in range(1, 20) if place == 0 or n > 1}, lesson)
        submitted, aside = collect(course, "moodle", lesson)
        assert len(submitted) == 19 - (place > 0) and not aside
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            gradebook.add_assignment(lesson)
            gradebook.add_notebook(lesson, lesson)
            slots = notebook.lesson(lesson).exercises
            for slot in slots:
                gradebook.add_grade_cell(slot.check_id, lesson, lesson, max_score=slot.points, cell_type="code")
            for student, files in submitted.items():
                gradebook.add_submission(lesson, student)
                for slot, most in zip(slots, [1.0] + [0.0] * len(slots)):
                    grade = gradebook.find_grade(slot.check_id, lesson, lesson, student)
                    grade.auto_score = min(float(files[f"{lesson}.ipynb"]), most)
            gradebook.db.commit()
    return app


LESSONS = ("01_se", "02_eca", "03_cbam")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return [*csv.DictReader(file)]


@pytest.mark.parametrize("absent, nothing", [("blank", ""), ("zero", "0.0")])
def test_a_term_ends_in_one_row_for_each_of_the_class(term, course, absent, nothing):  # noqa: F811
    wanted = points_out.Wanted("moodle", total_only=True, absent=absent)
    points_out.export_term(wanted, Console(file=io.StringIO()))
    rows = rows_of(course / "work/export/term-moodle.csv")
    assert [(row["Student ID"], row["Full name"], *(row[lesson] for lesson in LESSONS)) for row in rows] == [
        (f"s{n:02}@x.org", f"Jürgen Groß {n}", *("1.0" if n > (place > 0) else nothing for place in range(3)))
        for n in range(20)]
    plain = Csv(parent=term)
    plain.to = str(course / "grades.csv")
    with Gradebook(term.coursedir.db_url, term.coursedir.course_id) as gradebook:
        plain.export(gradebook)
    totals = {}
    for row in rows_of(course / "grades.csv"):
        totals[row["student_id"]] = totals.get(row["student_id"], 0) + float(row["score"])
    assert totals == {f"s{n:02}@x.org": {0: 0, 1: 1}.get(n, 3) for n in range(20)}


def test_each_lesson_goes_back_with_its_own_numbers(term, course):  # noqa: F811
    for place, lesson in enumerate(LESSONS):
        said = io.StringIO()
        points_out.export(lesson, points_out.Wanted("moodle", absent="zero", language="de"), Console(file=said))
        rows = rows_of(course / f"work/export/{lesson}-moodle.csv")
        expected = [f"Teilnehmer/in{1000 * place + 7 * n}" if n > (place > 0) else "" for n in range(20)]
        assert [row["ID"] for row in rows] == expected and {row["Bewertung"] for row in rows} == {"0.0", "1.0"}
        assert "number in this assignment; type them in Moodle: s00@x.org" in said.getvalue().replace("\n", " ")
    for student in ("s05@x.org", "s00@x.org"):
        page = course / f"feedback/{student}/02_eca/02_eca.html"
        page.parent.mkdir(parents=True)
        page.write_text(student)
    feedback_zip(term, "02_eca", "moodle", Console(file=(said := io.StringIO()), width=200))
    with zipfile.ZipFile(course / "work/export/02_eca-feedback-moodle.zip") as archive:
        assert archive.namelist() == ["Jürgen Groß 5_1035_assignsubmission_file_02_eca.html"]
    assert "s00@x.org" in said.getvalue()
    assert {"work/roster.csv", "work/participants.csv"} <= {*class_files.OWN}
