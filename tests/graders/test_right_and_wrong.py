"""The hidden graders against everything that is known to be right or wrong, whatever the class's seed is."""

import pytest

from autograder.judge import recording
from tests.bank import answers, parameters
from tests.hidden import LESSONS, SEED, catalogue, exercises, reference

pytestmark = pytest.mark.by_lesson
OTHERS = "another class", "3f2a9c"
SEEDS = pytest.mark.parametrize("seed", [SEED, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in OTHERS)])


def source_of(answer, lesson):
    return recording.source_of(answer, reference(lesson))


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [*(f"class {number}" for number in range(3)), *OTHERS])
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_seed_accepts_the_variants_and_rejects_the_mistakes(lesson, seed):
    drawn = exercises(lesson, seed)
    known = catalogue(lesson)
    rejected = [v.id for v in known.VARIANTS if not drawn[v.exercise].accepts(source_of(v, lesson))]
    accepted = [m.id for m in known.MISTAKES if drawn[m.exercise].accepts(source_of(m, lesson))]
    assert (rejected, accepted) == ([], [])


@SEEDS
@pytest.mark.parametrize("answer", parameters(answers("right"), most=1))
def test_a_right_answer_of_the_bank_has_full_points(answer, seed):
    judged = exercises(answer.lesson, seed)[answer.exercise].judge(answer.source)
    assert judged.points == judged.max_points, judged.headline


@SEEDS
@pytest.mark.parametrize("answer", parameters([answer for answer in answers("wrong") if not answer.measured], most=1))
def test_a_wrong_answer_of_the_bank_has_not(answer, seed):
    assert not exercises(answer.lesson, seed)[answer.exercise].accepts(answer.source)
