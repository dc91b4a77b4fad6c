"""Weights find their place in modules with other names, other orders and other kinds of layers."""

import time

import pytest
import torch
from torch import nn

from attention_lab.checking.known import weights
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

POSITION = """
class PositionAttention(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.query = nn.Conv2d(channels, channels // reduction, 1)
        self.key = nn.Conv2d(channels, channels // reduction, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def attention(self, x):
        return (self.query(x).flatten(2).mT @ self.key(x).flatten(2)).softmax(-1)

    def forward(self, x):
        return x + self.gamma * (self.value(x).flatten(2) @ self.attention(x).mT).view_as(x)
"""
CASES = (Case("a map of 3 x 4", (RandomTensor((2, 8, 3, 4)),), construct={"channels": 8}),
         Case("its attention map", (RandomTensor((2, 8, 3, 2)),), construct={"channels": 8}, method="attention"),
         Case("a reduction of 1", (RandomTensor((2, 4, 2, 3)),), construct={"channels": 4, "reduction": 1}))
RENAMED = """
    class PositionAttention(nn.Module):
        def __init__(self, channels, reduction=4):
            super().__init__()
            self.scale = nn.Parameter(torch.zeros(1))
            self.a = nn.Linear(channels, channels)
            self.b = nn.{layer}
            self.c = nn.{layer}

        def attention(self, x):
            tokens = x.flatten(2).transpose(1, 2)
            return torch.softmax({query}(tokens) @ {key}(tokens).transpose(1, 2), dim=-1)

        def forward(self, x):
            values = self.a(x.flatten(2).transpose(1, 2))
            return (self.attention(x) @ values).transpose(1, 2).reshape(x.shape) * self.scale + x
    """
LINEAR = "Linear(channels, channels // reduction)"


def test_other_names_and_another_order_are_tried(way):
    lesson = way(POSITION, "PositionAttention", *CASES)
    lesson.right(RENAMED.format(layer=LINEAR, query="self.c", key="self.b"))
    lesson.right(RENAMED.format(layer=LINEAR, query="self.b", key="self.c"))
    lesson.wrong(RENAMED.format(layer=LINEAR, query="self.b", key="self.b"),
                 "several have the same shape. There are 2 ways to load the exercise's weights into them, and the "
                 "answer is right")
    unfinished = RENAMED.format(layer=LINEAR, query="self.c", key="self.b").replace(" + x", "")
    lesson.wrong(unfinished, "`x` should be added to it (a shortcut) and is not")
    lesson.wrong(RENAMED.format(layer="Linear(channels, channels)", query="self.c", key="self.b"),
                 "Missing: `query.weight` (2, 8, 1, 1), `query.bias` (2,)",
                 "Not expected: `b.weight` (8, 8), `b.bias` (8,)")


def test_names_of_the_contract_bind(way):
    lesson = way(POSITION, "PositionAttention", *CASES)
    swapped = """
        class PositionAttention(nn.Module):
            def __init__(self, channels, reduction=4):
                super().__init__()
                self.query = nn.Conv2d(channels, channels // reduction, 1)
                self.key = nn.Conv2d(channels, channels // reduction, 1)
                self.value = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def attention(self, x):
                return (self.{}(x).flatten(2).mT @ self.{}(x).flatten(2)).softmax(-1)

            def forward(self, x):
                return x + self.gamma * (self.value(x).flatten(2) @ self.attention(x).mT).view_as(x)
        """
    lesson.right(swapped.format("query", "key"))
    lesson.wrong(swapped.format("key", "query"), "`query` and `key` are right; what you do with the result differs",
                 never=("several have the same shape",))
    lesson.wrong(swapped.format("query", "key").replace("def attention",
                                                        "def weights").replace("self.attention", "self.weights"),
                 "wrong with its attention map", "AttributeError", "has no attribute 'attention'")


LINEARS = """
class Gate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.narrow = nn.Linear(channels, 1)
        self.wide = nn.Linear(1, channels)
        self.mix = nn.Conv1d(channels, channels, 1, bias=False)

    def forward(self, s):
        return torch.sigmoid(self.mix((self.wide(torch.tanh(self.narrow(s))))[..., None])[..., 0])
"""


