"""A class as one file, and back again in another folder."""

import io
import os
import shutil
import subprocess
import sys
import tarfile

import pytest

from tests.classroom.course import Course
from tests.classroom.pupils import LESSON
from tests.classroom.test_postgresql import db_url  # noqa: F401  a fixture
from tests.suites import few

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
        and f"left out, because it is not a plain file: submitted/ada/{LESSON}/link" in said
    )
    assert (tmp_path / "class.tar.gz").stat().st_mode & 0o777 == 0o600 and not list(tmp_path.glob("*.new"))
    new = emptied(again, tmp_path / "new")
    for setting in ("nbgrader_config.py", "course.toml"):
        (new.folder / "work" / setting).unlink()
    status, said = command(new, "restore", tmp_path / "class.tar.gz")
    assert status == 0 and "Restored the class that" in said
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
    assert status == 2 and "this folder holds a class already (submitted/" in said and again.grades() == before


def holding(said):
    """An archive of a backup's form, in which this stands for what it says of itself."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        about = tarfile.TarInfo("backup.json")
        about.size = len(said)
        archive.addfile(about, io.BytesIO(said))
    return file.getvalue()


REFUSED = {"list": holding(b"[]"), "deep": holding(b"[" * 200_000), "empty": b"", "text": b"no archive",
           "half": b"\x1f\x8b\x08\x00"}


@pytest.mark.parametrize("content", few(REFUSED, 2, lambda _: 0, str))
def test_what_is_no_backup_is_refused(released, tmp_path, content):
    (tmp_path / "odd.tar.gz").write_bytes(REFUSED[content])
    new = emptied(released, tmp_path / "new")
    status, said = command(new, "restore", tmp_path / "odd.tar.gz")
    assert status == 2 and "odd.tar.gz is not a backup" in said and not (new.folder / "gradebook.db").exists()


def test_a_backup_that_would_write_elsewhere_is_refused(released, tmp_path):
    with tarfile.open(tmp_path / "odd.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    new = emptied(released, tmp_path / "new")
    status, said = command(new, "restore", tmp_path / "odd.tar.gz")
    assert status == 2 and "is not a backup of a class" in said and not list(tmp_path.rglob("outside"))


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
    (new.folder / "work/seed").unlink()
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
