"""work/course.toml: what is wrong with it is one sentence with its line, and what is right reaches the gradebook."""

import io
import re
import sqlite3
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp, NbGraderAPI
from rich.console import Console

from autograder import cli
from autograder.classroom import agree, rules
from autograder.classroom.agree import APPLY, LOOK, REPLACE
from autograder.classroom.counts import weights_of

from .pupils import LESSON, ROOT
from .test_made_from import Graded

FILE = """timezone = "Europe/Berlin"

[due]
01_se = 2026-11-20 23:59:00          # in winter: 22:59 UTC
02_eca = 2026-06-20T23:59:00+00:00

[late]
percent_per_day = 10
at_most_percent = 50

[extensions]
ada = 2
dora = {01_se = 1, 02_eca = 0.5}

[weights]
10_capstone = 2

[exercises.01_se]
Excitation = 0
SEBlock = "bonus"
"""
LESSONS, STUDENTS = ("01_se", "02_eca", "10_capstone"), ("ada", "dora")


def write(folder, text):
    (folder / "work").mkdir(exist_ok=True)
    (folder / rules.NAME).write_text(text)
    return folder


def test_what_the_file_says(tmp_path):
    found = rules.read(write(tmp_path, FILE))
    found.check_names(LESSONS, STUDENTS)
    assert found.due == {"01_se": datetime(2026, 11, 20, 22, 59), "02_eca": datetime(2026, 6, 20, 23, 59)}
    assert found.extension("ada", "02_eca") == timedelta(days=2) and found.extension("dora", "10_capstone") is None
    assert found.extension("dora", "02_eca") == timedelta(hours=12) and found.weights == {"10_capstone": 2}
    assert {name: weight.in_words for name, weight in found.exercises["01_se"].items()} == {
        "Excitation": "does not count", "SEBlock": "is a bonus"}
    assert [found.penalty(10, days * 86400) for days in (0.1, 1, 1.1, 9)] == [1, 1, 2, 5]
    assert rules.read(tmp_path / "elsewhere") is None


@pytest.mark.parametrize("old, new, line, said", [
    ("01_se = 2026", "01_es = 2026", 4, "there is no lesson '01_es'; did you mean 01_se?"),
    ("10_capstone = 2", "1O_capstone = 2", 16, "there is no lesson '1O_capstone'; did you mean 10_capstone?"),
    ("01_se = 1,", "01_ce = 1,", 13, "there is no lesson '01_ce'"),
    ("ada = 2", "adda = 2", 12, "the gradebook has no student 'adda'; did you mean ada?"),
    ("10_capstone = 2", "10_capstone = -2", 16, "weights.10_capstone is -2, but must be a number of at least 0"),
    ("10_capstone = 2", "10_capstone = nan", 16, "weights.10_capstone is nan"),
    ("10_capstone = 2", '10_capstone = "2"', 16, "weights.10_capstone is '2'"),
    ("= 10", "= 110", 8, "late.percent_per_day is 110, but must be a number from 0 to 100"),
    ("percent_per_day", "percent_a_day", 8, "'percent_a_day' is not a known entry of [late]"),
    ("percent_per_day = 10\n", "", 8, "at_most_percent needs percent_per_day"),
    ("02_eca = 0.5", "02_eca = -1", 13, "extensions.dora.02_eca is -1"),
    ("23:59:00  ", "23:59  ", 4, "A time is written 2026-11-20 23:59:00"),
    ("02_eca = 2026", "01_se = 2026", 5, "The same name appears twice"),
    ("[weights]", "[late]", 15, "The same name appears twice"),
    ("2026-11-20 23:59:00 ", "2026-10-25 02:30:00 ", 4, "clocks in Europe/Berlin show 2026-10-25 02:30:00 twice"),
    ("2026-11-20 23:59:00 ", "2026-11-20 ", 4, "2026-11-20 is not a date with a time"),
    ("2026-11-20 23:59:00 ", '"Friday" ', 4, "Friday is not a date with a time"),
    ('timezone = "Europe/Berlin"', "", 4, "2026-11-20 23:59:00 has no time zone"),
    ("Europe/Berlin", "Europe/Bärlin", 1, "there is no time zone 'Europe/Bärlin'"),
    ("Excitation = 0", "Exitation = 0", 19, "01_se has no exercise 'Exitation'; did you mean Excitation?"),
    ("Excitation = 0", "Excitation = -1", 19, "exercises.01_se.Excitation is -1, but must be a number from 0 to 100"),
    ("Excitation = 0", 'Excitation = "twice"', 19,
     "exercises.01_se.Excitation is 'twice', but must be a number or \"bonus\""),
    ("[exercises.01_se]\n", "[exercises]\n", 19, "exercises.Excitation is a table: write [exercises.Excitation]"),
    ("exercises.01_se", "exercises.01_es", 18, "there is no lesson '01_es'"),
    ("[due]", "[dues]", 3, "'dues' is not a known section: the sections are timezone, due"),
    ("[late]", "late = 3\n[late]", 7, "3 is not a date with a time"),
    ("[late]\n", "", 7, "10 is not a date with a time"),
])
def test_what_is_wrong_is_one_sentence_with_the_line(tmp_path, old, new, line, said):
    folder = write(tmp_path, FILE.replace(old, new, 1))
    with pytest.raises(ValueError) as raised:
        found = rules.read(folder)
        found.check_names(LESSONS, STUDENTS)
        found.check_exercises("01_se", ("Excitation", "SEBlock"))
    assert said in str(raised.value) and f"line {line}" in str(raised.value) and rules.NAME in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_file_of_the_docs_is_right(tmp_path):
    text = (ROOT / "docs/instructors/course.md").read_text(encoding="utf-8")
    found = rules.read(write(tmp_path, re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]))
    found.check_names(LESSONS, ("ada", "tom"))
    assert len(weights_of(found, "02_eca")) == 3
    assert found.extension("tom", "02_eca") == timedelta(days=7) and found.penalty(10, 3 * 86400) == 3


