"""`autograder status` and `autograder feedback`: how a lesson stands, and the pages that are made again."""

import io

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import AutogradeApp
from nbgrader.utils import notebook_hash
from rich.console import Console

from autograder.classroom import give_back, status
from autograder.classroom.final_mark import FinalMark

from .pupils import LESSON
from .test_made_from import Graded, mark


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """ada and dora are graded and have pages; eve handed in and is not graded, fay is absent."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield made(tmp_path_factory.mktemp("graded"), monkeypatch)


def app_of(graded, monkeypatch):
    app = AutogradeApp(config=graded.config)
    app.config.Exchange.root = str(graded.folder / "exchange")
    app.coursedir = graded.coursedir
    for module in (status, give_back):
        monkeypatch.setattr(module, "course_app", lambda lesson: app)
    return app


def made(tmp_path, monkeypatch):
    graded = Graded(tmp_path)
    app_of(graded, monkeypatch)
    monkeypatch.setattr(status, "why_again",
                        lambda autograde, student: "not graded before" if student == "eve" else None)
    for student, time in {"ada": "2026-11-20 10:00:00 UTC", "dora": "", "eve": "yesterday"}.items():
        folder = tmp_path / f"submitted/{student}/{LESSON}"
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(time)
    with Gradebook(graded.db_url) as gradebook:
        gradebook.add_student("fay")
    return graded


def change(graded, *changes):
    with Gradebook(graded.db_url) as gradebook:
        for each in changes:
            each(gradebook, graded)
        gradebook.db.commit()


def late(gradebook, graded):
    gradebook.find_submission_notebook(LESSON, LESSON, "dora").late_submission_penalty = 1.25


def told():
    console = Console(file=io.StringIO(), width=80)
    lines = {line["student"]: line for line in status.status(LESSON, console)[1]}
    return lines, [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_each_student_has_a_line_from_handing_in_to_giving_back(graded):
    change(graded, mark("manual_score", 1.75), late)
    lines, shown = told()
    assert shown == ["no due date",
                     "ada 2026-11-20 10:00 UTC 0.5 of 2 graded feedback up to date not released",
                     "dora handed in 0.5 of 2, 1.25 taken off for being late, marked by hand graded feedback out of "
                     "date not released",
                     "eve handed in, time unread no mark not graded yet no feedback not released",
                     "fay nothing handed in",
                     "4 students: 3 handed in, 2 graded, 1 with feedback that is up to date, 0 released",
                     "dora: 1.25 of 2 taken off for being late", "Counted as in time, because the hand-in time "
                     "can't be read for certain:", "- eve: its timestamp.txt says 'yesterday': it is not a year, a "
                     "month, a day and a time; write it like 2026-11-20 23:59:00 +0100"]
    assert lines["dora"] == {"student": "dora", "lesson": LESSON, "submitted": True, "due": None, "handed_in": None,
                             "time_unread": None, "graded": True,
                             "why_not": None, "points": 0.5, "max_points": 2.0, "unmarked": 0,
                             "penalty": 1.25, "by_hand": True,
                             "feedback": "out of date",
                             "released": "none", "file": None}
    assert (lines["eve"]["graded"], lines["eve"]["why_not"],
            lines["fay"]["submitted"]) == (False, "not graded before", False)


def test_when_it_is_due_for_whom_and_who_is_late(graded):
    """By the gradebook, and by work/course.toml where the next grading will take it from there."""
    rules = graded.folder / "work/course.toml"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text('[due]\n01_se = 2026-11-20T09:00:00Z\n[extensions]\nfay = 2\n')
    lines, shown = told()
    assert (
        shown[0] == "due 2026-11-20 09:00 UTC; fay: 2026-11-22 09:00 UTC"
        and lines["fay"]["due"] == "2026-11-22 09:00:00+00:00"
    )
    assert "2026-11-20 10:00 UTC, late" in shown[1]
    change(graded,
           lambda gradebook, _: gradebook.update_or_create_assignment(LESSON, duedate="2026-11-25 09:00:00 UTC"),
           lambda gradebook, _: gradebook.grant_extension(LESSON, "ada", days=1))
    shown = told()[1]
    assert (
        shown[0] == "due 2026-11-25 09:00 UTC; ada: 2026-11-26 09:00 UTC; fay: 2026-11-27 09:00 UTC"
        and "late" not in shown[1]
    )
    rules.unlink()
    change(graded, lambda gradebook, _: gradebook.update_or_create_assignment(LESSON, duedate=None))


def test_a_page_is_released_as_long_as_the_exchange_holds_it_as_it_is(graded):
    graded.page("ada").with_name("submission_secret.txt").write_text("secret")
    copy = (
        graded.folder
        / f"exchange/{graded.coursedir.course_id}/feedback/{notebook_hash(secret='secret', notebook_id=LESSON)}.html"
    )
    copy.parent.mkdir(parents=True)
    copy.write_bytes(graded.page("ada").read_bytes())
    assert told()[0]["ada"]["released"] == "up to date"
    copy.write_text("an older one")
    assert told()[0]["ada"]["released"] == "out of date"


def test_feedback_makes_the_pages_that_are_out_of_date_and_says_how_many(graded):
    change(graded, mark("manual_score", 1.75))
    console = Console(file=io.StringIO(), width=80)
    assert graded.made_again(lambda: give_back.feedback(LESSON, None, console)) == ["dora"]
    assert "1 made, 1 up to date" in console.file.getvalue() and "Made: dora" in console.file.getvalue()
    assert told()[0]["dora"]["feedback"] == "up to date"


def test_a_file_that_is_not_what_it_should_be_is_named(graded):
    path = graded.notebook("ada")
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["not_whole"] = why = "is 05a_danet, not 01_se"
    nbformat.write(notebook, path)
    lines, shown = told()
    assert (lines["ada"]["file"], lines["dora"]["file"]) == (why, None) and f"ada: the notebook {why}" in shown


def test_a_mark_below_zero_is_zero():
    assert FinalMark(1.0, 3.0, 10.0).in_words == "0 of 10, 1 taken off for being late"
