"""What the judge concludes from a worker's end, and from two verdicts."""

from types import SimpleNamespace

import pytest

from attention_lab.checking.verdict import Check, Verdict
from autograder.judge import judge
from autograder.judge.session import Conduct
from autograder.sandbox.sandbox import Died


def test_who_was_out_of_time_by_the_clock_gets_a_second_try():
    conduct, late = Conduct(), Died("wall", "more than 20 seconds")
    conduct.died(3, late, brief=False)
    assert not conduct.brief and not conduct.stopped
    conduct.died(3, late, brief=False)
    assert conduct.brief == {3} and conduct.stopped[3][0] == "timeout"
    conduct.died(3, late, brief=True)
    assert conduct.deadly == {3}


def test_who_computed_for_too_long_gets_none():
    conduct = Conduct()
    conduct.died(3, Died("cpu", "more than 10 seconds of computing"), brief=False)
    assert conduct.brief == {3}


@pytest.mark.parametrize("lost", ["output", "dtype"])  # which decides what is asked first
@pytest.mark.parametrize("own, courses", [(1.0, 3.0), (3.0, 1.0)])
def test_of_an_exercise_on_a_broken_one_the_better_verdict_counts(monkeypatch, lost, own, courses):
    def block(points):
        return lambda *_: Verdict("SEBlock", points, 4.0, [], "")
    monkeypatch.setattr(judge, "_verdict", block(own))
    monkeypatch.setattr(judge, "_with_proxies", block(courses))
    broken = Verdict("Excitation", 0.0, 3.0, [Check(lost, "failed")], "")
    exercises = [SimpleNamespace(name="Excitation", uses=[]), SimpleNamespace(name="SEBlock", uses=["Excitation"])]
    result = judge.Result("01_se", "limits", "cpu", {"Excitation": broken})
    session = SimpleNamespace(rebound=set(), rebinds=lambda _name: False)
    assert judge._exercise(SimpleNamespace(exercises=exercises), exercises[1], session, result).points == 3.0


@pytest.mark.parametrize("changed, below, counts", [(True, 4.0, 4.0), (True, 0.5, 1.0), (False, 4.0, 1.0)])
def test_what_names_meant_below_the_cell_counts_where_it_is_better(monkeypatch, changed, below, counts):
    monkeypatch.setattr(judge, "_verdict", lambda *_: Verdict("squeeze", 1.0, 4.0, [], ""))
    monkeypatch.setattr(judge, "_below_its_cell", lambda *_: Verdict("squeeze", below, 4.0, [], ""))
    session = SimpleNamespace(rebound=set(), rebinds=lambda _name: changed)
    exercise = SimpleNamespace(name="squeeze", uses=[])
    found = judge._exercise(SimpleNamespace(exercises=[exercise]), exercise, session, judge.Result("01_se", "limits", "cpu"))
    assert found.points == counts and (judge.BELOW in found.notes, session.rebound) == (
        (True, {"squeeze"}) if counts == 4 else (False, set()))