def test_convolutions_and_linear_layers_are_one(way):
    lesson = way(LINEARS, "Gate", Case("three images", (RandomTensor((3, 5)),), construct={"channels": 5}))
    lesson.right("""
        class Gate(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.layers = nn.Sequential(nn.Conv2d(channels, 1, 1), nn.Tanh(), nn.Conv2d(1, channels, 1),
                                            nn.Conv2d(channels, channels, 1, bias=False), nn.Sigmoid())

            def forward(self, s):
                return self.layers(s[:, :, None, None]).flatten(1)
        """)
    lesson.right("""
        class Gate(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.w1, self.b1 = nn.Parameter(torch.zeros(1, channels)), nn.Parameter(torch.zeros(1))
                self.w2, self.b2 = nn.Parameter(torch.zeros(channels, 1)), nn.Parameter(torch.zeros(channels))
                self.w3 = nn.Parameter(torch.eye(channels))

            def forward(self, s):
                return torch.sigmoid(F.linear(F.linear(torch.tanh(F.linear(s, self.w1, self.b1)), self.w2, self.b2), self.w3))
        """)  # noqa: E501
    lesson.wrong("""
        class Gate(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.narrow = nn.Linear(channels, 1)
                self.wide = nn.Linear(1, channels)
                self.mix = nn.Linear(channels, channels)

            def forward(self, s):
                return torch.sigmoid(self.mix(self.wide(torch.tanh(self.narrow(s)))))
        """, "Your layers have biases, but the exercise's layers have none: `mix.bias` (5,)")
    lesson.wrong(LINEARS.replace("torch.sigmoid", "torch.exp"),
                 "`wide` and `mix` are right; what you do with the result differs")


DEPTHWISE = """
class Mixer(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.scale = nn.Conv2d(channels, channels, 1, groups=channels)
        self.local = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x):
        y = self.local(self.scale(x))
        return self.norm(y.movedim(1, -1)).movedim(-1, 1)
"""


def test_depthwise_convolutions_are_not_confused(way):
    lesson = way(DEPTHWISE, "Mixer", Case("a map", (RandomTensor((2, 4, 3, 5)),), construct={"channels": 4}))
    lesson.right("""
        class Mixer(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.after = nn.GroupNorm(1, channels)
                self.first, self.second = (nn.Conv2d(channels, channels, k, padding=k // 2, groups=channels) for k in (1, 3))

            def forward(self, x):
                y = self.second(self.first(x)).permute(0, 2, 3, 1)
                return F.layer_norm(y, y.shape[-1:], self.after.weight, self.after.bias).permute(0, 3, 1, 2)
        """)  # noqa: E501
    lesson.wrong("""
        class Mixer(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.scale = nn.Conv2d(channels, channels, 1, groups=channels)
                self.local = nn.Conv2d(channels, channels, 3, padding=1)
                self.norm = nn.LayerNorm(channels)

            def forward(self, x):
                return self.norm(self.local(self.scale(x)).movedim(1, -1)).movedim(-1, 1)
        """, "`local.weight` has shape (4, 4, 3, 3), expected (4, 1, 3, 3)")


def test_a_name_that_is_there_is_not_called_missing(way):
    """The reference's `outer.weight` and the answer's `inner.bias` have one shape;
    each is compared with its namesake."""
    lesson = way("""
        class Narrow(nn.Module):
            def __init__(self, channels, hidden=1):
                super().__init__()
                self.inner = nn.Conv2d(channels, hidden, 1)
                self.outer = nn.Conv2d(hidden, channels, 1)

            def forward(self, x):
                return self.outer(self.inner(x))
        """, "Narrow", Case("x", (RandomTensor((1, 4, 2, 3)),), construct={"channels": 4}))
    lesson.wrong("""
        class Narrow(nn.Module):
            def __init__(self, channels, hidden=1):
                super().__init__()
                self.inner, self.outer = nn.Conv2d(channels, 4, 1), nn.Conv2d(4, channels, 1)

            def forward(self, x):
                return self.outer(self.inner(x))
        """, "`inner.weight` has shape (4, 4, 1, 1), expected (1, 4, 1, 1). `inner.bias` has shape (4,), expected (1,). "  # noqa: E501
             "`outer.weight` has shape (4, 4, 1, 1), expected (4, 1, 1, 1).", never=("missing", "not expected"))


TWO_PATHS = """
class Path(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.one = nn.Linear(channels, channels)
        self.two = nn.Linear(channels, channels)
        self.three = nn.Linear(channels, channels)
        self.four = nn.Linear(channels, channels)

    def forward(self, x):
        return self.four(torch.tanh(self.three(torch.tanh(self.two(torch.tanh(self.one(x)))))))


class Paths(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.near, self.far = Path(channels), Path(channels)

    def forward(self, x):
        return self.near(x) - 2 * self.far(x)
"""


