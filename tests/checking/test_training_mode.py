"""Training mode: statistics of a norm, dropout without chance, gradients that are zero, memory from call to call."""

import pytest
import torch

from attention_lab.checking.form.protocol import Observation
from attention_lab.checking.known.fingerprint import fingerprint
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

NORMED = """
class Unit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 1)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return torch.relu(self.bn(self.conv(x)))
"""
BOTH = tuple(Case(label, (RandomTensor((3, 4, 3, 2)),), construct={"channels": 4}, train=train)
             for label, train in (("training mode", True), ("evaluation", False)))


def test_statistics_after_a_step(way):
    """The bias before a norm has a gradient of zero; an answer that leaves it out of the sum is as right as any."""
    lesson = way(NORMED, "Unit", *BOTH)
    done = lesson.right("""
        class Unit(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.layers = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels), nn.ReLU(inplace=True))

            def forward(self, x):
                return self.layers(x)
        """)  # noqa: E501
    assert "updates its running statistics" in done.headline and "earlier call" not in done.headline
    lesson.right("""
        class Unit(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.conv, self.bn = nn.Linear(channels, channels), nn.BatchNorm1d(channels)

            def forward(self, x):
                y = x.movedim(1, -1).reshape(-1, x.shape[1])
                return self.bn(self.conv(y)).relu().reshape(len(x), *x.shape[2:], -1).movedim(-1, 1)
        """)
    lesson.wrong(NORMED.replace("BatchNorm2d(channels)", "BatchNorm2d(channels, momentum=0.2)"),
                 "Right on other inputs, wrong with training mode", "uffer bn.running_mean")
    lesson.wrong(NORMED.replace("self.bn(self.conv(x))",
                                "F.batch_norm(self.conv(x), None, None, self.bn.weight, self.bn.bias, True)"),
                 "With evaluation")
    lesson.wrong("""
        class Unit(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 1)
                self.bn = nn.BatchNorm2d(channels)

            def forward(self, x):
                y, bn = self.conv(x), self.bn
                if self.training:
                    return torch.relu(F.batch_norm(y, None, None, bn.weight, bn.bias, True))
                return torch.relu(bn(y))
        """, "uffer bn.running_mean", "wrong with training mode")
    lesson.wrong(NORMED.replace("BatchNorm2d(channels)", "BatchNorm2d(channels, eps=1e-4)"), "Wrong on 2 of 2 cases")
    lesson.wrong(NORMED.replace("BatchNorm2d(channels)", "BatchNorm2d(channels).eval()"), "output of `bn`",
                 "With training mode")
    lesson.wrong(f"{NORMED}    def train(self, mode=True):\n        super().train(mode)\n        self.bn.eval()\n"
                 "        return self\n", "output of `bn`", "With training mode")


DROPPED = """
class Classifier(nn.Module):
    def __init__(self, channels, classes):
        super().__init__()
        self.classify = nn.Sequential(nn.Dropout2d(0.1), nn.Conv2d(channels, classes, 1))

    def forward(self, x):
        return self.classify(x)
"""


@pytest.mark.parametrize("layer, call", [
    ("nn.Dropout2d(0.1)", "self.drop(x)"), ("nn.Dropout(0.1, inplace=True)", "self.drop(x * 1)"),
    ("nn.AlphaDropout(0.1)", "self.drop(x)"),
    ("nn.Dropout(0.1)", "self.drop(self.drop(x))"),
    ("nn.Identity()", "F.dropout(x, 0.1, self.training)"), ("nn.Identity()",
                                                            "F.dropout2d(input=x, p=0.1, training=self.training)"),
    ("nn.Identity()", "torch.dropout(x, 0.1, train=self.training)"),
    ("nn.Identity()", "torch.feature_dropout(input=x, p=0.1, train=self.training)"),
])
def test_dropout_lets_everything_through(way, layer, call):
    lesson = way(DROPPED, "Classifier",
                 *(Case(label, (RandomTensor((2, 4, 3, 3)),), construct={"channels": 4, "classes": 3}, train=train)
                                          for label, train in (("training mode", True), ("evaluation", False))))
    answer = f"""
        class Classifier(nn.Module):
            def __init__(self, channels, classes):
                super().__init__()
                self.drop, self.conv = {layer}, nn.Conv2d(channels, classes, 1)

            def forward(self, x):
                return self.conv({call})
        """
    lesson.right(answer)
    lesson.wrong(answer.replace("return self.conv", "return -self.conv"), "its sign is flipped everywhere")


@pytest.mark.parametrize("answer, right", [
    ("self.conv(F.dropout2d(x, 0.1, self.training))", True),
    ("self.conv(torch.feature_dropout(x.flatten(2), 0.1, self.training).view_as(x))", True),
    ("self.conv(F.dropout(x, 0.1, self.training))", False),
    ("F.dropout2d(self.conv(x), 0.1, self.training)", False),
    ("self.conv(F.dropout2d(x / 2, 0.1, self.training) + F.dropout2d(x - x / 2, 0.1, self.training))", True),
    ("self.conv(F.dropout2d(x - 1, 0.1, self.training) + F.dropout2d(torch.ones_like(x), 0.1, self.training))", False),
])
def test_where_dropout_stands_and_what_it_drops(way, answer, right):
    lesson = way(DROPPED, "Classifier",
                 Case("evaluation", (RandomTensor((2, 4, 3, 3)),), construct={"channels": 4, "classes": 3}),
                 Case("training mode", (RandomTensor((2, 4, 3, 3)),), construct={"channels": 4, "classes": 3},
                      train=True,
                      drop_largest=True))
    answer = f"""
        class Classifier(nn.Module):
            def __init__(self, channels, classes):
                super().__init__()
                self.conv = nn.Conv2d(channels, classes, 1)

            def forward(self, x):
                return {answer}
        """
    if right:
        lesson.right(answer)
    else:
        lesson.wrong(answer, "training mode")


