"""The hidden graders against everything that is known to be right or wrong, whatever the class's seed is."""

import os
from pathlib import Path

import pytest
from conftest import MEASURED
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import record

from .hidden import LESSONS, catalogue, exercises, reference

BANK = Path(__file__).parents[1] / "submissions"
NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES = 20 if NIGHTLY else 3  # a seed takes some seconds a lesson
SEEDS = ("a class", "another class", "3f2a9c")[:3 if NIGHTLY else 1]


def source_of(answer, lesson):
    return record.source_of(answer, reference(lesson))


@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.text(max_size=40))
@pytest.mark.parametrize("lesson", LESSONS)
def test_every_seed_accepts_the_variants_and_rejects_the_mistakes(lesson, seed):
    drawn = exercises(lesson, seed)
    known = catalogue(lesson)
    rejected = [v.id for v in known.VARIANTS if not drawn[v.exercise].accepts(source_of(v, lesson))]
    accepted = [m.id for m in known.MISTAKES if drawn[m.exercise].accepts(source_of(m, lesson))]
    assert (rejected, accepted) == ([], [])


def bank(kind):
    return [pytest.param(path, id=f"{path.parts[-3]}/{path.stem}") for path in sorted(BANK.glob(f"*/{kind}/*.py"))]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", bank("right"))
def test_a_right_answer_of_the_bank_has_full_points(path, seed):
    lesson, exercise = path.parts[-3], path.stem.split("--")[0]
    judged = exercises(lesson, seed)[exercise].judge(path.read_text(encoding="utf-8"))
    assert judged.points == judged.max_points, judged.headline


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("path", [p for p in bank("wrong") if p.id not in MEASURED])
def test_a_wrong_answer_of_the_bank_has_not(path, seed):
    lesson, exercise = path.parts[-3], path.stem.split("--")[0]
    assert not exercises(lesson, seed)[exercise].accepts(path.read_text(encoding="utf-8"))
