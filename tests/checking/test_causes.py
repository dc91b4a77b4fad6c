"""A cause that is named explains every wrong answer, or the report says which ones it does not explain."""

import pytest

from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

COST = """
    def cost(channels, reduction=16):
        if channels < reduction:
            raise ValueError(f"{channels} {reduction}")
        return 2 * channels * (channels // reduction)
    """
COSTS = (*(Case(f"{channels} channels", (channels, 4)) for channels in (8, 16, 20, 64)), Case("the default", (64,)),
         Case("too few", (3, 4), raises=(3, 4)))
HALVED = Mistake("cost-halved", "`1 // 2` is 0: two slashes divide and round down. Divide with one slash.",
                 {"return 2 *": "return 1 // 2 *"}, exercise="cost")
ONE_LAYER = Mistake("cost-one-layer", "Another convention: you count one of the two layers. The rest is right.",
                    {"return 2 * channels": "return channels"}, exercise="cost")
AT_LEAST_8 = Mistake("cost-at-least-8", "Another convention: a width below 8 becomes 8. The rest is right.",
                     {"(channels // reduction)": "max(8, channels // reduction)"}, exercise="cost")
UNREFUSED = Mistake("cost-unrefused", "Too few channels are not refused.", {"channels < reduction": "channels < 0"},
                    exercise="cost")


@pytest.fixture
def cost(way):
    return way(COST, "cost", *COSTS, mistakes=(HALVED, ONE_LAYER, AT_LEAST_8, UNREFUSED))


def test_an_answer_that_does_not_compute_is_told_so_first(cost):
    judged = cost.wrong("def cost(channels, reduction=16):\n    return 0", "Your code returns 0 for every input.",
                        never=("slash",))
    assert judged.mistake is None
    cost.wrong("def cost(channels, reduction=16):\n    return channels",
               "Your code returns `channels` for every input.")
    cost.wrong(COST.replace("2 * channels * (channels // reduction)", "0"),
               "returns 0 for every input. This is what happens if: `1 // 2` is 0")


def test_a_stub_of_a_pair_is_told_too(way):
    cases = [Case(f"{n} and {n + 3}", (n, n + 3)) for n in (2, 3, 4)]
    pair = way("def pair(n, m):\n    return n * m, n + m", "pair", *cases)
    pair.wrong("def pair(n, m):\n    return 0, m", "Your code returns (0, `m`) for every input.")
    pair.wrong("def pair(n, m):\n    return n + m + n, 0", never=("for every input",))


def test_a_mask_of_other_numbers_is_told_by_its_places(way):
    cases = [Case(f"{n} numbers", (RandomTensor((n,), grad=False),)) for n in (12, 13)]
    mask = way("def mask(x):\n    return -100.0 * (x > 0).to(x)", "mask", *cases)
    mask.wrong("def mask(x):\n    return (x <= 0).to(x)", "its places are right, but not its numbers",
               "0 where -100 is right", never=("exp",))
    near = way("def near(x):\n    return 1 + 1e-6 * (x > 0)", "near", *cases)
    near.wrong("def near(x):\n    return 1 + 2e-6 * (x > 0)", never=("places",))


def test_only_a_cause_of_everything_says_that_the_rest_is_right(cost):
    one = COST.replace("return 2 * channels", "return channels")
    cost.wrong(one, "Another convention: you count one of the two layers. The rest is right.")
    both = cost.wrong(one.replace("channels < reduction", "channels < 0"),
                      "Two mistakes. First: You count one of the two layers. Second: Too few channels are not refused.",
                      "The second shows with too few", never=("rest is right", "Another convention"))
    assert both.mistake == "cost-one-layer"


def test_one_number_by_chance_is_no_cause(cost):
    """A wrong constant agrees with a known mistake in a single case."""
    cost.wrong("def cost(channels, reduction=16):\n    return 128 if channels == 8 else 7 + reduction",
               "Output: expected", never=("below 8",))


def test_a_part_is_named_with_the_first_case_that_it_does_not_explain(way):
    gate = "def gate(x, on=True):\n    return x * torch.sigmoid(x) if on else x"
    lesson = way(gate, "gate", *(Case(f"{n} numbers", (RandomTensor((n,)),)) for n in (3, 4, 5)),
                 Case("off", (RandomTensor((3,)), False)),
                 mistakes=(Mistake("gate-adds", "Your gate adds. It should multiply. The rest is right.",
                                   {"x * torch": "x + torch"}, exercise="gate"),))
    lesson.wrong(gate.replace("x * torch", "x + torch").replace("else x", "else x ** 3"),
                 "One of your mistakes: Your gate adds. It should multiply. It does not explain 1 of your 4 wrong cas",
                 "Not explained: with off", never=("rest is right",))


