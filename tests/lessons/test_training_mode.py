"""A module that is wrong in training mode only loses points, in the visible check as in the hidden graders, in every
lesson."""

import inspect

import pytest

from autograder import recording
from autograder.audit.audit import Local
from autograder.lessons import derive
from autograder.lessons.topics import topic
from tests.hidden import LESSONS, POINTS
from tests.suites import few

FILES = {lesson: topic(entry.topic) for lesson, entry in LESSONS.items()}
MODULES = few([(lesson, exercise) for lesson, files in FILES.items() for exercise in files.exercises
               if inspect.isclass(getattr(files.reference, exercise.name))],
              1, lambda each: each[0], lambda each: f"{each[0]}-{each[1].name}")
DOUBLED = """
    _right = {name}

    class {name}(_right):
        def forward(self, x):
            out = super().forward(x)
            if not self.training:
                return out
            return tuple(2 * t for t in out) if isinstance(out, tuple) else 2 * out
"""


def notices(files, exercise, cases, seed):
    """Are there cases in training mode, and does the wrong module lose points on them?"""
    alone = [case for case in cases if case.train]
    if not alone:
        return False
    made = recording.record_exercise(exercise.name, alone, POINTS, files.reference, uses=exercise.uses, seed=seed)
    return not Local(made, files.reference).accepts(inspect.cleandoc(DOUBLED.format(name=exercise.name)))


@pytest.mark.parametrize("module", MODULES)
def test_the_visible_check(module):
    files, exercise = FILES[module[0]], module[1]
    assert notices(files, exercise, derive.visible([exercise], files.reference)[exercise.name], derive.VISIBLE)


@pytest.mark.parametrize("seed", ["a class",
                                  *(pytest.param(seed, marks=pytest.mark.nightly)
                                    for seed in ("another class", "3f2a9c"))])
@pytest.mark.parametrize("module", MODULES)
def test_the_hidden_graders(module, seed):
    files, exercise = FILES[module[0]], module[1]
    assert notices(files, exercise, derive.hidden([exercise], files.reference, seed)[exercise.name], seed)
