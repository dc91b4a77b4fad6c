"""The zip of a class's pages: by its names a platform's bulk upload tells whose each page is."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from nbgrader.apps import AutogradeApp
from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from autograder.classroom import participants
from autograder.classroom.feedback_zip import feedback_zip
from autograder.classroom.participants import Participant

from .pupils import LESSON


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Pages for 40213, for 40999, and for eve, whose id is her own; a download of Canvas's with two of them."""
    tmp_path = tmp_path_factory.mktemp("course")
    app = AutogradeApp(coursedir=CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/gradebook.db"))
    for student in ("40213", "40999", "eve"):
        page = tmp_path / f"feedback/{student}/{LESSON}/{LESSON}.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"the page of {student}")
        page.with_name("mine.png").write_text("not a page")
    (tmp_path / f"downloaded/{LESSON}/archive").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / f"downloaded/{LESSON}/archive/submissions.zip", "w") as archive:
        for name in ("byronada_LATE_40213_551200_01_se-2.ipynb", "byronada_40213_551199_notes.ipynb",
                     "x_40000_1_01_se.ipynb", "y.ipynb"):
            archive.writestr(name, "{}")
    (tmp_path / f"downloaded/{LESSON}/archive/damaged.zip").write_text("no zip")
    return app


def zipped(app, platform):
    """What is in the zip by name, and what the command says."""
    console = Console(file=io.StringIO(), width=80)
    feedback_zip(app, LESSON, platform, console)
    with zipfile.ZipFile(f"{app.coursedir.root}/work/export/{LESSON}-feedback-{platform}.zip") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}, console.file.getvalue()


def test_moodle_finds_the_participant_s_number_and_the_file_s_name(course):
    root = Path(course.coursedir.root)
    participants.keep(root, LESSON, {"eve": Participant("771", "Ada_1/.. By\nron"), "40999": Participant("772")})
    participants.keep(root, "02_eca", {"40213": Participant("40213")})
    files, said = zipped(course, "moodle")
    assert files == {"Ada 1 .. By ron_771_assignsubmission_file_01_se.html": "the page of eve",
                     "Participant_772_assignsubmission_file_01_se.html": "the page of 40999"}
    for name in files:  # as is_valid_filename_for_import reads it: at most five parts, the second a number
        _, number, plugin, kind, rest = name.split("_", 4)
        assert number.isdecimal() and (plugin, kind, rest) == ("assignsubmission", "file", "01_se.html")
    assert "Not in the zip, because no zip of Moodle's said their number in this assignment: 40213" in said


def test_canvas_finds_the_numbers_of_the_student_and_of_the_file_that_was_handed_in(course):
    files, said = zipped(course, "canvas")
    assert files == {"byronada_LATE_40213_551200_01_se-2.html": "the page of 40213"}
    # as infer_comment_context_from_filename takes them
    assert re.findall(r"(?<=_)\d+(?=_)", *files)[:2] == ["40213", "551200"]
    assert "holds the student's notebook: 40999, eve" in said


def test_nothing_is_written_if_nobody_can_be_named(course, monkeypatch):
    monkeypatch.setattr(course.coursedir, "feedback_directory", "elsewhere")
    with pytest.raises(ValueError, match="no page can be given the name that moodle needs"):
        zipped(course, "moodle")
