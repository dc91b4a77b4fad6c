"""A method that is written is checked although another one is still missing;
and points that are not all of them are explained."""

import pytest

from attention_lab.checking.verdict import report
from autograder.lessons.catalogue import Mistake
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

MIX = """
class Mix(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(3, 3)
        self.key = nn.Linear(3, 3)

    def attention(self, x):
        return (self.query(x) @ self.key(x).mT).softmax(-1)

    def forward(self, x):
        return self.attention(x) @ x
"""
CASES = (Case("two images", (RandomTensor((2, 4, 3)),)), Case("one image", (RandomTensor((1, 5, 3)),)),
         Case("its method `attention`, two images", (RandomTensor((2, 4, 3)),), method="attention"),
         Case("its method `attention`, one image", (RandomTensor((1, 5, 3)),), method="attention"))
FORWARD = "return self.attention(x) @ x"
NOTHING = "raise NotImplementedError()"
LEFT = MIX.replace(FORWARD, NOTHING)
KNOWN = Mistake("softmax-over-queries", "Your softmax runs over the queries.",
                {".softmax(-1)": ".softmax(-2)"},
                exercise="Mix")


@pytest.fixture
def lesson(way):
    return way(MIX, "Mix", *CASES, mistakes=(KNOWN,))


def test_a_method_that_is_written_is_right(lesson):
    judged = lesson.wrong(LEFT, "`attention` is right on 2 inputs; `forward` is not written yet", "○")
    assert (judged.points, judged.started) == (0, False)


def test_the_methods_names_of_layers_do_not_matter(lesson):
    lesson.wrong(LEFT.replace("self.query", "self.a").replace("self.key", "self.b"), "`attention` is right on 2 inputs")


@pytest.mark.parametrize("secret", [False, True])
def test_a_method_that_is_written_is_wrong(lesson, secret):
    judged = lesson.judge(LEFT.replace(".softmax(-1)", ".mul(-1).softmax(-1)"), secret)
    said = report.text(judged)
    assert judged.points == 0 and judged.started and {check.outcome for check in judged.checks} == {"failed"}
    assert "With its method `attention`" in said and "Wrong on 2 of 2 cases" in said
    assert "`forward` is not written yet: this report is about `attention` alone." in said


def test_a_known_mistake_in_the_method_that_is_written(lesson):
    judged = lesson.wrong(LEFT.replace(".softmax(-1)", ".softmax(-2)"), "Your softmax runs over the queries.")
    assert judged.mistake == "softmax-over-queries" and judged.points == 0


@pytest.mark.parametrize("answer", [
    LEFT.replace("return (self.query(x) @ self.key(x).mT).softmax(-1)", NOTHING),  # as it is handed out
    MIX.replace("return (self.query(x) @ self.key(x).mT).softmax(-1)", NOTHING),  # `forward` needs `attention`
    LEFT.replace("super().__init__()", NOTHING),
    # half of a method
    LEFT.replace("return (self", "if len(x) == 1:\n            raise NotImplementedError()\n        return (self"),
])
def test_nothing_that_could_be_checked_is_written(lesson, answer):
    judged = lesson.wrong(answer, "Not implemented yet: write the code")
    assert (judged.points, judged.started) == (0, False)


def test_the_other_way_round(lesson):
    answer = MIX.replace(FORWARD, "return (self.query(x) @ self.key(x).mT).softmax(-1) @ x")
    answer = answer.replace("        return (self.query(x) @ self.key(x).mT).softmax(-1)\n", f"        {NOTHING}\n", 1)
    lesson.wrong(answer, "`forward` is right on 2 inputs; `attention` is not written yet")


TWICE = "def twice(x):\n    return {}"
SIZES = tuple(Case(f"{n} vectors", (RandomTensor((n, 3)),)) for n in (2, 3, 1))
LARGE = Case("50 vectors", (RandomTensor((50, 3)),), limit=50 * 3 + 1)


@pytest.mark.parametrize("cases, answer, points, why", [
    (SIZES, "2 * x if len(x) > 1 else 3 * x", 2.2,
     "the output is worth 4.44, and half of that if it is right in at least half of its cases (2 of 3); the other "
     "checks count once it is right in all."),
    (SIZES, "2 * x.detach() + 0 * x.sum()", 6.65, "every check passed except `gradients` (worth 3.33)."),
    (SIZES, "2 * x.detach().float()", 5.55,
     "every check passed except `gradients` (worth 3.33) and `dtype` (worth 1.11)."),
    ((*SIZES, LARGE), "torch.cat([x, x, x, x])[:len(x)] + x", 5,
     "your code needs more memory at once than it may use, which leaves at most half of the "
                                                                "points."),
])
def test_points_that_are_not_all_are_explained(way, cases, answer, points, why):
    judged = way(TWICE.format("2 * x"), "twice", *cases).wrong(TWICE.format(answer),
                                                               f"    Why {points:g} of 10 points: {why}")
    assert judged.points == points and f"Why {points:g} of 10 points: " in report.html(judged)


def test_all_or_nothing_needs_no_explanation(way):
    lesson = way(TWICE.format("2 * x"), "twice", *SIZES)
    assert "Why" not in report.text(lesson.right(TWICE.format("2 * x")))
    lesson.wrong(TWICE.format("3 * x"), never=("Why",))


def test_an_earlier_exercise_that_is_not_written_comes_first(way):
    gate = "def gate(x):\n    return {}\n\n\n"
    lesson = way(gate.format("x.sigmoid()") + MIX.replace("self.attention(x) @ x", "self.attention(x) @ gate(x)"),
                 "Mix", *CASES,
                 uses=("gate",))
    answer = gate.format("x").replace("return x", NOTHING) + MIX.replace("self.attention(x) @ x",
                                                                         "self.attention(x) @ gate(x)")
    lesson.wrong(answer, "`gate`, an earlier exercise that this one uses, is not implemented yet", never=("`forward`",))


COUNT = """
class Count(nn.Module):
    def count(self, n):
        return n * 7919

    def forward(self, x):
        return x * 2
"""


def test_of_a_method_that_is_written_no_hidden_number_is_told(way):
    lesson = way(COUNT, "Count", Case("two vectors", (RandomTensor((2, 3)),)),
                 Case("its method `count`", (3,), method="count"))
    answer = COUNT.replace("7919", "7918").replace("return x * 2", NOTHING)
    shown, secret = (report.text(lesson.judge(answer, secret)) for secret in (False, True))
    assert "expected 23757" in shown and "23757" not in secret and "23754 is not right" in secret
