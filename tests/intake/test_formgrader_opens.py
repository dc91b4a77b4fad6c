"""What formgrader and grading open among a stranger's files: plain ones, within bounds, and nothing of them runs."""

import os
import struct
from datetime import UTC, datetime
from types import SimpleNamespace

import nbgrader.server_extensions.formgrader.formgrader as theirs
import pytest
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import handlers
from tornado.web import HTTPError
from traitlets.config import Config

from autograder import doctor
from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin import exchange_collect, formgrader, hand_in_time

pytestmark = pytest.mark.quick

PICTURE = b"\x89PNG"


@pytest.fixture(scope="module", autouse=True)
def configured():
    assert theirs
    nbgrader_plugin.configure(Config())


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """Whether a path below a submission's folder is shown."""
    folder = tmp_path / "autograded/mallory/01_se"
    folder.mkdir(parents=True)
    monkeypatch.setattr(handlers.SubmissionFilesHandler, "validate_absolute_path", lambda self, root, path: path)

    def shown(name):
        handler = formgrader.SubmissionFiles.__new__(formgrader.SubmissionFiles)
        handler.folder = str(folder)
        try:
            return handler.validate_absolute_path(str(tmp_path), os.path.abspath(folder / name)) is not None
        except HTTPError as error:
            assert error.status_code == 404
            return False
    shown.folder = folder
    return shown


def test_beside_a_submission_pictures_are_shown_and_nothing_else(opened, tmp_path):
    folder, seed = opened.folder, tmp_path / "seed.png"
    seed.write_bytes(b"secret")
    (tmp_path / "others").mkdir()
    (tmp_path / "others/theirs.png").write_bytes(PICTURE)
    (folder / "mine.png").write_bytes(PICTURE)
    (folder / "sub").mkdir()
    (folder / "sub/mine.JPG").write_bytes(PICTURE)
    for name in ("page.html", "picture.svg", "01_se.ipynb"):
        (folder / name).write_text("<script>alert(1)</script>")
    (folder / "link.png").symlink_to(seed)
    (folder / "linked").symlink_to(tmp_path / "others")
    os.mkfifo(folder / "pipe.png")
    with open(folder / "large.png", "wb") as large:
        large.truncate(200 << 20)
    assert opened("mine.png") and opened("sub/mine.JPG")
    for name in ("page.html", "picture.svg", "01_se.ipynb", "link.png", "linked/theirs.png", "pipe.png", "large.png",
                 "../../../seed.png",
                 "/etc/passwd", "missing.png", "sub"):
        assert not opened(name), name


def test_a_graded_notebook_that_is_a_link_or_too_large_is_not_opened(tmp_path):
    (tmp_path / "link.ipynb").symlink_to("/dev/zero")
    with open(tmp_path / "large.ipynb", "wb") as large:
        large.truncate(200 << 20)
    for name, status in (("link.ipynb", 404), ("large.ipynb", 413), ("missing.ipynb", 404)):
        with pytest.raises(HTTPError) as refused:
            formgrader.SubmissionPage().from_filename(str(tmp_path / name))
        assert refused.value.status_code == status


def test_formgraders_handlers_are_ours_and_doctor_would_see_it(monkeypatch):
    assert formgrader.is_adapted()
    monkeypatch.setattr(handlers, "default_handlers",
                        [(r"/formgrader/submissions/(.*)", handlers.SubmissionFilesHandler)])
    assert not formgrader.is_adapted()


@pytest.mark.parametrize("names, check_owner, mine, state, said", [
    (["bob", "cy"], True, True, "missing", "without an account, or with yours, can use such a name"),
    (["bob", "cy"], False, False, "missing", "anybody who can write there can use such a name"),
    (["bob", "cy"], True, False, "missing", "and their folders belong to other accounts. They are not collected"),
    (["bob"], True, False, "good", "all 1 who"), ([], True, False, "good", "nothing")])
def test_doctor_says_where_names_are_all_there_is(tmp_path, monkeypatch, names, check_owner, mine, state, said):
    """And who can use them: on a hub where every learner has an account, nobody can."""
    monkeypatch.setattr(exchange_collect, "account_of", {"bob": 12345}.get)
    monkeypatch.setattr(exchange_collect, "name_of", lambda number: "mallory")
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + (not mine))
    for name in names:
        (tmp_path / f"{name}+01_se+t+a").mkdir()
    found, = doctor._exchange(tmp_path, check_owner)
    assert found.state == state and said in found.text
    assert (f"1 of {len(names)} who handed in" in found.text and "(such as 'cy')" in found.text) == (state == "missing")
    assert list(doctor._exchange(tmp_path / "none", check_owner)) == []


def test_a_hand_in_time_is_one_line_of_a_plain_file(tmp_path):
    stamp = tmp_path / "submitted/ada/01_se/timestamp.txt"
    stamp.parent.mkdir(parents=True)
    course = CourseDirectory(root=str(tmp_path), assignment_id="01_se")
    shown = NbGraderAPI.get_submitted_timestamp
    app = SimpleNamespace(coursedir=course)
    assert course.get_existing_timestamp(str(stamp.parent)) is None
    stamp.write_text("2026-11-20 10:00:00 UTC")
    assert course.get_existing_timestamp(str(stamp.parent)) == shown(app, "01_se", "ada") == datetime(2026, 11, 20, 10)
    for content in ("2026-11-20 11:00:00 Europe/Berlin", "2026/11/20 10:00:00 UTC"):
        stamp.write_text(content)
        assert course.get_existing_timestamp(str(stamp.parent)) == datetime(2026, 11, 20, 10)
    # a time zone is a name: as the path of a file, it would have the file opened, and waited for if its owner likes
    zone = tmp_path / "zone"
    zone.write_bytes(struct.pack(">4s16x6liBB4s", b"TZif", 0, 0, 0, 0, 1, 4, 3600, 0, 0, b"CET\0"))
    for content in ("yesterday", "9" * 150, "1" * (1 << 20), "2026-11-20 10:00:00 +99999999999999",
                    "9999-12-31 23:59:59 -0500",
                    *(f"2026-11-20 10:00:00 {before}{zone}" for before in ("", ":", "../.."))):
        stamp.write_text(content)
        assert course.get_existing_timestamp(str(stamp.parent)) is shown(app, "01_se", "ada") is None
        assert 0 < len(hand_in_time.unread_in(stamp.parent, UTC)) < 300
    stamp.unlink()
    stamp.symlink_to("/dev/zero")
    assert course.get_existing_timestamp(str(stamp.parent)) is None
    assert "timestamp.txt can't be read" in hand_in_time.unread_in(stamp.parent, UTC)
