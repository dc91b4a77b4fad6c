"""`autograder upgrade --dry-run`: whose marks another version would change, and that nothing is written."""

import hashlib
import subprocess
import sys

import pytest

from autograder.classroom.ready import START
from tests.classroom.pupils import LESSON, ROOT
from tests.waiting import HANG_SECONDS

from .test_backup import command


def digest(folder):
    return {path.relative_to(folder): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "opened.log" and "__pycache__" not in path.parts}


@pytest.mark.nightly
def test_a_class_that_this_version_graded_would_not_change(again):
    before = digest(again.folder)
    status, said = command(again, "upgrade", "--dry-run")
    assert status == 0 and "0 marks would change" in said and "Nothing was written." in said, said
    assert digest(again.folder) == before


@pytest.mark.nightly
def test_marks_points_and_checks_that_would_change_are_named(again):
    with again.gradebook() as gradebook:
        for student, cell, field in (("ada", "squeeze-check", "auto_score"), ("dora", "squeeze-check", "manual_score")):
            grade, = [each for each in gradebook.find_submission_notebook(LESSON, LESSON, student).grades
                      if each.name == cell]
            grade.auto_score = 0.25
            setattr(grade, field, 0.25)
        cell, = [each for each in gradebook.find_notebook(LESSON, LESSON).grade_cells if each.name == "seblock-check"]
        cell.max_score = 6
        gradebook.db.commit()
    released = again.folder / "release" / LESSON
    (released / "checks/SEBlock.check").write_bytes(b"an older one")
    before = digest(again.folder)
    status, said = command(again, "upgrade", "--dry-run", "--jobs", "1")
    assert status == 1 and "1 marks would change" in said
    assert "- ada: squeeze 0.25 -> 2" in said and "dora" not in said, "a mark by hand stays"
    assert "- SEBlock is worth 4 points in this version, and 6 in the gradebook" in said
    assert "- the recorded check of SEBlock differs" in said and "check of squeeze differs" not in said
    assert digest(again.folder) == before


@pytest.mark.skipif(START.get_start_method() != "forkserver", reason="other processes get the path of their parent")
@pytest.mark.nightly
def test_it_is_the_new_version_that_judges_not_the_one_in_the_class_s_folder(tmp_path):
    """A class's folder is a clone of the old version, in which the new version's command is run."""
    for name in ("__init__", "judge/__init__", "judge/judge"):
        path = tmp_path / f"autograder/{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "nbgrader_config.py").write_text(f"import sys\nsys.path[:0] = [{str(tmp_path)!r}]\n")
    code = f"""
import os, sys
sys.path[:1] = {[str(ROOT), str(ROOT / 'course')]}
from autograder.classroom import ready
from autograder.classroom.nbgrader_course import course_app
course_app("upgrade")
ready.get_ready()
with ready.START.Pool(1) as one:
    print(one.apply(eval, ("__import__('autograder').__file__",)))
print("PYTHONSAFEPATH" in os.environ)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, text=True, capture_output=True,
                         timeout=HANG_SECONDS)
    assert run.stdout.split() == [str(ROOT / "autograder/__init__.py"), "False"], run.stdout + run.stderr


def test_a_folder_without_a_class_is_one_sentence(released):
    seed = released.folder / "work/seed"
    kept = seed.read_bytes()
    seed.unlink()
    try:
        status, said = command(released, "upgrade", "--dry-run")
    finally:
        seed.write_bytes(kept)
    assert status == 2 and "there is no class here" in said and "Traceback" not in said
    assert command(released, "upgrade")[0] == 2