def test_another_default_is_read_from_the_signature_and_tried(cost):
    cost.wrong(COST.replace("reduction=16", "reduction=8"),
               "points. If `reduction` is not given, your code uses 8. The default should be 16.")
    cost.wrong(COST.replace("reduction=16", "reduction=8").replace("return 2", "return 3"), "Output: ",
               never=("If `reduction` is not given",))


def test_an_argument_without_an_effect_is_asked_again(cost, way):
    cost.wrong(COST.replace("channels < reduction", "False").replace("// reduction", "// 16"),
               "points. The argument `reduction` has no effect. Use it.")
    cost.wrong(COST.replace("// reduction", "// 16"), never=("no effect",))  # it decides what is refused
    conv = """
        class Wide(nn.Module):
            def __init__(self, channels, dilation=1):
                super().__init__()
                self.conv = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)

            def forward(self, x):
                return self.conv(x)
        """
    cases = (Case(f"dilation {d}", (RandomTensor((2, 3, 7, 6)),), construct=(3, d)) for d in (1, 2, 3))
    wide = way(conv, "Wide", *cases)
    wide.wrong(conv.replace("padding=dilation, dilation=dilation", "padding=1"),
               "points. The argument `dilation` has no effect. Use it.")
    wide.wrong(conv.replace("dilation=dilation", "dilation=dilation, bias=False"), "`conv.bias`", never=("no effect",))


def test_what_has_no_effect_before_training_is_asked_with_the_case_s_weights(way):
    scaled = """
        class Scaled(nn.Module):
            def __init__(self, negate=False):
                super().__init__()
                self.gamma = nn.Parameter(torch.zeros(1))
                self.negate = negate

            def forward(self, x):
                scores = -x if self.negate else x
                return x + self.gamma * scores.softmax(-1)
        """
    cases = (Case(f"negated, {n}", (RandomTensor((2, n)),), construct=(True,)) for n in (3, 4))
    lesson = way(scaled, "Scaled", Case("as it is", (RandomTensor((2, 5)),)), *cases)
    lesson.wrong(scaled.replace("-x if", "x.exp() if"), never=("no effect",))
    lesson.wrong(scaled.replace("-x if", "x if"), "points. The argument `negate` has no effect. Use it.")


def test_numbers_that_are_wrong_in_the_same_way_everywhere(way):
    numbers = way("def area(a, b):\n    return a * b", "area", *(Case(f"{a} and {b}", (a, b)) for a, b in
                                                                 ((2, 3), (4, 5), (6, 7), (1, 9))))
    numbers.wrong("def area(a, b):\n    return 2 * a * b",
                  "Wherever your number is wrong, it is 2 times the expected one.")
    numbers.wrong("def area(a, b):\n    return a * b - 2", "Wherever your number is wrong, it is 2 too small.")
    assert "Wherever" not in numbers.judge("def area(a, b):\n    return 2 * a * b", secret=True).headline


def test_what_is_seen_in_one_case_is_not_said_of_all(way):
    pool = "def pool(x):\n    return x.mean((2, 3))"
    lesson = way(pool, "pool", Case("one row", (RandomTensor((2, 3, 1, 5)),)),
                 *(Case(f"{n} rows", (RandomTensor((2, 3, n, 5)),)) for n in (2, 3)))
    lesson.wrong("def pool(x):\n    return x.amax(3).mean(2)",
                 "points. `x.amax(3)` takes the maximum. Take the mean. The rest is right.")
    lesson.wrong("def pool(x):\n    return x.flatten(2).sort().values[:, :, -1]",
                 "points. Output: it is the maximum of `x` over the axes (2, 3).")


BLOCK = """
    class Block(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.fc1, self.fc2 = nn.Linear(dim, dim), nn.Linear(dim, dim)

        def forward(self, x):
            return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))
    """
TOKENS = tuple(Case(f"{n} tokens{mode}", (RandomTensor((2, n, 4)),), construct=(4,), train=bool(mode))
               for n, mode in ((5, ""), (3, ""), (2, ", training")))


