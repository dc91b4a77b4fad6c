"""torch's own gradient of hardsigmoid is as coarse as a float32 on the way: the first costs nothing, the second
does."""

import pytest
import torch
from torch.nn import functional as F

from attention_lab.checking.ask.exact_gradients import exact_hardsigmoid
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

SWISH = "def swish(x):\n    return x * (x + 3).clamp(0, 6) / 6"


def gradient():
    x = torch.linspace(-3, 3, 7, dtype=torch.float64, requires_grad=True)
    F.hardsigmoid(x).sum().backward()
    return x.grad


def test_hardsigmoid_is_exact_inside_and_torchs_own_outside():
    before = gradient()
    with exact_hardsigmoid():
        exact = gradient()
    assert torch.equal(exact, torch.tensor([0, 1, 1, 1, 1, 1, 0]).double() / 6)
    assert torch.equal(gradient(), before)


def test_hardsigmoid_costs_nothing_and_a_float32_on_the_way_does(way):
    lesson = way(SWISH, "swish", Case("an ordinary map", (RandomTensor((2, 3, 5)),)))
    lesson.right("def swish(x):\n    return x * F.hardsigmoid(x)")
    lesson.wrong("def swish(x):\n    return x * ((x + 3).clamp(0, 6) / 6).float().double()", "float32")
