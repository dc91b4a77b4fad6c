"""nbgrader without any setting of ours: a grade cell is worth what its visible check says."""


import nbformat
import pytest

from .course import Course
from .pupils import FULL, LESSON, NAMES, NOTHING, PUPILS

pytestmark = pytest.mark.nightly

# an earlier exercise that is wrong costs the block too
CLASS = {"ada": FULL, "dora": (0, 2.75, 0, 0, 1), "emil": NOTHING}


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    course = Course(tmp_path_factory.mktemp("stock") / "course", settings="")
    course.release()
    course.collect([pupil for pupil in PUPILS if pupil.student in CLASS])
    for student in CLASS:
        path = course.folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        notebook = nbformat.read(path, as_version=4)  # without experiments: they take their time and earn nothing
        notebook.cells = [cell for cell in notebook.cells if "experiment" not in cell.metadata.get("tags", [])]
        nbformat.write(notebook, path)
    return course


def test_visible_checks_give_the_points(stock):
    command = stock.nbgrader("autograde", LESSON)
    assert command.returncode == 0, command.stderr[-3000:]
    assert stock.grades() == CLASS


@pytest.mark.parametrize("student", ["ada", "dora"])
def test_validate_flags_what_is_below_full(stock, student):
    path = stock.folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    told = stock.nbgrader("validate", str(path)).stdout
    lost = [f"check({name})" for name, points, full in zip(NAMES, CLASS[student], FULL) if points < full]
    assert (f"VALIDATION FAILED ON {len(lost)} CELL(S)!"
            if lost else "Success! Your notebook passes all the tests.") in told
    assert [f"check({name})" for name in NAMES if f"check({name})" in told] == lost
