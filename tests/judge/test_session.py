"""What the judge concludes from a worker's end, and from two verdicts."""

from types import SimpleNamespace

import pytest

from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.judge import judge
from autograder.judge.session import CellHistory
from autograder.sandbox.budget import Died

pytestmark = pytest.mark.quick


def test_who_was_out_of_time_by_the_clock_gets_a_second_try():
    history, late = CellHistory(), Died("wall", "more than 20 seconds")
    history.note_death(3, late, brief=False)
    assert not history.brief and not history.stopped
    history.note_death(3, late, brief=False)
    assert history.brief == {3} and history.stopped[3][0] == "timeout"
    history.note_death(3, late, brief=True)
    assert history.deadly == {3}


def test_who_computed_for_too_long_gets_none():
    history = CellHistory()
    history.note_death(3, Died("cpu", "more than 10 seconds of computing"), brief=False)
    assert history.brief == {3}


@pytest.mark.parametrize("lost", ["output", "dtype"])  # which decides what is asked first
@pytest.mark.parametrize("own, courses", [(1.0, 3.0), (3.0, 1.0)])
def test_of_an_exercise_on_a_broken_one_the_better_verdict_counts(monkeypatch, lost, own, courses):
    def block(points):
        return lambda *_: Verdict("SEBlock", points, 4.0, [], "")
    monkeypatch.setattr(judge, "_verdict", block(own))
    monkeypatch.setattr(judge, "_with_proxies", block(courses))
    broken = Verdict("Excitation", 0.0, 3.0, [Check(lost, "failed")], "")
    exercises = [SimpleNamespace(name="Excitation", uses=[], like=""),
                 SimpleNamespace(name="SEBlock", uses=["Excitation"], like="")]
    result = judge.Result("01_se", "limits", "cpu", {"Excitation": broken})
    assert judge._exercise(SimpleNamespace(exercises=exercises), exercises[1], None, result).points == 3.0


LOST, LATE = Check("output", "failed"), Check("output", "timeout")


def again(monkeypatch, first, below, rebinds):
    """The points after every exercise has a verdict, and which of them was judged again with what."""
    asked = []

    def judged(_graders, exercise, broken, *_):
        asked.append((exercise.name, broken))
        return Verdict(exercise.name, below[exercise.name], 4.0, [], "")
    monkeypatch.setattr(judge, "_below_its_cell", judged)
    exercises = [SimpleNamespace(name="squeeze", uses=[], like=""),
                 SimpleNamespace(name="SEBlock", uses=["squeeze"], like="")]
    verdicts = {name: Verdict(name, points, 4.0, [check], "") for name, (points, check) in first.items()}
    result = judge.Result("01_se", "limits", "cpu", verdicts)
    judge._again_below_their_cells(SimpleNamespace(exercises=exercises), SimpleNamespace(rebinds=rebinds), result)
    return {name: (found.points, judge.BELOW in found.notes) for name, found in result.verdicts.items()}, asked


def test_of_what_lost_points_the_verdict_with_what_names_meant_below_the_cell_counts_if_it_is_better(monkeypatch):
    both = {"squeeze": (1.0, LOST), "SEBlock": (2.0, LOST)}
    found, asked = again(monkeypatch, both, {"squeeze": 4.0, "SEBlock": 2.0}, lambda _name: True)
    assert found == {"squeeze": (4.0, True), "SEBlock": (2.0, False)}
    assert asked == [("squeeze", []), ("SEBlock", ["squeeze"])]
    assert again(monkeypatch, both, {"squeeze": 0.5, "SEBlock": 0.0}, lambda _name: True)[0] == {
        "squeeze": (1.0, False), "SEBlock": (2.0, False)}


def test_nobody_else_is_judged_twice(monkeypatch):
    def died(_name):
        raise Died("spent", "40 seconds")
    full, both = {"squeeze": (4.0, LOST), "SEBlock": (4.0, LOST)}, {"squeeze": (1.0, LOST), "SEBlock": (2.0, LOST)}
    for first, rebinds in ((full, died), (both, died), (both, lambda _name: False),
                           ({name: (0.0, LATE) for name in both}, lambda _: True)):
        assert again(monkeypatch, first, {}, rebinds)[1] == []
