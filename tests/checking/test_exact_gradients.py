"""torch's own gradient of hardsigmoid is as coarse as a float32 on the way, and that of BatchNorm is wrong for some
strides: neither costs a learner anything."""

import contextlib

import pytest
import torch
from torch.nn import functional as F

from attention_lab.checking.ask.exact_gradients import exact_gradients
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

SWISH = "def swish(x):\n    return x * (x + 3).clamp(0, 6) / 6"


def gradient():
    x = torch.linspace(-3, 3, 7, dtype=torch.float64, requires_grad=True)
    F.hardsigmoid(x).sum().backward()
    return x.grad


def test_hardsigmoid_is_exact_inside_and_torchs_own_outside():
    before = gradient()
    with exact_gradients():
        exact = gradient()
    assert torch.equal(exact, torch.tensor([0, 1, 1, 1, 1, 1, 0]).double() / 6)
    assert torch.equal(gradient(), before)


def test_hardsigmoid_costs_nothing_and_a_float32_on_the_way_does(way):
    lesson = way(SWISH, "swish", Case("an ordinary map", (RandomTensor((2, 3, 5)),)))
    lesson.right("def swish(x):\n    return x * F.hardsigmoid(x)")
    lesson.wrong("def swish(x):\n    return x * ((x + 3).clamp(0, 6) / 6).float().double()", "float32")


NORM = """
class Norm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.bn = nn.BatchNorm2d(dim)

    def forward(self, x):
        return F.relu6(self.bn(x.transpose(1, 2).unsqueeze(-1))).squeeze(-1)
"""


def test_a_batch_norm_of_transposed_tokens_costs_nothing(way):
    kept = NORM.replace("unsqueeze(-1)", "unsqueeze(-1).contiguous()")
    lesson = way(kept, "Norm", *(Case(f"train={train}", (RandomTensor((2, 5, 3)),), construct=(3,), train=train)
                                 for train in (True, False)))
    lesson.right(NORM)
    lesson.wrong(NORM.replace("self.bn(", "self.bn(1.5 * "), "in the input of `bn`: it is 1.5 times")


def test_our_gradient_of_batch_norm_is_torchs(way):
    for train in (True, False):
        found = []
        for context in (contextlib.nullcontext(), exact_gradients()):
            torch.manual_seed(0)
            norm = torch.nn.BatchNorm2d(3).double().train(train)
            norm.running_mean.normal_()
            x = torch.randn(2, 3, 4, 5, dtype=torch.float64, requires_grad=True)
            y = norm(x).sin().sum()
            with context:
                y.backward()
            found.append([x.grad, norm.weight.grad, norm.bias.grad])
        for own, torchs in zip(*found):
            torch.testing.assert_close(own, torchs, rtol=1e-12, atol=1e-12)