def test_names_in_quotes_and_tables_of_their_own_have_lines_too():
    text = '[extensions."ada@example.org"]\n01_se = 1\n\n[extensions]\n"b.c" = 3\n'
    assert rules.line_of(text, ("extensions", "ada@example.org", "01_se")) == 2
    assert rules.line_of(text, ("extensions", "b.c")) == 5


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """ada and dora handed in on 24 November and have 0.5 of 2 points; nothing is due."""
    graded = Graded(tmp_path)
    app = AutogradeApp(config=graded.config)
    app.coursedir = graded.coursedir
    monkeypatch.setattr(agree, "course_app", lambda lesson: app)
    with Gradebook(graded.db_url) as gradebook:
        for submission in gradebook.assignment_submissions(LESSON):
            submission.timestamp = datetime(2026, 11, 24, 12)
        gradebook.db.commit()
    graded.app = app
    write(tmp_path, FILE.replace("at_most_percent = 50", "at_most_percent = 15"))
    return graded


def told(how):
    console = Console(file=io.StringIO(), width=80)
    return agree.course(how, console), console.file.getvalue()


def held(graded):
    with Gradebook(graded.db_url) as gradebook:
        found = {each.student.id: (each.extension, each.notebooks[0].late_submission_penalty)
                 for each in gradebook.assignment_submissions(LESSON)}
        return gradebook.find_assignment(LESSON).duedate, found


def test_look_says_it_all_and_changes_nothing_apply_does_it_once(graded):
    before = held(graded)
    status, said = told(LOOK)
    assert status == 1 and held(graded) == before == (None, {"ada": (None, None), "dora": (None, None)})
    for line in ("01_se: 2026-11-20 23:59 Europe/Berlin, weight 1",
                 "02_eca: 2026-06-21 01:59 Europe/Berlin, weight 1; not released yet",
                 "To be set in the gradebook (--apply does it):", "- 01_se is due 2026-11-20 23:59 Europe/Berlin",
                 "- dora in 01_se has 1 day longer",
                 "- ada in 01_se: 0.3 of 2 taken off for being late: handed in 2026-11-24 13:00 Europe/Berlin, due "
                 "2026-11-22 23:59 Europe/Berlin, 2 days begun at 10 % of 2 points, at most 15 %; it was 0\n"):
        assert line in said
    assert told(APPLY)[0] == 0
    due = datetime(2026, 11, 20, 22, 59)
    assert held(graded) == (due, {"ada": (timedelta(days=2), 0.3), "dora": (timedelta(days=1), 0.3)})
    status, said = told(APPLY)
    assert status == 0 and "The gradebook agrees with work/course.toml." in said


@pytest.mark.parametrize("due, offset", [(datetime(2026, 6, 20, 21, 59), "+0200"),
                                         (datetime(2026, 11, 20, 22, 59), "+0100")])
