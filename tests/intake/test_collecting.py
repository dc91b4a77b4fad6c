"""An exchange into which learners put what they like."""

import os

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.classroom import nbgrader_plugin
from autograder.classroom.nbgrader_plugin import exchange_collect
from autograder.classroom.nbgrader_plugin.copy_files import plain_files
from autograder.classroom.nbgrader_plugin.released import List, ReleaseFeedback
from autograder.intake import folders, plain_file
from autograder.intake.folders import TooMuch, copy_folder
from tests.classroom.course import SEED
from tests.classroom.pupils import IN_TIME, LESSON

STAMP = "2026-11-20 10:00:00.000000 UTC"
pytestmark = [pytest.mark.quick, pytest.mark.skipif(os.name == "nt", reason="nbgrader has no exchange on Windows")]


@pytest.fixture
def inbound(tmp_path):
    folder = tmp_path / "inbound"
    folder.mkdir()
    return folder


def test_plain_files_are_copied_and_nothing_else_is_opened(inbound, tmp_path):
    secret = tmp_path / "seed"
    secret.write_text(SEED)
    ada = inbound / "ada"
    (ada / "lib").mkdir(parents=True)
    (ada / "01_se.ipynb").write_text("{}")
    (ada / "lib/mine.py").write_text("x = 1")
    (ada / "seed.txt").symlink_to(secret)
    (ada / "all").symlink_to(tmp_path, target_is_directory=True)
    (ada / "zero").symlink_to("/dev/zero")
    os.link(secret, ada / "twice.txt")
    os.mkfifo(ada / "pipe")
    (ada / "\x1b[31mred").write_text("")
    (ada / "notes.pyc").write_text("")
    left_out = copy_folder(ada, tmp_path / "copy", ["*.pyc"])
    found = {path.relative_to(tmp_path / "copy").as_posix() for path in (tmp_path / "copy").rglob("*")
             if not path.is_dir()}
    assert found == {"01_se.ipynb", "lib/mine.py"}
    assert len(left_out) == 6 and "'seed.txt': a link" in left_out and "'pipe': not a plain file" in left_out
    assert "'twice.txt': a file that has a second name elsewhere (a hard link)" in left_out and not any(
        "\x1b" in each for each in left_out
    )


def test_what_lies_beside_a_notebook_is_copied_where_it_is_a_plain_file(inbound, tmp_path):
    (tmp_path / "seed").write_text(SEED)
    (tmp_path / "marks").write_text("10 of 10")
    (inbound / "mine.txt").write_text("mine")
    (inbound / "marks.txt").symlink_to(tmp_path / "marks")
    os.link(tmp_path / "seed", inbound / "twice.txt")
    os.mkfifo(inbound / "pipe")
    assert plain_files(str(inbound)) == [str(inbound / "mine.txt")]


def test_a_name_that_would_fill_the_log_is_listed_by_its_beginning(inbound, tmp_path):
    deepest = inbound / "ada" / "/".join(["deep" * 20] * 8)
    deepest.mkdir(parents=True)
    (deepest / "link").symlink_to("/etc/passwd")
    line, = copy_folder(inbound / "ada", tmp_path / "copy")
    assert line.startswith("'deepdeep") and line.endswith("... (654 characters): a link") and len(line) < 400


def test_a_folder_in_the_place_of_a_file_stays_open_nowhere(inbound):
    """Else a thousand such folders would use up all files that a process may have open."""
    before = len(os.listdir("/dev/fd"))
    for _ in range(20):
        with pytest.raises(OSError):
            plain_file.open_plain(inbound)
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid(), reason="only root can give files away")
def test_a_file_of_somebody_else_is_left_out(inbound, tmp_path):
    (inbound / "ada").mkdir()
    (inbound / "ada/theirs.ipynb").write_text("{}")
    os.chown(inbound / "ada/theirs.ipynb", 12345, 12345)
    assert copy_folder(inbound / "ada", tmp_path / "copy") == ["'theirs.ipynb': it belongs to somebody else"]


