"""A lesson of ours in an instructor's own nbgrader course: ours behind our walls, theirs as stock nbgrader has it."""

import csv
import re
import tarfile

import nbformat
import pytest

from tests.classroom.pupils import LESSON

from .conftest import CONFIG, OWN

TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( UTC|Z)?|[0-9a-f]{32}")


def rows(course):
    with (course.folder / "grades.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file)]


def test_there_is_one_gradebook(mixed):
    points = {(row["assignment"], row["student_id"]): float(row["score"]) for row in rows(mixed)}
    assert points == {(LESSON, "ada"): 11, (LESSON, "tom"): 11, (LESSON, "zoe"): 0,
                      (OWN, "ada"): 3, (OWN, "tom"): 0, (OWN, "zoe"): 0}
    assert "3 recorded (2 judged, 1 from the cache)" in mixed.graded
    for student in ("ada", "tom", "zoe"):
        assert (mixed.folder / f"feedback/{student}/{LESSON}/{LESSON}.html").exists()


def test_the_instructors_own_assignment_is_graded_as_without_us(mixed, stock):
    ours, theirs = ([{name: TIMES.sub("", value) for name, value in row.items()} for row in rows(course)
                     if row["assignment"] == OWN and row["student_id"] != "zoe"] for course in (mixed, stock))
    assert ours == theirs and len(ours) == 2
    for file in (f"release/{OWN}/{OWN}.ipynb", *(f"autograded/{who}/{OWN}/{OWN}.ipynb" for who in ("ada", "tom"))):
        one, other = (nbformat.read(course.folder / file, as_version=4) for course in (mixed, stock))
        for cell in [*one.cells, *other.cells]:
            cell.metadata.pop("execution", None)
        assert one == other, file
    for who in ("ada", "tom"):
        pages = [TIMES.sub("", (course.folder / f"feedback/{who}/{OWN}/{OWN}.html").read_text())
                 for course in (mixed, stock)]
        assert pages[0] == pages[1]
    assert not [path for path in (mixed.folder / f"autograded/ada/{OWN}").iterdir() if path.name.startswith(".")]


def test_start_says_what_own_assignments_risk_and_writes_over_nothing(mixed):
    assert "own assignments (ps1) without a sandbox" in mixed.said and "generate_assignment 01_se" in mixed.said
    config, source = mixed.folder / "nbgrader_config.py", mixed.folder / f"source/{LESSON}/{LESSON}.ipynb"
    text, before = config.read_text(), source.read_bytes()
    assert text.startswith(CONFIG) and text.count("add_to(__file__)") == 1
    source.write_bytes(b"mine")
    said = mixed.done("autograder", "start", ".", LESSON)
    assert source.read_bytes() == b"mine" and "stays as it is" in said and config.read_text() == text
    source.write_bytes(before)
    assert "no lesson 'nothing'" in mixed.run("autograder", "start", ".", "nothing") and mixed.status == 2


@pytest.mark.parametrize("command, words", [
    ("autograde 01_se", "Skipping existing assignment"), ("list", ""), ("zip_collect ps1", ""),
    ("release_assignment ps1", "Released as: vision101 ps1")])
def test_nbgraders_other_commands_end(mixed, command, words):
    said = mixed.run("nbgrader", *command.split())
    assert words in said and "Traceback" not in said, said[-2000:]


def test_commands_that_look_at_a_class_find_it(mixed):
    assert "ada" in mixed.done("autograder", "status", LESSON)
    mixed.done("autograder", "insights", LESSON)
    mixed.done("autograder", "backup", "class.tar.gz")
    with tarfile.open(mixed.folder / "class.tar.gz") as kept:
        assert {"files/nbgrader_config.py", f"files/source/{OWN}/{OWN}.ipynb", "files/work/seed"} <= {*kept.getnames()}
    said = mixed.done("autograder", "upgrade", "--dry-run", "--jobs=2")
    assert "ps1" in said and ".venv" not in said and "differs" not in said
    (mixed.folder / "work/course.toml").write_text("[due]\n01_se = 2026-11-20T12:00:00Z\n[extensions]\nada = 2\n")
    said = mixed.done("autograder", "course", "--apply")
    assert "01_se is due" in said and OWN not in said
    assert (mixed.folder / "work").stat().st_mode & 0o777 == 0o700 and (mixed.folder / "work/seed").exists()


REFERENCE = '''
from torch import Tensor, nn


class Twice(nn.Module):
    """Twice its input: `(B, C) -> (B, C)`."""

    def forward(self, x: Tensor) -> Tensor:
        return x + x.mean(dim=1, keepdim=True)


INPUTS = {"Twice": [{"inputs": [("B", "C")]}]}
'''


@pytest.mark.nightly
def test_a_lesson_of_ones_own_is_made_built_and_handed_out(environment, tmp_path):
    from .conftest import Installed

    course = Installed(environment, tmp_path)
    course.done("autograder", "start", ".", LESSON)
    (tmp_path / "twice.py").write_text(REFERENCE)
    assert "autograder build own_twice" in course.done("autograder", "new", "twice", "--reference", "twice.py")
    course.done("autograder", "build", "own_twice")
    course.done("autograder", "start", ".", "own_twice")
    course.done("nbgrader", "generate_assignment", "own_twice")
    solved = nbformat.read(tmp_path / "source/own_twice/own_twice.ipynb", as_version=4)
    for cell in solved.cells:
        cell.source = "\n".join(line for line in cell.source.split("\n") if "### " not in line)
    (tmp_path / "submitted/ada/own_twice").mkdir(parents=True)
    nbformat.write(solved, tmp_path / "submitted/ada/own_twice/own_twice.ipynb")
    assert "1 of them with full marks" in course.done("autograder", "grade", "own_twice")
