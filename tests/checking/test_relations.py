"""Sentences on how a wrong tensor is made of the right one: said where they are true, and never by chance."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from attention_lab.checking.facts.compare import close, explain, largest, tolerance
from attention_lab.checking.facts.wording import words

pytestmark = pytest.mark.quick


def said(got, expected, **inputs):
    got, expected = (torch.as_tensor(t, dtype=torch.float64) for t in (got, expected))
    return words(explain(got, expected, tolerance(largest(expected), 0.0, "float64"), inputs))


X = torch.randn(3, 2, 5, 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
Y = torch.randn(3, 2, 5, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)


@pytest.mark.parametrize("got, telling", [
    (X * 0, "it is zero everywhere"),
    (X * 0 + 1, "it is 1 everywhere"),
    (-X, "its sign is flipped"),
    (X * 0.25, "it is 0.25 times"),
    (X * 1e6, "it is 1e+06 times"),
    (X - 2, "it is 2 too small everywhere"),
    (X.sigmoid(), "one sigmoid too many"),
    (X.logit(eps=None), "NaN"),
    (X.softmax(2), "one softmax too many over axis 2"),
    (X.flip(3), "reversed along axis 3"),
    (X.permute(0, 2, 1, 3).reshape(X.shape), "it holds the right numbers in another order"),
    (X.mean(1, keepdim=True),
     "the expected tensor's mean over axis 1. Expected shape (3, 2, 5, 6), got (3, 1, 5, 6)"),
    (X.sum(3), "the expected tensor's sum over axis 3"),
    (X.permute(0, 1, 3, 2), "its axes are in the order (0, 1, 3, 2)"),
    (X[:, None], "axes of size 1 are left over"),
    (X + Y, "`x` is added to it and should not be"),
    (X - Y, "`x` should be added to it (a shortcut) and is not"),
    (X / Y, "it would be right if it were multiplied by `x`"),
    (X * Y, "multiplied by `x` one time too many"),
    (Y, "it is the input `x` itself"),
    (torch.stack([X[0], X[0] + 1, X[0] - 1]), "only the first image is right, but the batch has 3 images"),
    (X[1:2].expand_as(X), "every image of the batch gets the same numbers"),
    (torch.nn.functional.pad(X[..., 1:-1, 1:-1], (1, 1, 1, 1)), "the outermost rows and columns differ"),
    (X * (1 + 1e-7), "right to about six digits only"),
])
def test_relations_are_seen(got, telling):
    assert telling in said(got, X, x=Y)


@pytest.mark.parametrize("got, telling", [
    (X.tanh(), "it ends in a tanh. It should end in a sigmoid"),
    (X.relu(), "it ends in a ReLU. It should"),
    (torch.nn.functional.hardsigmoid(X), "it ends in a hardsigmoid. It should"),
    (X.relu().sigmoid(), "it ends in a sigmoid of a ReLU. It should"),
    (X.softmax(1), "it ends in a softmax over axis 1. It should"),
    ((-X).sigmoid(), "each number is 1 minus the right one"),
    (X, "a sigmoid is missing"),
])
def test_gates_that_are_made_of_the_right_scores(got, telling):
    assert telling in said(got, X.sigmoid())
    large = 30 * torch.eye(6).expand(3, 2, 6, 6).double() + 1.0  # gates of 1, of which no score can be found
    assert "ends in" not in said((large - 2).tanh(), large.sigmoid())


@pytest.mark.parametrize("got, expected", [
    ([3.0], [4.0]), ([-3.0], [0.0]), ([[2.0]], [[-5.0]]), (2.0, 3.0),
    ([-1.0, -2.0, -3.0], [0.0, 0.0, 0.0]),  # a ReLU would make it right, as any clamp
    ([[0.3], [0.9]], [[1.0], [1.0]]),  # a softmax over one number is 1
    ([0.3, 0.3, 0.3], [1 / 3, 1 / 3, 1 / 3]),
    ([2.0, 2.0], [5.0, 5.0]),
    ([[1.0, 2.0], [5.0, 9.0]], [[1.0, 2.0], [3.0, 4.0]]),  # a matrix, no batch
])
def test_nothing_is_said_by_chance(got, expected):
    text = said(got, expected)
    for cause in ("times", "plus", "minus", "missing", "more", "batch", "image", "reversed", "mean", "sum", "order"):
        assert cause not in text.replace("numbers differ", ""), text


def test_noise_where_zero_is_expected():
    text = words(explain(X, Y * 1e-17, 1e-9))
    assert "it should be zero everywhere; its largest number is" in text


def test_one_number_is_shown_without_an_index():
    assert said(2.0, 3.0) == "expected 3, got 2."
    assert said([2.0], [3.0]) == "expected 3, got 2."
    assert said(float("nan"), 3.0) == "it is NaN."


def test_infinities_and_booleans():
    mask = torch.tensor([0.0, float("-inf"), 0.0])
    assert close(mask, mask.clone(), tolerance(largest(mask), 0.0, "float64"))
    assert not close(torch.tensor([0.5, float("-inf"), 0.0]), mask, tolerance(largest(mask), 0.0, "float64"))
    assert "1 of 3 numbers differs" in said([0.5, float("-inf"), 0.0], mask)
    assert largest(torch.tensor([True, False])) == 1
    assert largest(torch.zeros(0)) == 0
    assert said(torch.zeros(0, 3), torch.zeros(2, 3)) == "Expected shape (2, 3), got (0, 3)."


def test_axes_of_size_one_in_another_place():
    assert "in the wrong place" in said([[1.0], [2.0]], [[1.0, 2.0]])


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.integers(1, 4), max_size=4), st.lists(st.integers(1, 4), max_size=4), st.integers(0, 9))
def test_any_two_tensors_can_be_explained(shape, other, seed):
    g = torch.Generator().manual_seed(seed)
    a, b = (torch.randint(-2, 3, tuple(s), generator=g).double() for s in (shape, other))
    text = words(explain(a, b + 0.5, 1e-9, {"x": a, "y": b}))
    assert text[0].isalnum() and text.endswith(".") and "  " not in text


def test_inputs_that_broadcast():
    gate = torch.sigmoid(Y[:, :, :1, :1])
    assert said(gate, X * gate, x=X) == ("it would be right if it were multiplied by `x`. "
                                         "Expected shape (3, 2, 5, 6), got (3, 2, 1, 1).")
    assert said(X * gate, gate, x=X) == "Expected shape (3, 2, 1, 1), got (3, 2, 5, 6)."
    mask = (Y[:, :1] > 0).double()
    assert "if it were multiplied by `mask`" in said(X, X * mask, x=Y, mask=mask)
    assert "multiplied" not in said(X, X + mask, mask=mask)