def test_whole_sub_modules_are_exchanged_before_their_layers(way):
    """Two times four layers of one shape: 8! orders, of which the right one comes early."""
    lesson = way(TWO_PATHS, "Paths", Case("two vectors", (RandomTensor((2, 3)),), construct={"channels": 3}))
    start = time.process_time()
    lesson.right("""
        class Paths(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.minus, self.plus = (nn.ModuleList(nn.Linear(channels, channels) for _ in range(4)) for _ in "ab")

            def run(self, layers, x):
                for layer in layers[:-1]:
                    x = layer(x).tanh()
                return layers[-1](x)

            def forward(self, x):
                return self.run(self.plus, x) - 2 * self.run(self.minus, x)
        """)
    lesson.wrong("""
        class Paths(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.minus, self.plus = (nn.Sequential(*[nn.Linear(channels, channels) for _ in range(4)]) for _ in "ab")

            def forward(self, x):
                return self.plus(x) - 2 * self.minus(x)
        """, "There are 120 ways to load the exercise's weights into them, and the answer is right with none of these")  # noqa: E501
    assert time.process_time() - start < 30  # and not 8! tries


def test_many_equal_layers_end():
    """Twenty layers of one shape under new names: 20! orders, none of them listed beyond the limit."""
    layers = nn.ModuleDict({f"layer{i}": nn.Linear(2, 2) for i in range(20)})
    state = {f"other.{n}": torch.randn(t.shape)
             for n, t in nn.Sequential(*[nn.Linear(2, 2) for _ in range(20)]).state_dict().items()}
    start = time.process_time()
    placed = weights.place(layers, state)
    names, count = placed.names, placed.count
    assert count == weights.LIMIT and time.process_time() - start < 10
    assert names["layer7.bias"] == "other.7.bias"


def test_two_bare_parameters(way):
    lesson = way("""
        class Affine(nn.Module):
            def __init__(self, heads):
                super().__init__()
                self.logit_scale = nn.Parameter(torch.zeros(heads, 1, 1))
                self.offset = nn.Parameter(torch.zeros(2))

            def forward(self, logits):
                return logits * self.logit_scale.exp() + self.offset
        """, "Affine", Case("three heads", (RandomTensor((4, 3, 5, 2)),), construct={"heads": 3}))
    lesson.right("""
        class Affine(nn.Module):
            def __init__(self, heads):
                super().__init__()
                self.beta = nn.Parameter(torch.ones(2))
                self.alpha = nn.Parameter(torch.ones(heads, 1, 1))

            def forward(self, logits):
                return torch.addcmul(self.beta, logits, torch.exp(self.alpha))
        """)
    lesson.wrong("""
        class Affine(nn.Module):
            def __init__(self, heads):
                super().__init__()
                self.logit_scale = torch.zeros(heads, 1, 1)
                self.offset = nn.Parameter(torch.zeros(2))

            def forward(self, logits):
                return logits * self.logit_scale.exp() + self.offset
        """, "Missing: `logit_scale` (3, 1, 1)")


def test_a_parameter_beside_layers(way):
    lesson = way("""
        class Scaled(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(dim))
                self.fc = nn.Linear(dim, dim)

            def forward(self, x):
                return self.fc(x) * self.weight
        """, "Scaled", Case("a few", (RandomTensor((3, 4)),), construct={"dim": 4}))
    renamed = """
        class Scaled(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.linear = nn.Conv1d(dim, dim, 1)
                self.scale = nn.Parameter(torch.ones(1, dim, 1).squeeze())

            def forward(self, x):
                return self.scale * self.linear(x.unsqueeze(-1)).squeeze(-1)
        """
    lesson.right(renamed)
    lesson.wrong(renamed.replace("self.scale *", "self.scale +"), "`fc` is right; what you do with the result differs")
    lesson.wrong(renamed.replace("nn.Parameter(torch.ones(1, dim, 1).squeeze())", "1.0"), "Missing: `weight` (4,).")


def test_containers_in_another_nesting(way):
    lesson = way("""
        class Mlp(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.first = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
                self.second = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))

            def forward(self, x):
                return self.second(self.first(x))
        """, "Mlp", Case("a few", (RandomTensor((3, 4)),), construct={"dim": 4}))
    lesson.right("""
        class Mlp(nn.Module):
            def __init__(self, dim):
                super().__init__()
                linear = lambda: nn.Linear(dim, dim)
                self.layers = nn.Sequential(linear(), nn.ReLU(), linear(), linear(), nn.ReLU(), linear())

            def forward(self, x):
                return self.layers(x)
        """)
    lesson.wrong("""
        class Mlp(nn.Module):
            def __init__(self, dim):
                super().__init__()
                self.first = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))
                self.second = nn.Sequential(nn.Linear(dim, dim), nn.ReLU(), nn.Linear(dim, dim))

            def forward(self, x):
                return self.second(x)
        """, "`first` is made and never called",
                 "`first.2.weight` and 1 more: no gradient arrives, because your result does not depend on them")


