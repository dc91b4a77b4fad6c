"""A class as one file, and back again in another folder."""

import gzip
import io
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tarfile

import pytest

from autograder.classroom import backup as saving
from autograder.classroom.backup import backup
from autograder.classroom.restore import restore
from autograder.terminal import Terminal
from tests.classroom.course import SEED, Course
from tests.classroom.pupils import LESSON
from tests.classroom.test_postgresql import db_url  # noqa: F401  a fixture

from .classes import environment, grade, moved


def command(course, *arguments):
    run = subprocess.run([sys.executable, "-m", "autograder", *map(str, arguments)], cwd=course.folder,
                         env=environment(course), text=True,
                         capture_output=True, stdin=subprocess.DEVNULL)
    return run.returncode, run.stdout + run.stderr


def emptied(course, folder):
    """The same settings and lesson in another folder, as in a fresh clone: without a gradebook, a seed, or anything
    handed in."""
    other = moved(course, folder)
    for path in ("gradebook.db", "work/seed", "submitted", "autograded", "feedback"):
        target = folder / path
        shutil.rmtree(target) if target.is_dir() else target.unlink(missing_ok=True)
    return other


@pytest.mark.nightly
def test_a_class_comes_back_in_another_folder(again, tmp_path):
    with again.gradebook() as gradebook:
        notebook = gradebook.find_submission_notebook(LESSON, LESSON, "ada")
        notebook.grades[0].manual_score = 0.5
        gradebook.db.commit()
    os.symlink("/etc/passwd", again.folder / "submitted/ada" / LESSON / "link")
    (again.folder / "work/nbgrader_config.py").write_text("c = get_config()\n")
    (again.folder / "work/course.toml").write_text("[weights]\n01_se = 2\n")
    status, said = command(again, "backup", tmp_path / "class.tar.gz")
    assert (
        status == 0
        and "holds the gradebook and" in said
        and said.endswith(f"left out, because it is a link: submitted/ada/{LESSON}/link\n"
                          "Not everything is in this backup: 1 left out, named above.\n")
    )
    assert (tmp_path / "class.tar.gz").stat().st_mode & 0o777 == 0o600 and not list(tmp_path.glob(".*"))
    new = emptied(again, tmp_path / "new")
    for setting in ("nbgrader_config.py", "course.toml"):
        (new.folder / "work" / setting).unlink()
    status, said = command(new, "restore", tmp_path / "class.tar.gz")
    assert status == 0 and "Restored the class of" in said
    assert new.grades() == again.grades() and new.grades()["ada"][0] == 0.5
    for path in ("work/seed", "work/nbgrader_config.py", "work/course.toml", f"submitted/ada/{LESSON}/{LESSON}.ipynb"):
        assert (new.folder / path).read_bytes() == (again.folder / path).read_bytes()
    graded = grade(new)  # nothing is to be judged again
    assert graded.returncode == 0 and new.grades() == again.grades()


@pytest.mark.nightly
def test_a_lesson_of_one_s_own_that_lies_elsewhere_is_told(released, tmp_path, monkeypatch):
    lessons = tmp_path / "lessons.toml"
    lessons.write_text("".join(f'[[lesson]]\nname = "own_{topic}"\ntopic = "{topic}"\ntitle = "T"\nbuilds_on = []\n'
                               f'adds = ""\nminutes = 1\nfolder = "{folder}"\n' for topic, folder in
                               (("near", released.folder / "work/lessons/near"), ("far", tmp_path / "elsewhere/far"))))
    monkeypatch.setenv("OWN_LESSONS", str(lessons))
    status, said = command(released, "backup", tmp_path / "class.tar.gz")
    assert status == 0 and f"own_far. Keep a copy of {tmp_path / 'elsewhere/far'} too." in said
    assert "own_near" not in said
    status, said = command(emptied(released, tmp_path / "new"), "restore", tmp_path / "class.tar.gz")
    assert status == 0 and f"is in {tmp_path / 'elsewhere/far'}, which is not here" in said


@pytest.mark.nightly
def test_nothing_is_replaced(again, tmp_path):
    assert command(again, "backup", tmp_path / "class.tar.gz")[0] == 0
    kept = (tmp_path / "class.tar.gz").read_bytes()
    status, said = command(again, "backup", tmp_path / "class.tar.gz")
    assert status == 2 and "class.tar.gz exists already" in said and (tmp_path / "class.tar.gz").read_bytes() == kept
    before = again.grades()
    status, said = command(again, "restore", tmp_path / "class.tar.gz")
    assert status == 2 and "this folder holds a class already (work/seed" in said and again.grades() == before


# ------------------------------------------------------------------------- archives that somebody else may have made