def test_an_answer_that_is_wrong_in_one_mode_alone(way):
    block = way(BLOCK, "Block", *TOKENS)
    block.wrong(BLOCK.replace("return x", "if self.training:\n                return x.exp()\n            return x"),
                "points. In training mode your module gives a wrong answer. In eval mode, the same call is right.")
    block.wrong(BLOCK.replace("return x", "if not self.training:\n                return x\n            return x"),
                "points. In eval mode your module returns `x` as it is. In training mode, the same call is right.")
    block.wrong(BLOCK.replace("self.fc2(torch.relu(self.fc1(x)))", "self.fc1(x)"),
                "points. `fc2` is made and never called.")


@pytest.mark.parametrize(("done", "said"), [
    ("x + torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))",
     "your code takes `x` plus the sigmoid of the output of `fc2`. It should take `x` times the sigmoid of the output"),
    ("x / torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))", "`x` divided by the sigmoid of the output of `fc2`"),
    ("x + x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))", "`x` is added to it and should not be"),
    ("x * self.fc2(torch.relu(self.fc1(x)))", "the output of `fc2` stays as it is. Take the sigmoid of it."),
    ("x * torch.sigmoid(self.fc2(torch.tanh(self.fc1(x))))", "you take the tanh of the output of `fc1`. Take the ReLU"),
    ("x * torch.sigmoid(self.fc2(x + self.fc1(x)))",
     "your code takes `x` plus the output of `fc1`. It should take the ReLU of the output of `fc1`."),
])
def test_what_is_made_of_the_last_right_results(way, done, said):
    block = way(BLOCK, "Block", *TOKENS)
    block.wrong(BLOCK.replace("x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x))))", done), said)


@pytest.mark.parametrize(("gates", "said"), [
    ("x + torch.sigmoid(scores)", "`x` plus the sigmoid of the output of `conv`. It should take `x` times the sigmoid"),
    ("x * (1 - torch.sigmoid(scores))", "you take 1 minus the sigmoid of the output of `conv`. Take the sigmoid of it"),
    ("x * torch.softmax(scores, 1)", "you take the softmax over axis 2 of the output of `conv`. Take the sigmoid"),
])
def test_a_number_for_each_channel_is_a_gate_wherever_its_axes_of_size_one_are(way, gates, said):
    block = """
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(1, 1, 3, padding=1)

        def forward(self, x):
            scores = self.conv(x.mean((2, 3))[:, None])[:, 0, :, None, None]
            return x * torch.sigmoid(scores)
    """
    cases = (Case(f"{n} channels", (RandomTensor((2, n, 4, 3)),), construct=()) for n in (5, 7, 1))
    way(block, "Gated", *cases).wrong(block.replace("x * torch.sigmoid(scores)", gates), said)


def test_a_line_that_is_pointed_at_stands_in_the_cell_of_this_exercise(way):
    """`Inner` is an earlier exercise: what it calls is no line of this one."""
    inner = BLOCK.replace("Block", "Inner")
    outer = """
    class Outer(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.inner, self.last = Inner(dim), nn.Linear(dim, dim)

        def forward(self, x):
            y = self.inner(x)
            return self.last(y) + x
    """
    lesson = way(inner + outer, "Outer", *TOKENS, uses=("Inner",))
    lesson.wrong(outer.replace("y = self.inner(x)", "y = self.inner(x + 1)"),
                 "Look at your line `y = self.inner(x + 1)`",
                 never=("torch.relu(self.fc1",))


def test_a_change_in_place_costs_one_check_although_others_fail_by_it(way):
    numbers = RandomTensor((2, 3)), RandomTensor((2, 3))
    lesson = way("def gate(x, y):\n    return x * y * torch.sigmoid(x)", "gate", Case("numbers", numbers),
                 Case("another device", numbers, device=True))
    judged = lesson.wrong("def gate(x, y):\n    z = x * y * torch.sigmoid(x)\n    x.mul_(2)\n    return z",
                          "every check passed except `gradients`",
                          "The change in place is also why `device` and `input untouched` failed, which costs nothing")
    assert {check.name for check in judged.checks if check.outcome != "passed"} == {"gradients", "device", "input"}


def test_what_the_page_asks_for_may_be_worth_most(way):
    half = "def half(n):\n    if n % 2:\n        raise ValueError(n)\n    return n // 2"
    lesson = way(half, "half", *(Case(f"{n}", (n,)) for n in (4, 6, 8)), Case("odd", (7,), raises=(7,)),
                 shares={"errors": 8})
    assert lesson.judge("def half(n):\n    return n // 2").points == 3.3
