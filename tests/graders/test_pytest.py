"""`pytest autograder/graders --submission NOTEBOOK`: one test for each exercise and check, with the judge's
verdicts."""

import tomllib

import nbformat
import pytest

from autograder.intake.files import read
from autograder.judge import judge
from autograder.lessons.catalogue import Mistake, applied, definition
from autograder.lessons.course import NOTEBOOKS, ROOT
from autograder.lessons.topics import Topic, topic
from autograder.submission import notebook

DETACHED = applied({"(squeeze(x))": "(squeeze(x)).detach()"}, definition(topic("se").reference, "SEBlock"), "detached")
MISTAKE = Mistake("se-detached", "The gate is detached.", DETACHED, exercise="SEBlock", source=DETACHED)
SOLVED = NOTEBOOKS / "01_se/01_se.ipynb"


@pytest.fixture(autouse=True)
def a_class(monkeypatch):
    """A seed of these tests, not the class's: none is made in work/.
    One known mistake is enough, and takes less time."""
    monkeypatch.setattr(Topic, "mistakes", (MISTAKE,))
    monkeypatch.setattr(judge, "class_seed", lambda _: "tests")
    monkeypatch.chdir(ROOT)


class Outcomes:
    """What a run of pytest says: outcome and text by test."""

    def __init__(self):
        self.seen = {}

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.seen[report.nodeid.partition("[")[2].rstrip("]")] = report.outcome, report.longreprtext


def run(*arguments):
    outcomes = Outcomes()
    code = pytest.main(["autograder/graders", "-p", "no:cacheprovider", *arguments], plugins=[outcomes])
    return code, outcomes.seen


def test_the_solved_notebook_passes(capsys):
    code, seen = run("--submission", str(SOLVED), "--isolation", "none", "--device", "cpu")
    assert code == pytest.ExitCode.OK and {outcome for outcome, _ in seen.values()} == {"passed"}
    assert {"squeeze-output", "Excitation-errors", "SEBlock-device", "se_parameter_cost-output"} <= set(seen)
    assert "01_se: 11 of 11 points (isolation: none, device: cpu)" in capsys.readouterr().out


def test_a_wrong_answer_fails_as_the_judge_says(tmp_path):
    submission = nbformat.read(SOLVED, as_version=4)
    for cell in submission.cells:
        if "SEBlock" in notebook.defined_names(cell.source):
            cell.source = "from torch import Tensor\n" + MISTAKE.source
    nbformat.write(submission, tmp_path / "submission.ipynb")
    code, seen = run("--submission", str(tmp_path / "submission.ipynb"))
    with judge.Judge() as judging:
        verdicts = judging.grade(read(tmp_path / "submission.ipynb")).verdicts
    assert code == pytest.ExitCode.TESTS_FAILED
    assert {name: outcome for name, (outcome, _) in seen.items()} == {
        f"{verdict.exercise}-{check.name}": "passed" if check.outcome == "passed" else "failed"
        for verdict in verdicts.values() for check in verdict.checks}
    assert seen["SEBlock-output"][0] == "passed" and seen["SEBlock-gradients"][0] == "failed"
    assert MISTAKE.sentence in seen["SEBlock-gradients"][1]
    assert "Traceback" not in seen["SEBlock-gradients"][1] and "conftest.py" not in seen["SEBlock-gradients"][1]


@pytest.mark.parametrize("arguments, message", [
    ((), "say which: pytest autograder/graders --submission NOTEBOOK"),
    (("--submission", "README.md"), "README.md is not a notebook file: it is not JSON"),
    (("--submission", "nowhere.ipynb"), "nowhere.ipynb can't be read"),
])
def test_wrong_usage_is_told(arguments, message, capsys):
    code, seen = run(*arguments)
    assert code == pytest.ExitCode.USAGE_ERROR and not seen
    assert message in capsys.readouterr().err


def test_plain_pytest_leaves_the_hidden_graders_alone():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["pytest"]["ini_options"]["testpaths"] == ["tests"]
