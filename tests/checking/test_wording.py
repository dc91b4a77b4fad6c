"""Every fact has words, and only those that may be revealed."""

import pytest

from attention_lab.checking.facts import facts
from attention_lab.checking.facts.wording import words
from attention_lab.checking.form.protocol import Largest, Mixed, Narrow, Raised

pytestmark = pytest.mark.quick

RAISED = Raised("KeyError", False, [], "'a'", line="y = x['a']", operands=[["x", "shape (2,)"]], caller="f(x)")
LARGEST = Largest(81, "matmul", [9, 9], None, ["axes"])
EXAMPLES = [
    facts.AxesOfSizeOne(1), facts.Constant(2.5, 0.4321), facts.ShouldBeZero(1, 2.5), facts.AxesPermuted((1, 0)),
    facts.FewDigits(half=True),
    facts.Scaled(-1.0), facts.Shifted(-2.5), facts.MissingActivation("softmax", 1), facts.ExtraActivation("exp"),
    facts.OtherActivation("tanh"), facts.OtherActivation("1 minus the sigmoid"), facts.OtherOrder(),
    facts.PartlyCut((("detach()", "y = x.detach()"),)),
    facts.Relabelled(((0.0, 1.0), (1.0, 0.4321))), facts.Mirrored(2),
    facts.Reduced("mean", 1), facts.OnlyFirstImage(3), facts.SameForAllImages(), facts.Border(2), facts.InputAdded("x"),
    facts.InputNotAdded("x"), facts.InputMultiplied("x"), facts.InputNotMultiplied("x"),
    facts.IsInput("x", reshaped=True),
    facts.InputReduced("x", "mean", (2, 3), whole=False), facts.NotFinite(1, 2, 4), facts.WrongShape((2, 3), (3, 2)),
    facts.NumbersDiffer(2, 4, 0.4321, (0, 1), 0.4321, 2.5), facts.NumberDiffers(0.4321, 2.5),
    facts.WrongDtype("torch.float64", "torch.float32", (facts.NumberDiffers(0.4321, 2.5),), follows=True),
    facts.MadeFloat32(Narrow("sqrt", "y = torch.sqrt(torch.tensor(2))", False, False), "x"),
    facts.ValueDiffers(0.4321, 2.5, near=False), facts.NotAnInt(4321, 2.5),
    facts.WrongNesting({"tuple": [1, 2]}, None, nothing=True),
    facts.IsOtherOutput("output[1]"), facts.NotATensor(), facts.NoGradient(), facts.NoBuffer(), facts.InputChanged(),
    facts.InputChanged("list"), facts.CalledTooOften(3, 2),
    facts.Dropout((0.25,), (0.4321,), train=True), facts.Dropout((), (0.4321,), train=True), facts.Crashed(RAISED),
    facts.NotAModule("Not a module."),
    facts.NothingRaised((8, 16)), facts.OtherErrorRaised("KeyError", "'a'"), facts.NumbersNotNamed("no", (8, 16)),
    facts.Unplaced((("fc.weight", (2, 3)),), (("fc.bias", (3,)),), ("layers",), empty=False),
    facts.TooLarge(LARGEST, 80),
    facts.PeakTooHigh(3 << 20, 2 << 20), facts.DevicesMixed(Mixed("add", [[2]], None), "meta", "x"),
    facts.OnOtherDevice("cpu", "meta", "x"), facts.ShapeOnDevice((2,), (3,), "meta"),
    facts.DtypeOnDevice("float64", "float32", "cuda:0"),
    facts.Begins("key", "value", "gave", 1, 2, (facts.NumberDiffers(0.4321, 2.5),), (1, 2)),
    facts.Reordered("key", "value"),
    facts.NotGathered("value", "x"), facts.NeverCalled(("value",)), facts.SameLayer(("query", "key")),
    facts.NoGradient(("grad.param.gamma",), True, False),
    facts.NoGradient(("grad.param.gamma",), True, True), facts.AllAgree(("query", "key")),
    facts.Instead("fc", "nothing", "the sigmoid"),
]


@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_a_fact_in_words(fact):
    said, hidden = words(fact), words(fact, reveal=False)
    assert said and hidden and "0.4321" not in hidden and "4321" not in hidden
    assert ("4321" in said) == ("4321" in repr(fact))


def test_every_fact_has_an_example():
    assert {type(fact) for fact in EXAMPLES} == set(facts.Fact.__subclasses__())


def test_something_else_has_no_words():
    with pytest.raises(ValueError, match="no words"):
        words(facts.Fact())
