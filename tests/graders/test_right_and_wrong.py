"""The hidden graders against everything that is known to be right or wrong, whatever the class's seed is."""

import pytest

from tests.bank import answers, parameters
from tests.hidden import LESSONS, SEED, catalogue, exercises

pytestmark = pytest.mark.by_lesson
OTHERS = "another class", "3f2a9c"
SEEDS = pytest.mark.parametrize("seed", [SEED, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in OTHERS)])


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [*(f"class {number}" for number in range(3)), *OTHERS])
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_seed_accepts_what_is_right_and_rejects_the_mistakes(lesson, seed):
    drawn, known = exercises(lesson, seed), catalogue(lesson)
    rejected = [right.id for right in known.right if not drawn[right.exercise].accepts(right.source)]
    accepted = [mistake.id for mistake in known.mistakes if drawn[mistake.exercise].accepts(mistake.source)]
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
