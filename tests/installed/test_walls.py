"""What learners' code can reach where the graders are installed: nothing of them, nor of the class."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.adversarial.levels import SUFFICIENT
from tests.adversarial.tables import WALLS, attacks
from tests.conftest import ROOT


def got(mixed, walls):
    """How many of its tries a notebook wins."""
    said = mixed.done("python", f"{Path(__file__).parent / 'probe.py'}", walls, str(mixed.folder))
    assert (found := re.search(r"got (\d+): (.*)", said)), said[-2000:]
    return int(found[1]), found[2]


@pytest.mark.parametrize("walls", [SUFFICIENT[-1], *(pytest.param(each, marks=pytest.mark.nightly)
                                                     for each in SUFFICIENT[:-1])])
def test_a_notebook_gets_nothing_of_the_graders_or_of_the_class(mixed, walls):
    assert got(mixed, walls)[0] == 0, got(mixed, walls)


def test_without_walls_the_same_notebook_gets_hold_of_it_all(mixed):
    assert got(mixed, "none")[0] > 200


def test_a_grader_or_a_class_that_learners_code_could_read_grades_nothing(mixed, environment):
    """Both are moved below site-packages, which is readable."""
    packages = next((environment.parents[1] / "lib").glob("python*/site-packages"))
    inside = packages / "class"
    try:
        shutil.copytree(mixed.folder, inside, ignore=shutil.ignore_patterns("backup", "*.gz"))
        said = type(mixed)(environment, inside).run("autograder", "grade", "01_se", "--force")
        assert "The class is in" in said and "move it" in said
    finally:
        shutil.rmtree(inside)


@pytest.mark.nightly
def test_attacks_on_the_walls_are_stopped(mixed, tmp_path):
    """As tests/adversarial tries them in a clone."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    program = ("import sys; from pathlib import Path; import attention_autograder; "
               f"attention_autograder.find(Path({str(mixed.folder)!r})); sys.path.append({str(tmp_path)!r}); "
               f"from tests.adversarial.levels import main; main({SUFFICIENT[-1]!r})")
    found = json.loads(mixed.done("python", "-c", program).splitlines()[-1])
    assert set(found) == {attack.name for attack in attacks() if attack.wall in WALLS}
    assert {name: what for name, what in found.items() if what != "-"} == {}
