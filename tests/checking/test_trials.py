"""Functions whose arguments are networks: a trial calls them, and only a trial that exists."""

import inspect
from dataclasses import replace

import pytest

from attention_lab.checking.ask.trials import TRIALS
from attention_lab.checking.verdict.only_data import problem
from autograder import recording
from autograder.audit.audit import Local
from autograder.lessons import derive
from autograder.lessons.topics import topic

pytestmark = pytest.mark.quick
FILES = topic("surgery")


@pytest.fixture(scope="module")
def exercise():
    cases = derive.visible(FILES.exercises, FILES.reference)["identity_start"]
    return recording.record_exercise("identity_start", cases, 1.0, FILES.reference)


def test_each_exercise_has_its_trial_which_takes_the_exercise_first():
    assert list(TRIALS) == [exercise.name for exercise in FILES.exercises]
    assert all(next(iter(inspect.signature(trial).parameters)) == "thing" for trial in TRIALS.values())


def test_a_file_of_checks_can_name_no_other_code(exercise):
    assert problem(exercise) == ""
    for name in ("os.system", "", "network_of"):
        question = replace(exercise.cases[0].question, trial=name)
        wrong = replace(exercise, cases=[replace(exercise.cases[0], question=question)])
        assert "does not exist" in problem(wrong)


@pytest.mark.parametrize("args", [["convolution", 16384, 1], ["gate", 3000, 1], ["gate", 4, 1 << 13]])
def test_a_file_of_checks_can_have_nothing_large_built(exercise, args):
    case = exercise.cases[0]
    large = replace(exercise, cases=[replace(case, question=replace(case.question, args=args))])
    assert f"the number {max(args[1:]):,}" in problem(large)


@pytest.mark.parametrize("source, said", [
    ("def identity_start(module):\n    return 3\n", "identity_start returns an object of type int"),
    ("def identity_start(module):\n    return module.inner\n", "has no attribute 'inner'"),
])
def test_what_is_no_module_is_named(exercise, source, said):
    verdict = Local(exercise, FILES.reference).judge(source)
    assert verdict.points == 0 and said in verdict.headline


def test_a_green_line_claims_nothing_that_was_not_tried(exercise):
    verdict = Local(exercise, FILES.reference).judge(inspect.getsource(FILES.reference))
    assert verdict.points == verdict.max_points and "float32" not in verdict.headline
