"""Any small tree of layers, under other names and with 1x1 convolutions for linear layers, is given the right
weights."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from attention_lab.checking.known import weights

pytestmark = pytest.mark.quick

WIDTH = 3
LAYERS = {
    "linear": lambda: nn.Linear(WIDTH, WIDTH),
    "bare": lambda: nn.Linear(WIDTH, WIDTH, bias=False),
    "convolution": lambda: nn.Conv2d(WIDTH, WIDTH, 1),
    "local": lambda: nn.Conv2d(WIDTH, WIDTH, 3, padding=1),
    "depthwise": lambda: nn.Conv2d(WIDTH, WIDTH, 3, padding=1, groups=WIDTH),
    "norm": lambda: nn.LayerNorm(WIDTH),
    "batch": lambda: nn.BatchNorm2d(WIDTH),
    "squash": nn.Tanh,
}
TREES = st.recursive(st.sampled_from(sorted(LAYERS)), lambda children: st.lists(children, min_size=1, max_size=3),
                     max_leaves=6)
OTHER = {"linear": "convolution", "convolution": "linear"}


class Tree(nn.Module):
    """The children one after the other; `names` are theirs."""

    def __init__(self, children, names, swap=False):
        super().__init__()
        self.order = names
        for name, child in zip(names, children):
            kind = OTHER.get(child, child) if swap and isinstance(child, str) else child
            self.add_module(name, LAYERS[kind]() if isinstance(kind, str) else Tree(kind, names, swap))

    def forward(self, x):
        for name in self.order[: len(self._modules)]:
            layer = getattr(self, name)
            x = layer(x.movedim(1, -1)).movedim(-1, 1) if isinstance(layer, (nn.Linear, nn.LayerNorm)) else layer(x)
        return x


def drawn(module, seed):
    g = torch.Generator().manual_seed(seed)
    return {name: torch.rand(t.shape, generator=g) + 0.5 if t.is_floating_point() else t
            for name, t in module.state_dict().items()}


@settings(max_examples=80, derandomize=True)
@given(st.lists(TREES, min_size=1, max_size=3), st.booleans(), st.booleans(), st.integers(0, 99))
def test_renamed_children_reproduce_the_output(children, swap, renamed, seed):
    reference = Tree(children, ["first", "second", "third"])
    learner = Tree(children, ["a", "b", "c"] if renamed else ["first", "second", "third"], swap)
    state, x = drawn(reference, seed), torch.randn(2, WIDTH, 4, 5, generator=torch.Generator().manual_seed(seed))
    reference.load_state_dict(state)
    placed = weights.place(learner, state)
    names, count = placed.names, placed.count
    assert 1 <= count <= weights.LIMIT and set(names.values()) == set(state) and set(names) == set(learner.state_dict())
    assert torch.allclose(learner.eval()(x), reference.eval()(x), atol=1e-4, rtol=1e-4)


@settings(max_examples=40, derandomize=True)
@given(st.lists(TREES, min_size=2, max_size=3), st.permutations(range(3)), st.integers(0, 99))
def test_children_defined_in_another_order_are_found(children, order, seed):
    """One of the candidates is the right one, as long as few are alike."""
    reference = Tree(children, ["first", "second", "third"])
    order = [i for i in order if i < len(children)]
    learner = Tree(children, ["a", "b", "c"])
    # as if they had been defined in that order
    learner._modules = {"abc"[i]: learner._modules["abc"[i]] for i in order}
    state, x = drawn(reference, seed), torch.randn(2, WIDTH, 4, 5, generator=torch.Generator().manual_seed(seed))
    reference.load_state_dict(state)
    expected = reference.eval()(x)
    count = weights.place(learner, state).count
    if count == weights.LIMIT:
        return  # more orders than are tried
    for choice in range(count):
        weights.place(learner, state, choice)
        if torch.allclose(learner.eval()(x), expected, atol=1e-4, rtol=1e-4):
            return
    raise AssertionError(f"none of {count} placements reproduces the output")
