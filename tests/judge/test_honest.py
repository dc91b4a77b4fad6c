"""Notebooks as honest people hand them in (tests/judge/honest): what they do beside the exercises costs nothing, and
where something is lost the report says why, and docs/learners.md said so before."""

import pytest

from attention_lab.checking.verdict import report
from autograder.judge.packages import is_absent
from autograder.lessons.course import ROOT
from autograder.submission.notebook import lesson
from tests.judge.honest.jupyter import JUPYTER
from tests.judge.honest.names import NAMES
from tests.judge.honest.notebooks import PLACES
from tests.judge.honest.writing import WRITING

HONEST = WRITING | PLACES | NAMES | JUPYTER
# What is most likely to break, in `make test`; the others are nightly.
OFTEN = {
    "lazy layers", "a breakpoint that stayed", "a class in two cells", "a module in a copied experiment",
    "a base class in a cell below", "all in one cell", "everything switched on", "format 3",
    "another helper of that name", "Python's names",
    "float64 by default", "a package for plots", "a package with parts", "a single notebook",
    "timed, with IPython's own name",
}


def test_every_loss_is_told_beforehand():
    assert len(HONEST) == sum(map(len, (WRITING, PLACES, NAMES, JUPYTER))) and OFTEN <= HONEST.keys()
    page = (ROOT / "docs/learners.md").read_text(encoding="utf-8")
    rules = page.split("## What your notebook may do when it is graded")[1].split("\n## ")[0]
    lost = {name: honest for name, honest in HONEST.items() if honest.lost and not honest.unfinished}
    assert [name for name, honest in lost.items() if not honest.rule or honest.rule not in rules] == []


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in OFTEN else pytest.mark.nightly)
                                  for name in HONEST])
def test_honest(judge, name, monkeypatch):
    monkeypatch.setattr("autograder.sandbox.limits.QUESTION_CPU", 2.0)
    monkeypatch.setattr("autograder.sandbox.limits.CELL_AGAIN_CPU", 0.2)
    honest = HONEST[name]
    result = judge.grade(honest.notebook())
    assert result.error is None
    reports = [report.text(verdict) for verdict in result.verdicts.values()]
    expected = {slot.name: slot.points - honest.lost.get(slot.name, 0) for slot in lesson(honest.lesson).exercises}
    assert {exercise: verdict.points for exercise, verdict in result.verdicts.items()} == expected, "\n".join(reports)
    assert honest.said in "\n".join(reports), "\n".join(reports)
    assert result.missing_modules == list(filter(is_absent, honest.absent))