def test_a_folder_has_a_bound_in_files_bytes_and_depth(inbound, tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MOST_FILES", 20)
    monkeypatch.setattr(folders, "MOST", 5_000)
    deep = inbound / "deep" / "/".join("abcdefghijkl")
    deep.mkdir(parents=True)
    assert copy_folder(inbound / "deep", tmp_path / "deep") == [
        "'a/b/c/d/e/f/g/h/i': a folder that is more than 8 levels deep"]
    for name, files, size in (("many", 21, 1), ("large", 2, 3_000)):
        (inbound / name).mkdir()
        for number in range(files):
            (inbound / name / str(number)).write_bytes(b"x" * size)
        with pytest.raises(TooMuch, match="holds more than"):
            copy_folder(inbound / name, tmp_path / name)


def test_a_link_in_the_place_of_a_folder_is_not_followed(inbound, tmp_path):
    (inbound / "ada").symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(OSError):
        copy_folder(inbound / "ada", tmp_path / "copy")


@pytest.mark.skipif(os.name == "nt" or os.geteuid(), reason="only root can give folders away")
def test_a_folder_is_whose_account_it_belongs_to(inbound, monkeypatch):
    """bob's newest by its name is mallory's, and bob's own is collected. Where neither the name nor the owner has an
    account, or all have the collector's, the name is all there is."""
    accounts = {"bob": 12345, "mallory": 12346}
    monkeypatch.setattr(exchange_collect, "account_of", accounts.get)
    monkeypatch.setattr(exchange_collect, "name_of", {number: name for name, number in accounts.items()}.get)
    for name, owner in ((f"bob+{LESSON}+{STAMP}+a", 12345), (f"bob+{LESSON}+{STAMP.replace('2026', '2027')}+b", 12346),
                        (f"cy+{LESSON}+{STAMP}+c", 12347), (f"di+{LESSON}+{STAMP}+d", os.geteuid()),
                        (f"nobody_s+{LESSON}+{STAMP}+e", 12346)):
        (inbound / name).mkdir()
        os.chown(inbound / name, owner, owner)
    records, believed = ([exchange_collect.Collect(check_owner=check)._path_to_record(str(path))
                          for path in sorted(inbound.iterdir())] for check in (True, False))
    assert [record["username"] for record in records if "why" not in record] == ["bob", "cy", "di"]
    assert [record["why"] for record in records if "why" in record] == [
        "has the name of bob, but belongs to another account",
        "has the name of nobody_s, who has no account here, but belongs to mallory. If everybody's containers run as "
        "mallory, set c.ExchangeCollect.check_owner = False"]
    assert [record["username"] for record in believed if "why" not in record] == ["bob", "cy", "di", "nobody_s"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid(), reason="only root can give folders away")
def test_a_folder_that_changes_hands_after_it_was_looked_at_is_not_copied(inbound, tmp_path):
    name = f"bob+{LESSON}+{STAMP}+a"
    (inbound / name).mkdir()
    os.chown(inbound / name, 12345, 12345)
    collecting = exchange_collect.Collect(coursedir=CourseDirectory(root=str(tmp_path), assignment_id=LESSON))
    collecting.inbound_path, collecting.src_records = str(inbound), [collecting._path_to_record(str(inbound / name))]
    os.chown(inbound / name, 12346, 12346)
    collecting.copy_files()
    assert not (tmp_path / "submitted/bob" / LESSON).exists()


def test_an_earlier_hand_in_without_a_time_stops_nobody(inbound, tmp_path):
    nbgrader_plugin.configure(Config())
    collecting = exchange_collect.Collect(coursedir=CourseDirectory(root=str(tmp_path), assignment_id=LESSON),
                                          update=True,
                                 check_owner=False)
    collecting.inbound_path, collecting.src_records = str(inbound), []
    for name in ("mallory", "bob"):
        earlier = tmp_path / "submitted" / name / LESSON
        earlier.mkdir(parents=True)
        (earlier / "timestamp.txt").write_text("yesterday" if name == "mallory" else IN_TIME)
        (inbound / f"{name}+{LESSON}+2027-01-01 10:00:00 UTC+a").mkdir()
        (inbound / f"{name}+{LESSON}+2027-01-01 10:00:00 UTC+a/{LESSON}.ipynb").write_text("newer")
        collecting.src_records.append(collecting._path_to_record(str(inbound / f"{name}+{LESSON}+2027-01-01 "
                                                                               "10:00:00 UTC+a")))
    collecting.copy_files()
    assert [(tmp_path / "submitted" / name / LESSON / f"{LESSON}.ipynb").read_text()
            for name in ("mallory", "bob")] == ["newer"] * 2


def test_an_account_is_known_by_its_name():
    assert exchange_collect.account_of("root") == 0 and exchange_collect.account_of("nobody has this name") is None


def test_the_list_opens_no_notebook_and_reads_only_the_folder_that_it_names(tmp_path):
    """Notebooks of a terabyte, a thousand folders with their names, and a folder whose own name is a pattern."""
    inbound = tmp_path / "attention/inbound"
    for name in (f"ada+{LESSON}+{STAMP}+a", f"mallory+{LESSON}+{STAMP}+b", f"*+{LESSON}+{STAMP}+*"):
        (inbound / name).mkdir(parents=True)
    (inbound / f"ada+{LESSON}+{STAMP}+a/{LESSON}.ipynb").write_text("{}")
    for number in range(1_500):
        os.close(os.open(inbound / f"mallory+{LESSON}+{STAMP}+b/{number}.ipynb", os.O_CREAT | os.O_WRONLY))
        os.truncate(inbound / f"mallory+{LESSON}+{STAMP}+b/{number}.ipynb", 1 << 40)
    coursedir = CourseDirectory(root=str(tmp_path), assignment_id=LESSON, course_id="attention")
    listing = List(coursedir=coursedir, authenticator=Authenticator(),
                   root=str(tmp_path), inbound=True, assignment_dir=str(tmp_path))
    listing.init_dest()
    found = {entry["student_id"]: len(entry["submissions"][0]["notebooks"]) for entry in listing.parse_assignments()}
    assert found == {"ada": 1, "mallory": folders.MOST_FILES, "*": 0}


def test_a_newer_folder_takes_the_place_of_the_earlier_one_when_it_is_copied(tmp_path, monkeypatch, caplog):
    config = Config()
    nbgrader_plugin.configure(config)
    config.CourseDirectory.update(root=str(tmp_path), course_id="attention", assignment_id=LESSON,
                                  db_url=f"sqlite:///{tmp_path / 'db'}")
    config.Exchange.root = str(tmp_path)
    config.ExchangeCollect.update(update=True, check_owner=False)

    def collected():
        caplog.clear()
        exchange_collect.Collect(coursedir=CourseDirectory(config=config), authenticator=Authenticator(config=config),
                        config=config).start()
        return {path.name for path in (tmp_path / "submitted/ada" / LESSON).iterdir()}

    def hand_in(day, *names):
        folder = tmp_path / f"attention/inbound/ada+{LESSON}+2026-11-{day} 10:00:00 UTC"
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_text(f"2026-11-{day} 10:00:00 UTC")

    hand_in(20, "timestamp.txt", "first")
    assert collected() == {"timestamp.txt", "first"}
    hand_in(21, "timestamp.txt", *map(str, range(20)))
    monkeypatch.setattr(folders, "MOST_FILES", 10)
    assert collected() == {"timestamp.txt", "first"}
    assert "holds more than 10 files; the earlier one stays" in caplog.text
    hand_in(22, "timestamp.txt", "third")
    assert collected() == {"timestamp.txt", "third"}
    assert [path.name for path in (tmp_path / "submitted/ada").iterdir()] == [LESSON]


def test_one_whose_secret_is_odd_keeps_nobodys_feedback_back(tmp_path):
    odd = {"amy": b"\xff\xfe", "bea": b"", "cid": None, "dan": b"x" * 1_000}
    whole = {"ada": b"a" * 40, "zoe": b"z" * 40}
    for student, secret in {**odd, **whole, "eve": b"e" * 40, "fay": b"f" * 40}.items():
        folder = tmp_path / "feedback" / student / LESSON
        folder.mkdir(parents=True)
        (folder / f"{LESSON}.html").write_text(f"page of {student}")
        if secret is not None:
            (folder / "submission_secret.txt").write_bytes(secret)
        if student != "eve":
            (folder / "timestamp.txt").write_bytes(b"\xff yesterday" if student == "fay" else IN_TIME.encode())
    coursedir = CourseDirectory(root=str(tmp_path), assignment_id=LESSON, course_id="attention")
    releasing = ReleaseFeedback(coursedir=coursedir, root=str(tmp_path / "exchange"))
    (tmp_path / "exchange/attention").mkdir(parents=True)
    releasing.init_src()
    releasing.init_dest()
    releasing.copy_files()
    pages = (tmp_path / "exchange/attention/feedback").glob("*.html")
    assert sorted(page.read_text() for page in pages) == ["page of ada", "page of fay", "page of zoe"]