def test_an_index_table_is_no_weight(way):
    lesson = way("""
        class Bias(nn.Module):
            def __init__(self, n):
                super().__init__()
                self.table = nn.Linear(2 * n - 1, 1, bias=False)
                self.n = n

            def forward(self, x):
                steps = torch.arange(self.n)
                return x + self.table.weight[0][steps[:, None] - steps + self.n - 1]
        """, "Bias", Case("three positions", (RandomTensor((2, 3, 3)),), construct={"n": 3}))
    lesson.right("""
        class Bias(nn.Module):
            def __init__(self, n):
                super().__init__()
                self.values = nn.Parameter(torch.zeros(1, 2 * n - 1))
                steps = torch.arange(n)
                self.register_buffer("weight", steps[:, None] - steps + n - 1)
                self.register_buffer("hidden", torch.zeros(3), persistent=False)

            def forward(self, x):
                return x + self.values[0, self.weight]
        """)
    lesson.wrong("""
        class Bias(nn.Module):
            def __init__(self, n):
                super().__init__()
                self.values = nn.Parameter(torch.zeros(1, 2 * n - 1))
                steps = torch.arange(n)
                self.register_buffer("index", steps - steps[:, None] + n - 1)

            def forward(self, x):
                return x + self.values[0, self.index]
        """, "numbers differ")


def test_bare_matrices_may_be_transposed(way):
    lesson = way("""
        class Mlp(nn.Module):
            def __init__(self, channels, hidden):
                super().__init__()
                self.fc1 = nn.Linear(channels, hidden, bias=False)
                self.fc2 = nn.Linear(hidden, channels, bias=False)

            def forward(self, s):
                return torch.sigmoid(self.fc2(torch.relu(self.fc1(s))))
        """, "Mlp", Case("a few", (RandomTensor((3, 6)),), construct={"channels": 6, "hidden": 2}))
    answer = """
        class Mlp(nn.Module):
            def __init__(self, channels, hidden):
                super().__init__()
                self.down, self.up = nn.Parameter(torch.randn({})), nn.Parameter(torch.randn({}))

            def forward(self, s):
                return torch.sigmoid({})
        """
    lesson.right(answer.format("hidden, channels", "channels, hidden", "torch.relu(s @ self.down.T) @ self.up.T"))
    lesson.right(answer.format("channels, hidden", "hidden, channels", "torch.relu(s @ self.down) @ self.up"))
    lesson.right(answer.format("hidden, channels", "hidden, channels", "torch.relu(s @ self.down.T) @ self.up"))
    lesson.right(answer.format("hidden, channels", "hidden, channels", "torch.relu(s @ self.up.T) @ self.down"))
    lesson.wrong(answer.format("channels, hidden", "hidden, channels", "(s @ self.down) @ self.up"), "Output")
    lesson.wrong(answer.format("hidden, channels", "hidden, channels", "(s @ self.down.T) @ self.up"), "Output")


GAMMA = """
class Mix(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.query, self.key, self.value = nn.Linear(dim, 3), nn.Linear(dim, 3), nn.Linear(dim, dim)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        weights = torch.softmax(self.query(x) @ self.key(x).mT, dim=-1)
        return x + self.gamma * (weights @ self.value(x))
"""


def test_layers_in_another_order_do_not_hide_a_known_mistake(way):
    """A fresh module has other numbers then, because torch draws its weights in the order of the layers."""
    lesson = way(GAMMA, "Mix", Case("five tokens", (RandomTensor((2, 5, 4)),), construct=(4,)),
                 Case("as it was made", (RandomTensor((2, 5, 4)),), construct=(4,), fresh=True),
                 mistakes=(Mistake("no-gamma", "gamma is missing.", GAMMA.replace("self.gamma * (", "1 * ("),
                                   exercise="Mix"),))
    other = GAMMA.replace("self.query, self.key, self.value", "self.key, self.query, self.value")
    lesson.right(other)
    for answer in GAMMA, other, other.replace("self.key", "self.a").replace("self.query", "self.b"):
        lesson.wrong(answer.replace("self.gamma * (", "1 * ("), "points. gamma is missing.")
    lesson.wrong(other.replace("torch.zeros(1)", "torch.ones(1)"), never=("gamma is missing",))