def test_what_a_module_starts_with(way):
    """A gate that starts at zero; what it starts with is asked apart from what it does."""
    gated = """
        class Gated(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 1)
                self.gamma = nn.Parameter(torch.zeros(1))

            def forward(self, x):
                return x + self.gamma * self.conv(x)
        """
    lesson = way(gated, "Gated",
                 *(Case("an image", (RandomTensor((2, 4, 3, 3)),), construct={"channels": 4}, fresh=fresh,
                                        gradients=not fresh)
                                   for fresh in (False, True)))
    assert "a fresh module" in lesson.right(gated.replace("gamma",
                                                          "gate").replace("torch.zeros(1)",
                                                                          "torch.tensor(0.0)")).headline
    lost = lesson.wrong(gated.replace("zeros", "ones"))
    assert [check.name for check in lost.checks if check.outcome != "passed"] == ["start"]


@pytest.mark.parametrize("call, telling", [
    ("x", "p=0.1 should be active in training mode and is not"),
    ("F.dropout(x, 0.3, self.training)", "p=0.3 is active in training mode; expected p=0.1"),
    ("F.dropout(x, 0.1)", "active in eval mode (in a module, F.dropout needs `training=self.training`); expected none"),
])
def test_dropout_is_compared_by_its_share_and_mode(way, call, telling):
    lesson = way(DROPPED, "Classifier",
                 *(Case(label, (RandomTensor((2, 4, 3, 3)),), construct={"channels": 4, "classes": 3}, train=train)
                                          for label, train in (("training mode", True), ("evaluation", False))))
    lesson.wrong(DROPPED.replace("nn.Dropout2d(0.1)",
                                 "nn.Identity()").replace("self.classify(x)", f"self.classify({call})"), telling)


def test_dropout_that_nobody_asked_for(way):
    lesson = way(MEMORY, "Counter", Case("training mode", (RandomTensor((2, 3)),), train=True))
    lesson.wrong(MEMORY.replace("x * self", "F.dropout(x, 0.5, self.training) * self"),
                 "p=0.5 is active in training mode; expected none")


MEMORY = """
class Counter(nn.Module):
    def __init__(self):
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x * self.gamma.exp()
"""


def test_nothing_is_kept_from_call_to_call(way):
    lesson = way(MEMORY, "Counter", Case("a vector", (RandomTensor((2, 3)),)),
                 Case("a second call", (RandomTensor((2, 3)),), earlier=True))
    done = lesson.right(MEMORY.replace("x * self.gamma.exp()", "torch.exp(self.gamma).mul(x)"))
    assert "gives the right answer after an earlier call with the same sizes or other sizes," in done.headline
    lesson.wrong("""
        class Counter(nn.Module):
            def __init__(self):
                super().__init__()
                self.gamma = nn.Parameter(torch.zeros(1))
                self.seen = None

            def forward(self, x):
                self.seen = x if self.seen is None else self.seen
                return self.seen * self.gamma.exp()
        """, "A first call is right, but a second one is wrong")
    lesson.wrong(MEMORY.replace("return x *", "self.gamma.data += 0.1\n        return x *"),
                 "`self.gamma.data += 0.1` adds.", "times the expected one everywhere")


def test_a_gradient_of_zero_and_a_missing_one_are_the_same(way):
    lesson = way("""
        class Rows(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.key = nn.Linear(channels, 1)
                self.value = nn.Linear(channels, channels)

            def forward(self, x):
                return self.key(x).softmax(1).mT @ self.value(x)
        """, "Rows", Case("five tokens", (RandomTensor((2, 5, 4)),), construct={"channels": 4}))
    lesson.right("""
        class Rows(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.key, self.value = nn.Linear(channels, 1), nn.Linear(channels, channels)

            def forward(self, x):
                weights = torch.softmax(x @ self.key.weight[0], dim=1)
                return torch.einsum("bn,bnc->bc", weights, self.value(x))[:, None]
        """)
    lesson.wrong("""
        class Rows(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.key, self.value = nn.Linear(channels, 1), nn.Linear(channels, channels)

            def forward(self, x):
                return self.key(x).softmax(2).mT @ self.value(x)
        """, "`key` and `value` are right; what you do with the result differs")
    said = lesson.wrong("""
        class Rows(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.key, self.value = nn.Linear(channels, 1), nn.Linear(channels, channels)

            def forward(self, x):
                bias = self.key.bias
                return self.key(x).softmax(1).mT @ self.value(x) + 3 * (bias - bias.detach())
        """, "radient of `key.bias`", "it should be zero, but it is")
    assert "times the expected" not in said.headline


def test_in_a_fingerprint_a_float32_gradient_of_rounding_noise_counts_as_zero():
    """The gradient of a bias in front of a BatchNorm is 0 on one processor and 2e-6 on another.
    A known mistake is recognised on both."""
    def structure(**gradients):
        return fingerprint(Observation(), {"output": torch.ones(2, 3), **gradients}, [], False)[0]

    noise = torch.tensor([2e-6, 0.0, -2e-6])
    assert structure(**{"grad.bias": noise}) == structure(**{"grad.bias": 0 * noise}) == structure()
    assert structure(**{"grad.bias": noise.double()}) != structure()  # far too large for noise in float64