def test_formgraders_form_shows_a_due_date_with_the_offset_of_that_day(graded, due, offset):
    (graded.folder / "source" / LESSON).mkdir(parents=True)
    with Gradebook(graded.db_url) as gradebook:
        gradebook.update_or_create_assignment(LESSON, duedate=due)
        form = NbGraderAPI(graded.coursedir, timezone="Europe/Berlin").get_assignment(LESSON)
        assert (form["duedate_notimezone"][-8:], form["duedate_timezone"]) == ("23:59:00", offset)
        said = f"{form['duedate_notimezone']} {form['duedate_timezone']}"
        assert gradebook.update_or_create_assignment(LESSON, duedate=said).duedate == due  # as the form is saved


def test_what_was_set_elsewhere_is_said_and_left(graded):
    told(APPLY)
    with Gradebook(graded.db_url) as gradebook:  # as formgrader's pencil does
        gradebook.update_or_create_assignment(LESSON, duedate="2026-11-27 12:00:00 UTC")
        gradebook.grant_extension(LESSON, "ada", days=9)
    status, said = told(APPLY)
    assert status == 1
    assert ("01_se is due 2026-11-27 13:00 Europe/Berlin in the gradebook, and 2026-11-20 23:59 Europe/Berlin in "
            "work/course.toml") in said
    assert "ada in 01_se has 9 days longer in the gradebook, and 2 days longer in work/course.toml" in said
    due, found = held(graded)  # the penalties go by the gradebook's date
    assert (due, found["ada"][0]) == (datetime(2026, 11, 27, 12), timedelta(days=9)) and not found["dora"][1]
    assert told(REPLACE)[0] == 0
    assert held(graded)[1]["ada"] == (timedelta(days=2), 0.3)


def test_nothing_is_applied_if_anything_is_wrong(graded):
    write(graded.folder, FILE.replace("dora", "dara"))
    with pytest.raises(ValueError, match="no student 'dara'; did you mean dora"):
        told(APPLY)
    assert held(graded)[0] is None


def test_two_rules_for_late_work_are_one_too_many(graded):
    graded.app.config.LateSubmissionPlugin.penalty_method = "zero"
    with pytest.raises(ValueError, match="both say what late work costs"):
        told(APPLY)
    write(graded.folder, FILE.replace("percent_per_day = 10\nat_most_percent = 50", ""))
    assert told(APPLY)[0] == 0
    assert held(graded)[1]["ada"][1] == 0.5  # all of it, by nbgrader's own rule


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])  # nobody else may read it, or write to it
def test_a_gradebook_that_another_program_holds_is_one_sentence_and_nothing_is_half_done(graded, capsys, lock):
    before = held(graded)
    graded.coursedir.db_url += "?timeout=0.1"
    other = sqlite3.connect(graded.folder / "gradebook.db", isolation_level=None)
    other.execute(f"BEGIN {lock}")
    with pytest.raises(SystemExit, match="3"):
        cli.main(["course", "--apply"])
    said = capsys.readouterr().err
    assert "the gradebook can't be used (database is locked)" in said and "Traceback" not in said
    other.close()
    assert held(graded) == before


@pytest.mark.parametrize("written, said, time", [
    ("2026-11-24 08:00:00 PST", "ada in 01_se counts as in time: its timestamp.txt says '2026-11-24", None),
    ("2026-11-20 10:00:00 +0100", "ada in 01_se was handed in 2026-11-20 10:00 Europe/Berlin; the gradebook has "
                                  "2026-11-24 13:00 Europe/Berlin", datetime(2026, 11, 20, 9)),
    ("2026-11-24 13:00:00", "", datetime(2026, 11, 24, 12))])  # in the course's zone: as the gradebook has it
def test_a_hand_in_time_is_corrected_for_work_that_is_graded(graded, written, said, time):
    told(APPLY)
    stamp = graded.folder / f"submitted/ada/{LESSON}/timestamp.txt"
    stamp.parent.mkdir(parents=True)
    stamp.write_text(written)
    assert said in told(LOOK)[1] and told(APPLY)[0] == 0 and "agrees" in told(LOOK)[1]
    with Gradebook(graded.db_url) as gradebook:
        assert gradebook.find_submission(LESSON, "ada").timestamp == time
    assert held(graded)[1]["ada"][1] == (None if said else 0.3)
