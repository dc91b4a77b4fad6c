"""What is drawn from a seed: the same cases again, other ones for another seed, and no lucky shapes among them."""

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_lab.checking.form.values import LAYOUTS
from autograder.lessons import derive
from autograder.lessons.topics import topic as load
from autograder.submission import notebook
from solutions.se import reference as se
from tests.hidden import LESSONS, graders
from tests.suites import few

SEEDS = [f"seed {i}" for i in range(25)]
TOPICS = [lesson.topic for lesson in LESSONS.values()]
MODULES = {"Excitation", "SEBlock"}


def drawn(topic, seed):
    """The hidden cases of each exercise."""
    return derive.hidden(load(topic).exercises, load(topic).reference, seed)


def cases(name, seed):
    return drawn("se", seed)[name]


def arguments(case):
    """channels and reduction as the module takes them."""
    given = case.construct if isinstance(case.construct, dict) else dict(zip(("channels", "reduction"), case.construct))
    return given["channels"], given.get("reduction", 16)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_seed_gives_the_same_cases_each_time_and_another_seed_others(topic):
    assert drawn(topic, "one") == drawn(topic, "one")
    for name, first in drawn(topic, "one").items():
        second = drawn(topic, "two")[name]
        calls = [{repr((case.args, case.kwargs, case.construct)) for case in cases} for cases in (first, second)]
        assert len(calls[0] & calls[1]) <= len(first) // 2, name


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_exercises_are_the_grade_cells_in_their_order(lesson):
    names = [slot.name for slot in notebook.lesson(lesson).exercises]
    repair = load(LESSONS[lesson].topic).repair
    assert list(drawn(LESSONS[lesson].topic, "any")) == [name for name in names if not repair or name != repair.name]


@pytest.mark.parametrize("topic", TOPICS)
def test_no_two_cases_have_the_same_label(topic):
    for seed in SEEDS:
        for name, cases in drawn(topic, seed).items():
            labels = [case.label for case in cases]
            assert len(set(labels)) == len(labels), (seed, name)


class Impatient(Random):
    """Gives up where a case is drawn again and again."""

    drawn = 0

    def getrandbits(self, k):
        self.drawn += 1
        assert self.drawn < 10_000, "no such case can be drawn"
        return super().getrandbits(k)


@pytest.mark.parametrize("topic", TOPICS)
def test_every_seed_finds_its_cases(topic):
    """A condition that a few sizes cannot meet would keep one class in some hundreds from ever being graded."""
    for exercise in load(topic).exercises:
        for size in (*exercise.sizes, *exercise.refuses):
            for number in range(600, 700):  # 660 once met a size for which conv_output_size had no case
                size(Impatient(number))


@settings(max_examples=25)
@given(seed=st.text(max_size=20))
@pytest.mark.parametrize("topic", TOPICS)
def test_the_label_of_plain_numbers_does_not_give_them_away(topic, seed):
    for cases in drawn(topic, seed).values():
        for case in cases:
            if not derive.tensors(case):
                assert not re.search(r"\d", case.label.replace("a reduction of 1", "")), case.label


@pytest.mark.parametrize("seed", SEEDS)
def test_ordinary_sizes_are_not_degenerate(seed):
    for name in ("squeeze", "SEBlock"):
        for case in cases(name, seed):
            batch, channels, height, width = case.args[0].shape
            if height * width > 1:
                assert height != width
            if (
                not re.match("a batch of one|a map of one|one |a map of odd", case.label)
                and case.raises is None
            ):
                assert len({batch, channels, height, width}) == 4, case.label
    for name in MODULES:
        for case in cases(name, seed):
            channels, reduction = arguments(case)
            assert (channels < reduction) == (case.raises is not None)
            if case.raises is not None:
                assert case.raises == (channels, reduction)
            elif not case.label.startswith(("one hidden", "one channel")):
                assert len({channels, reduction, channels // reduction, 1}) == 4, case.label


@pytest.mark.parametrize("name", ["squeeze", "Excitation", "SEBlock"])
def test_what_every_exercise_with_tensors_is_asked(name):
    found = cases(name, "any")
    assert {"output", "state", "dtype", "device"} <= {case.check for case in found}
    layouts = {draw.layout for case in found for draw in derive.tensors(case)}
    assert layouts == set(LAYOUTS) - ({"channels_last"} if name == "Excitation" else set())
    shapes = [case.args[0].shape for case in found if case.raises is None]
    assert any(shape[0] == 1 for shape in shapes)
    assert name == "Excitation" or any(shape[2:] == (1, 1) for shape in shapes)
    assert any(case.train for case in found) == isinstance(getattr(se, name), type)
    assert any(case.earlier for case in found) and any(case.args[0].scale == 0 for case in found)
    assert any(case.args[0].scale > 10 for case in found)


def held(case):
    """What a question comes with, by kind."""
    kinds = {name.partition(".")[0] for name in case.tensors}
    return kinds, bool(case.question.construct and case.question.construct.load_weights), case.question.gradients


@pytest.mark.parametrize("lesson", few(LESSONS, 5, lambda lesson: 0, str))
def test_what_is_refused_is_asked_like_anything_else(lesson):
    for exercise in graders(lesson).exercises:
        for case in exercise.cases:
            assert not case.expected.raised or held(case) == held(exercise.cases[0]), (exercise.name, case.label)
