"""An audit finds nothing in the course as it is, and finds what is planted."""

import inspect
import json

import pytest

from autograder.audit import audit
from autograder.judge import questions
from autograder.lessons import catalogue
from autograder.lessons.topics import topic
from autograder.mutation.mutants import Mutant, mutants
from solutions.se import reference as se
from tests import hidden
from tests.hidden import LESSONS, SEED

MAXIMUM = "def squeeze(x):\n    return x.amax(dim=(2, 3))"


@pytest.mark.nightly
@pytest.mark.by_lesson
@pytest.mark.parametrize("lesson", LESSONS)
def test_the_course_is_judged_rightly(lesson, monkeypatch):
    """With every known mistake and every mutant; what is called equivalent is one."""
    drawn = hidden.graders(lesson)
    monkeypatch.setattr(questions, "prepare", lambda *_: drawn)
    found = audit.audit(lesson, (SEED,))
    assert not found.failed and not found.stale, str(found)
    assert found.totals["mistakes"] > 40 and found.totals["mutants"] > 100
    assert found.totals["right answers"] >= 2 * len(topic(LESSONS[lesson].topic).exercises)


@pytest.fixture
def planted(monkeypatch):
    """`planted(mistakes=..., ...)`: an audit of 01_se with another catalogue and no mutants but those given by
    exercise."""
    def run(changed=None, **known):
        monkeypatch.setattr(topic("se"), "catalogue", catalogue.Catalogue(**known))
        of = {inspect.getsource(getattr(se, name)): found for name, found in (changed or {}).items()}
        monkeypatch.setattr(audit, "mutants", lambda source: of.get(source, []))
        return audit.audit("01_se", (SEED,))

    return run


def test_a_right_answer_that_is_wrong(planted):
    found = planted(right=(catalogue.Right("not-a-mean", MAXIMUM, exercise="squeeze", source=MAXIMUM),))
    [rejected] = found.false_rejections
    assert found.failed and rejected.startswith("not-a-mean of squeeze (tests): ")
    assert "1 false rejections:\n    not-a-mean" in str(found)


def test_a_mistake_that_is_right(planted):
    right = catalogue.Mistake("is-a-mean", "A sentence.", "", exercise="squeeze",
                              source="def squeeze(x):\n    return x.flatten(2).mean(-1)")
    found = planted(mistakes=(right,))
    assert found.false_acceptances == ["is-a-mean (tests)"]


def test_mutants(planted):
    found = planted(changed={"squeeze": [Mutant("squeeze 9: right", inspect.getsource(se.squeeze)),
                                         Mutant("squeeze 9: wrong", MAXIMUM)]},
                    equivalent=("squeeze 9: wrong", "squeeze 9: gone"))  # it loses points; there is no such mutant
    assert found.survivors == ["squeeze 9: right (tests)"]
    assert found.stale == ["squeeze 9: wrong", "squeeze 9: gone"]
    assert json.loads(json.dumps(found.as_json()))["survivors"] == found.survivors


def test_a_mutant_that_only_hidden_cases_see(planted):
    source = inspect.getsource(se.squeeze)
    found = planted(changed={"squeeze": [Mutant("squeeze 9: maximum", MAXIMUM), Mutant(
        "squeeze 9: clamped", f"{source.rstrip()}.clamp(-3, 3)\n")]})
    assert found.unseen == [f"squeeze 9: clamped: {found.unseen[0].rpartition(': ')[2]}"] and not found.failed
    assert "only hidden cases see: squeeze 9: clamped: return " in str(found)


def test_a_mutant_with_full_points_shows_its_line(planted):
    source = inspect.getsource(se.squeeze).rstrip()
    found = planted(changed={"squeeze": [Mutant("squeeze 9: plus 0", f"{source} + 0\n")]})
    assert len(found.survivors) == 1 and found.survivors[0].startswith("squeeze 9: plus 0 (tests): return ")
    assert found.survivors[0].endswith(" + 0")


def test_what_a_wrong_answer_is_told():
    answers = [catalogue.Wrong(f"maximum-{i}", MAXIMUM, exercise="squeeze", source=MAXIMUM, **expected)
               for i, expected in enumerate(({"says": "largest value"}, {"says": "minimum"},
                                             {"unseen": "only a process shows it"}, {"mistake": "squeeze-maximum"}))]
    found = audit.Audit("01_se", (SEED,))
    audit._check_reports(found, answers, se)
    assert [said.partition(". ")[0] for said in found.mistold] == ["maximum-1 of squeeze, which expects minimum"]


def test_a_solved_notebook_that_is_wrong(planted, monkeypatch):
    read = audit.read

    def spoilt(path):
        solved = read(path)
        for cell in solved.cells:
            cell.source = cell.source.replace("torch.sigmoid(", "torch.tanh(")
        return solved

    monkeypatch.setattr(audit, "read", spoilt)
    rejected = planted().false_rejections
    assert rejected and all("of the solved notebook (tests): " in entry for entry in rejected)


def test_what_is_called_equivalent_is_a_mutant():
    ids = {mutant.id for name in ("squeeze", "Excitation", "SEBlock", "se_parameter_cost")
           for mutant in mutants(inspect.getsource(getattr(se, name)))}
    assert set(topic("se").catalogue.equivalent) <= ids