FILES = {"gradebook.db": b"a gradebook", "files/work/seed": SEED.encode(),
         "files/work/seed.until-2026-11-25T10-00-00.0": SEED.encode(), "files/work/roster.csv": b"id\n",
         "files/work/lessons/own/reference.py": b"", f"files/submitted/J\u00fcrgen/{LESSON}/{'long' * 50}.ipynb": b"{}",
         f"files/autograded/ada/{LESSON}/{LESSON}.ipynb": b"{}" * 700}


def entry(called, content=b"", **fields):
    made = tarfile.TarInfo(called)
    made.size, made.mode = len(content), 0o600
    for field, value in fields.items():
        setattr(made, field, value)
    return made, None if "size" in fields else io.BytesIO(content)


def archive(path, *more, without="", **changed):
    """An archive of a backup's form with other entries at its end."""
    with tarfile.open(path, "w:gz") as file:
        for name, content in {**FILES, **changed}.items():
            if name != without:
                file.addfile(*entry(name, content))
        for each in more:
            file.addfile(*each)
    return path


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A course without a class, as a fresh clone."""
    course = Course(tmp_path / "course")
    (course.folder / "work/seed").unlink()
    monkeypatch.chdir(course.folder)
    return course.folder


def restored(path):
    console = Terminal(file=io.StringIO(), width=500)
    assert restore(path, console) == 0
    return console.file.getvalue()


def files(folder):
    return {path.relative_to(folder): path.is_symlink() or path.read_bytes()
            for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()}


def refused(path, folder, said, error=ValueError):
    """Restoring fails with one sentence that says this, and no file is written."""
    before = files(folder.parent)
    with pytest.raises(error, match=said) as raised:
        restored(path)
    assert "\n" not in str(raised.value) and files(folder.parent) == before


def test_a_backup_is_restored_as_it_was(fresh, tmp_path):
    restored(archive(tmp_path / "class.tar.gz"))
    for name, content in FILES.items():
        path = fresh / name.removeprefix("files/")
        assert path.read_bytes() == content and (name == "gradebook.db" or path.stat().st_mode & 0o777 == 0o600)
    assert not list(fresh.rglob(".restore-*"))


@pytest.mark.parametrize("changed", [{"without": "gradebook.db"}, {"gradebook.sql": b""}])
def test_a_backup_has_one_gradebook(fresh, tmp_path, changed):
    refused(archive(tmp_path / "odd.tar.gz", **changed), fresh, "odd.tar.gz is not a backup of a class: it should hold")


@pytest.mark.parametrize("content", [
    lambda whole: b"", lambda whole: b"no archive", lambda whole: whole[:4], lambda whole: whole[:len(whole) // 2],
    lambda whole: whole[:-4], lambda whole: whole[:-8] + b"12345678", lambda whole: gzip.decompress(whole)])
def test_what_is_damaged_is_no_backup(fresh, tmp_path, content):
    whole = archive(tmp_path / "odd.tar.gz").read_bytes()
    (tmp_path / "odd.tar.gz").write_bytes(content(whole))
    refused(tmp_path / "odd.tar.gz", fresh, "odd.tar.gz is not a backup of a class: ")


@pytest.mark.parametrize("name", [
    "files/autograder/terminal.py", "files/nbgrader_config.py", "files/conftest.py", "files/work/verdicts/a",
    "files/work/gradebook.db", "files/work/class/seed", "files/work/seed/a", "files/submitted", "files/submittedx/a",
    "files/submitted/../nbgrader_config.py", "files/submitted/./a", "files//submitted/a", "files//etc/a", "files",
    "files/work/lessons", "files/work/lessons/../../../outside", "./gradebook.db", "../outside", "/outside", "other",
    "submitted/ada/a", "files/work/ROSTER.csv", "files/\u202e/a"])
def test_only_names_that_a_backup_has_are_taken(fresh, tmp_path, name):
    odd = archive(tmp_path / "odd.tar.gz", entry("files/work/seed.a"), entry(name, pax_headers={"path": name}))
    refused(odd, fresh, "is not a backup of a class: it holds .*, which is not a file of a class here")


LINK = {"type": tarfile.SYMTYPE, "linkname": "../../nbgrader_config.py"}


@pytest.mark.parametrize("fields, said", [
    (LINK, "is not a plain file"), ({**LINK, "type": tarfile.LNKTYPE, "linkname": "files/work/seed"}, "is not a plain"),
    ({"type": tarfile.DIRTYPE}, "is not a plain"), ({"type": tarfile.FIFOTYPE}, "is not a plain"),
    ({"type": tarfile.CHRTYPE}, "is not a plain"), ({"pax_headers": {"size": "-512"}}, "is not a plain"),
    ({"pax_headers": {"size": str(10**15)}}, "more room"), ({"size": 10**15}, "more room"),
    ({"pax_headers": {"GNU.sparse.size": str(10**15), "GNU.sparse.map": "0,1"}}, "more room"),
    ({"size": 10**6}, "unexpected end|too early"), ({"pax_headers": {"path": "files/submitted/a\0b"}}, "null byte")])
def test_only_plain_files_for_which_there_is_room_are_taken(fresh, tmp_path, fields, said):
    odd = archive(tmp_path / "odd.tar.gz", entry("files/submitted/ada/a", **fields))
    refused(odd, fresh, f"is not a backup of a class: .*({said})")


def test_a_second_file_of_the_same_name_replaces_nothing(fresh, tmp_path):
    refused(archive(tmp_path / "odd.tar.gz", entry("files/work/seed")), fresh, "exists", FileExistsError)


@pytest.mark.parametrize("what", ["a file", "a link to a file", "a link to a folder", "a link to nothing"])
@pytest.mark.parametrize("place", ["submitted", "work/lessons", "work/seed", "work/roster.csv", "gradebook.db",
                                   "submitted/J\u00fcrgen", "autograded/ada"])
def test_nothing_is_written_over_something_or_through_a_link(fresh, tmp_path, place, what):
    path, target, outside = archive(tmp_path / "class.tar.gz"), fresh / place, tmp_path / "outside"
    shutil.rmtree(target) if target.is_dir() else None
    target.parent.mkdir(exist_ok=True)
    if what == "a file":
        target.write_text("precious")
    else:
        target.symlink_to(outside)
        outside.write_text("precious") if what == "a link to a file" else None
        outside.mkdir() if what == "a link to a folder" else None
    refused(path, fresh, "holds a class already|there is a gradebook already")


def test_a_full_disk_half_way_leaves_nothing(fresh, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)  # the gradebook comes last
    refused(archive(tmp_path / "class.tar.gz"), fresh, "No space left", OSError)


def test_folders_that_a_class_chose_itself_are_known_from_its_settings(fresh, tmp_path):
    settings = b"c = get_config()\nc.CourseDirectory.submitted_directory = 'handed_in'\n"
    changed = {"files/work/nbgrader_config.py": settings, "files/handed_in/ada/01_se/01_se.ipynb": b"{}"}
    (fresh / "nbgrader_config.py").write_text((fresh / "nbgrader_config.py").read_text()
                                              + "load_subconfig('work/nbgrader_config.py')\n")
    path = archive(tmp_path / "class.tar.gz", without=next(name for name in FILES if "submitted" in name), **changed)
    refused(path, fresh, "put its work/nbgrader_config.py here first")
    (fresh / "work/nbgrader_config.py").write_bytes(settings + b"# another one\n")
    refused(path, fresh, "there is another .*work/nbgrader_config.py already")
    (fresh / "work/nbgrader_config.py").write_bytes(settings)
    restored(path)
    assert (fresh / "handed_in/ada/01_se/01_se.ipynb").read_bytes() == b"{}"


# ------------------------------------------------------------------------------------------------ what a backup reads

@pytest.fixture
def full(fresh):
    """A class with a gradebook, whose submissions and lessons hold what its tests put there."""
    sqlite3.connect(fresh / "gradebook.db").execute("CREATE TABLE marks (mark)")
    (fresh / "work/seed").write_text(SEED)
    for folder in (f"submitted/ada/{LESSON}/more", f"autograded/ada/{LESSON}", "work/lessons/own"):
        (fresh / folder).mkdir(parents=True)
    (fresh / f"submitted/ada/{LESSON}/{LESSON}.ipynb").write_text("{}")
    return fresh


def saved(path):
    """What a backup says, and the names of the files in it."""
    console = Terminal(file=io.StringIO(), width=500)
    assert backup(path, console) == 0
    with tarfile.open(path) as made:
        names = {name.removeprefix("files/") for name in made.getnames() if name.startswith("files/")}
    return console.file.getvalue(), names


def sparse(path, size):
    with open(path, "wb") as file:
        file.truncate(size)


ODD = {
    "a sparse file": (lambda path: sparse(path, 10 << 40), "it has more than [0-9,]+ bytes"),
    "a pipe": (os.mkfifo, r"it can't be read \(it is not a plain file\)"),
    "a link": (lambda path: path.symlink_to("/etc/passwd"), "it is a link"),
    "a link to nothing": (lambda path: path.symlink_to("nothing"), "it is a link"),
    "a link to a folder": (lambda path: path.symlink_to("/etc"), "it is a link"),
    "a socket": (lambda path: socket.socket(socket.AF_UNIX).bind(os.path.relpath(path)), r"it can't be read \(.*\)"),
}


@pytest.mark.parametrize("folder", [f"submitted/ada/{LESSON}", f"submitted/ada/{LESSON}/more", "submitted/ada",
                                    "submitted", f"autograded/ada/{LESSON}", "work/lessons/own"])
@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_plain_file_of_a_learner_s_size_is_left_out_and_named(full, tmp_path, folder, odd):
    make, why = ODD[odd]
    make(full / folder / "odd")
    said, names = saved(tmp_path / "class.tar.gz")
    assert re.search(f"\nleft out, because {why}: {folder}/odd\n"
                     "Not everything is in this backup: 1 left out, named above.\n$", said)
    assert f"submitted/ada/{LESSON}/{LESSON}.ipynb" in names and f"{folder}/odd" not in names


def test_too_many_files_too_many_bytes_and_too_many_folders_of_a_submission(full, tmp_path, monkeypatch):
    monkeypatch.setattr(saving._Room.__init__, "__defaults__", (40, 300, 100, 3))
    submitted = full / f"submitted/ada/{LESSON}"
    for number in range(50):
        (submitted / f"a{number:02}").touch()
    (full / "submitted/cai/01_se/1/2/3").mkdir(parents=True)
    (full / "submitted/cai/01_se/1/2/deep").mkdir()
    for number in range(4):
        (full / f"submitted/cai/01_se/{number}.txt").write_bytes(b"0" * 90)
    said, names = saved(tmp_path / "class.tar.gz")
    assert f"files and folders: submitted/ada/{LESSON}/...\n" in said
    assert "bytes: submitted/cai/01_se/3.txt\n" in said
    assert "because it is a folder more than 3 levels deep: submitted/cai/01_se/1/2/3\n" in said
    assert f"submitted/ada/{LESSON}/{LESSON}.ipynb" in names and len(names) == 1 + 40 + 3
    assert said.splitlines()[-1] == "Not everything is in this backup: 4 left out, named above."


def test_what_an_instructor_has_may_be_large_deep_and_behind_a_link_of_theirs(full, tmp_path):
    """More than a submission may have of everything."""
    deep = full / "work/lessons/own" / "/".join("d" * 20)
    deep.mkdir(parents=True)
    (deep / "a").write_text("deep")
    sparse(full / f"autograded/ada/{LESSON}/{LESSON}.ipynb", (100 << 20) + 1)
    (full / "submitted").rename(tmp_path / "elsewhere")
    (full / "submitted").symlink_to(tmp_path / "elsewhere")
    said, names = saved(tmp_path / "class.tar.gz")
    assert "left out" not in said and len(names) == 4
    assert {f"autograded/ada/{LESSON}/{LESSON}.ipynb", f"submitted/ada/{LESSON}/{LESSON}.ipynb"} < names


def test_what_grows_while_it_is_read_is_bounded_by_what_is_read(full, tmp_path, monkeypatch):
    odd = full / f"submitted/ada/{LESSON}/a"
    odd.write_text("small")
    added = tarfile.TarFile.addfile

    def and_more(archive, entry, file=None):
        if entry.name.endswith("/a"):
            sparse(odd, 10 << 40)
        added(archive, entry, file)

    monkeypatch.setattr(tarfile.TarFile, "addfile", and_more)
    saved(tmp_path / "class.tar.gz")
    with tarfile.open(tmp_path / "class.tar.gz") as made:
        assert made.getmember(f"files/submitted/ada/{LESSON}/a").size == 5


@pytest.mark.nightly
def test_a_gradebook_on_a_server_comes_back_too(db_url, tmp_path):  # noqa: F811
    course = Course(tmp_path / "course", db_url)
    course.release()
    with course.gradebook() as gradebook:
        gradebook.add_student("ada", first_name="Ada")
    status, said = command(course, "backup", tmp_path / "class.tar.gz")
    assert status == 0, said
    new = moved(course, tmp_path / "new")
    (new.folder / "work/seed").unlink()
    status, said = command(new, "restore", tmp_path / "class.tar.gz")
    assert status == 2 and "the database is not empty: postgresql://grader@127.0.0.1" in said
    assert not (new.folder / "work/seed").exists()  # what was written before that is taken back
    other = db_url.replace("/postgres", "/other")
    subprocess.run(["psql", db_url, "-c", "CREATE DATABASE other"], check=True, capture_output=True)
    config = new.folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(db_url, other))
    new.db_url = other
    status, said = command(new, "restore", tmp_path / "class.tar.gz")
    assert status == 0, said
    with new.gradebook() as gradebook:
        assert [student.first_name for student in gradebook.students] == ["Ada"]
        assert gradebook.find_assignment(LESSON).max_score > 0
