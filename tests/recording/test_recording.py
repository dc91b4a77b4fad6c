"""What the build refuses to record: a catalogue or a reference that would mislead learners."""

from textwrap import dedent

import pytest
import torch

from attention_lab.checking.form.protocol import plain
from attention_lab.checking.known import recorded
from autograder import recording
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor, call
from solutions.se import reference as se

pytestmark = pytest.mark.quick

SQUEEZE = [Case("a map", (RandomTensor((2, 3, 4, 5)),))]
MEAN = "x.mean(dim=(2, 3))"


def mistake(name, new, old=MEAN):
    return Mistake(name, "A sentence.", {old: new}, exercise="squeeze")


def test_a_mistake_that_is_right():
    with pytest.raises(ValueError, match="'harmless' cannot be told from 'the reference'"):
        recording.record_exercise("squeeze", SQUEEZE, 2.0, se, [mistake("harmless", "x.flatten(2).mean(-1)")])


def test_two_mistakes_that_look_alike():
    with pytest.raises(ValueError, match="'second' cannot be told from 'first'"):
        recording.record_exercise("squeeze", SQUEEZE, 2.0, se, [mistake("first", "x.amax(dim=(2, 3))"),
                                                                mistake("second", "x.flatten(2).amax(-1)")])


def test_an_edit_that_does_not_apply():
    with pytest.raises(ValueError, match="stale: 'x.median' stands 0 times"):
        recording.record_exercise("squeeze", SQUEEZE, 2.0, se, [mistake("stale", "x", old="x.median")])


@pytest.mark.parametrize("case, message", [
    (Case("two axes", (RandomTensor((2, 3)),)), "the reference raised"),
    (Case("an image", (RandomTensor((2, 3, 4, 5)),), raises=()), "the reference raised None"),
    (Case("three axes", (RandomTensor((2, 3, 4)),), raises=(17,)), "does not name"),
    (Case("a limit", (RandomTensor((2, 3, 4, 5)),), limit=1), "the reference itself makes"),
])
def test_a_reference_that_does_not_do_what_the_case_says(case, message):
    with pytest.raises(ValueError, match=message):
        recording.record_case("squeeze", case, vars(se))


def test_the_same_case_is_the_same_question_each_time():
    first, again = (recording.record_case("squeeze", SQUEEZE[0], vars(se)) for _ in range(2))
    assert first.tensors["input.0"].equal(again.tensors["input.0"])
    assert first.expected_tensors["grad.input.0"].equal(again.expected_tensors["grad.input.0"])


def test_cases_share_their_weights_and_a_file_keeps_them_once():
    cases = [call((1, 32, 2, 3), of=(32, 2), label="a map"), call((1, 32, 3, 1), of=(32, 2), label="another map"),
             call((1, 32, 1, 2), of=(32, 4), label="fewer hidden channels")]
    made = recording.record_exercise("SEBlock", cases, 2.0, se)
    written = recorded.to_bytes(made)
    for case, then in zip(made.cases, recorded.from_bytes(written).cases, strict=True):
        assert list(case.tensors) == list(then.tensors) and all(
            t.equal(then.tensors[name]) for name, t in case.tensors.items()
        )
    first, second, third = ({name: t for name, t in case.tensors.items() if name.startswith("state.")}
                            for case in made.cases)
    assert all(t.equal(second[name]) for name, t in first.items()) and first.keys() == second.keys() == third.keys()
    assert all(t.shape != first[name].shape for name, t in third.items())
    weights = 4 * sum(t.numel() for t in first.values())
    made.cases[1].tensors.update({name: torch.rand(t.shape).double() for name, t in second.items()})
    assert len(recorded.to_bytes(made)) - len(written) > 0.7 * weights


def test_what_is_recorded_quotes_nothing_of_the_reference():
    source = dedent("""
        class Tilt(nn.Module):
            def __init__(self):
                super().__init__()
                self.fc = nn.Linear(3, 3)

            def forward(self, x):
                tilted = torch.softmax(self.fc(x) * torch.tensor(0.5).item(), dim=-1)
                return tilted + tilted.detach().mean(dim=0)
        """)
    made = recording.record_case("Tilt", Case("a matrix", (RandomTensor((2, 3)),)),
                                 recording.run_source(source, se, "reference"))
    for line in source.splitlines()[-3:]:
        assert line.strip() not in str(plain(made.expected))
