"""A submission that was out of time while the machine was busy is judged once more, when nothing else runs."""

import argparse
from concurrent.futures import Future
from contextlib import AbstractContextManager

import pytest

from attention_lab.checking.verdict.verdict import Check, Verdict
from autograder.classroom import grade as command
from autograder.judge.judge import BUSY, Result
from tests.classroom.pupils import LESSON, NAMES, PUPILS

from .classes import moved

FULL = dict(zip(NAMES, (2.0, 3.0, 4.0, 1.0, 1.0)))
OPTIONS = dict(lesson=LESSON, student=[], force=False, new_seed=False, isolation=None, device=None, cluster=None,
               jobs=1)


class Hurried(AbstractContextManager):
    """In a pool's place: the first `busy` answers are those of a busy machine."""

    busy, asked = 1, 0

    def __init__(self, *_args, **_keywords):
        Hurried.asked = 0

    def __exit__(self, *_):
        pass

    def submit(self, _notebook, name, began):
        Hurried.asked += 1
        began()
        late = Hurried.asked <= Hurried.busy
        verdicts = {exercise: Verdict(exercise, 0.0 if late else points, points,
                                      [Check("output", "timeout" if late else "passed")], "")
                    for exercise, points in FULL.items()}
        future = Future()
        unsettled = dict.fromkeys(FULL if late else (), BUSY)
        future.set_result(Result(name, "limits", "cpu", verdicts, timed_out=late, busy=late, unsettled=unsettled))
        return future


@pytest.fixture
def course(released, tmp_path, monkeypatch):
    course = moved(released, tmp_path / "course")
    course.collect([pupil for pupil in PUPILS if pupil.student in ("ada", "dora")])
    monkeypatch.chdir(course.folder)
    monkeypatch.setattr(command, "Pool", Hurried)
    return course


def points(course):
    return {student: sum(mark or 0 for mark in given) for student, given in course.grades().items()}


def test_it_is_judged_again_at_the_end(course, capsys):
    assert command.grade(argparse.Namespace(**OPTIONS)) == 0
    assert Hurried.asked == 3 and points(course) == {"ada": 11, "dora": 11}
    lines = capsys.readouterr().out.splitlines()
    # the one that is not to be trusted waits
    assert lines[0].startswith("1/2  dora") and lines[1].startswith("2/2  ada")


def test_where_the_machine_stays_busy_the_next_run_does(course, capsys, monkeypatch):
    monkeypatch.setattr(Hurried, "busy", 3)
    assert command.grade(argparse.Namespace(**OPTIONS)) == 1 and Hurried.asked == 4
    assert points(course) == {"ada": 0, "dora": 11}
    said = capsys.readouterr().out
    assert "ada  0 of 11, 11 not marked yet" in said
    assert ("ada: no mark yet for squeeze, Excitation, SEBlock, se_parameter_cost and ExhibitA, because time ran out "
            "while the machine was busy. The next run grades this again.") in said
    monkeypatch.setattr(Hurried, "busy", 0)
    assert command.grade(argparse.Namespace(**OPTIONS)) == 0 and Hurried.asked == 1
    assert points(course) == {"ada": 11, "dora": 11}
    assert "ada  11 of 11  (graded again: time ran out while the machine was busy)" in capsys.readouterr().out
