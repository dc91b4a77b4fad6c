"""What the build refuses to record: a catalogue or a reference that would mislead learners."""

import pytest

from attention_lab import recorded
from autograder import record
from autograder.declare import Case, Draw, Exercise, Mistake
from solutions.reference import se

SQUEEZE = Exercise("squeeze", (Case("a map", (Draw((2, 3, 4, 5)),)),))
MEAN = "x.mean(dim=(2, 3))"


def mistake(name, new, old=MEAN):
    return Mistake(name, "squeeze", "A sentence.", ((old, new),))


def test_a_mistake_that_is_right():
    with pytest.raises(ValueError, match="'harmless' cannot be told from 'the reference'"):
        record.record_exercise(SQUEEZE, 2.0, se, [mistake("harmless", "x.flatten(2).mean(-1)")])


def test_two_mistakes_that_look_alike():
    with pytest.raises(ValueError, match="'second' cannot be told from 'first'"):
        record.record_exercise(SQUEEZE, 2.0, se, [mistake("first", "x.amax(dim=(2, 3))"), mistake("second", "x.flatten(2).amax(-1)")])


def test_an_edit_that_does_not_apply():
    with pytest.raises(ValueError, match="'stale': 'x.median' stands 0 times in squeeze"):
        record.record_exercise(SQUEEZE, 2.0, se, [mistake("stale", "x", old="x.median")])


@pytest.mark.parametrize("case, message", [
    (Case("two axes", (Draw((2, 3)),)), "the reference raised"),
    (Case("an image", (Draw((2, 3, 4, 5)),), raises=()), "the reference raised None"),
    (Case("three axes", (Draw((2, 3, 4)),), raises=(17,)), "does not name"),
    (Case("a limit", (Draw((2, 3, 4, 5)),), limit=1), "the reference itself makes"),
])
def test_a_reference_that_does_not_do_what_the_case_says(case, message):
    with pytest.raises(ValueError, match=message):
        record.record_case("squeeze", case, vars(se))


def test_the_same_case_is_the_same_question_each_time():
    first, again = (record.record_case("squeeze", SQUEEZE.cases[0], vars(se)) for _ in range(2))
    assert first.tensors["input.0"].equal(again.tensors["input.0"])
    assert first.expected_tensors["grad.input.0"].equal(again.expected_tensors["grad.input.0"])


def test_weights_that_a_case_takes_over_are_kept_once(tmp_path):
    sizes = []
    for like in (None, 0):
        block = Exercise("SEBlock", (Case("a map", (Draw((1, 32, 2, 3)),), construct=(32, 2)),
                                     Case("another map", (Draw((1, 32, 3, 1)),), construct=(32, 2), like=like),
                                     Case("fewer hidden channels", (Draw((1, 32, 1, 2)),), construct=(32, 4), like=like)))
        made = record.record_exercise(block, 2.0, se, [])
        recorded.save(recorded.Lesson("lesson", "Lesson", [made]), tmp_path / recorded.FILE)
        sizes.append((tmp_path / recorded.FILE).stat().st_size)
    for case, then in zip(made.cases, recorded.load(tmp_path / recorded.FILE).exercises[0].cases, strict=True):
        assert list(case.tensors) == list(then.tensors) and all(t.equal(then.tensors[name]) for name, t in case.tensors.items())
    first, second, third = ({name: t for name, t in case.tensors.items() if name.startswith("state.")} for case in made.cases)
    assert all(t.equal(second[name]) for name, t in first.items()) and first.keys() == second.keys() == third.keys()
    assert all(t.shape != first[name].shape for name, t in third.items())
    assert sizes[0] - sizes[1] > 4 * sum(t.numel() for t in first.values()) - 1000
