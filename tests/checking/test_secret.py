"""A secret report says what helps and holds no expected number, nor one from which it can be computed."""

import html
import re
from dataclasses import replace

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging, report
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

SHAPE = (2, 3, 4)
REFERENCE = """
def parts(x):
    y = torch.sigmoid(x) * 1.7 + 0.1
    return y, y[:, :1, 0], y.mean(), float(y.sum()), torch.full((2, 2), 0.4321) * x[0, 0, 0], int(1e6 * y.max())
"""
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
NUMBERS = (3, 5)  # which of the outputs are plain numbers


def forms(value: float) -> set[str]:
    """A number as a message may write it, with three or more digits."""
    if value != value or abs(value) in (0.0, float("inf")):
        return set()
    written = {f"{value:.{digits}g}" for digits in range(3, 18)} | {repr(value), f"{value:,}"}
    return {text for text in written if sum(c.isdigit() for c in re.sub(r"e.*", "", text).lstrip("-0.")) >= 3}


def numbers_of(tensors) -> list[float]:
    return [value for t in tensors for value in t.double().flatten().tolist()]


def written(text: str, values: torch.Tensor) -> bool:
    """Is `text` one of the values, as a message may write it?"""
    number = float(text.replace(",", ""))
    near = values[(values - number).abs() <= 0.01 * abs(number)].unique().tolist()
    return any(text in forms(value) for value in near)


def refuse(judged, expected, own) -> None:
    """No expected number is told but where a learner's own is written alike."""
    expected, own = (torch.tensor(values, dtype=torch.float64) for values in (expected, own))
    for said in (report.text(judged), html.unescape(report.html(judged)), *(check.message for check in judged.checks)):
        found = [text for text in set(NUMBER.findall(said)) if written(text, expected) and not written(text, own)]
        assert not found, f"{found} in:\n{said}"


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    from .way import Way

    way = Way(tmp_path_factory.mktemp("secret"), REFERENCE, "parts", Case("a tensor", (RandomTensor(SHAPE),)),
              Case("a second one", (RandomTensor(SHAPE),)),
              Case("float32 numbers", (RandomTensor(SHAPE),), dtype="float32"))
    return recorded.load(way.path, way.name)


WRONG = {
    "noise": lambda t, r: t + torch.randn(t.shape, generator=r).to(t),
    "a little noise": lambda t, r: t + 1e-4 * torch.randn(t.shape, generator=r).to(t),
    "other numbers": lambda t, r: torch.randn(t.shape, generator=r).to(t),
    "scaled": lambda t, r: t * (0.3 + torch.rand((), generator=r).to(t)),
    "shifted": lambda t, r: t + torch.rand((), generator=r).to(t),
    "one constant": lambda t, r: torch.full_like(t, 0.77777),
    "zero": lambda t, r: t * 0,
    "one number": lambda t, r: torch.where(torch.arange(t.numel()).reshape(t.shape) == 0, t + 0.2345, t),
    "another shape": lambda t, r: t[..., None] * 1.2345,
    "transposed": lambda t, r: t.mT * 1.2345 if t.ndim > 1 else t - 0.4,
    "activated": lambda t, r: torch.sigmoid(t),
    "averaged": lambda t, r: t.mean(0, keepdim=True).expand_as(t) if t.ndim else -t,
    "not finite": lambda t, r: t / 0,
    "integers": lambda t, r: (100 * t).long(),
    "another dtype": lambda t, r: (1.5 * t).float() if t.dtype == torch.float64 else (1.5 * t).double(),
    "few digits": lambda t, r: t * (1 + 1e-7),
}


@given(st.data())
@settings(max_examples=150, derandomize=True, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_no_expected_number_is_told(exercise, data):
    wrong = data.draw(st.lists(st.sampled_from(sorted(WRONG)) | st.none(), min_size=8, max_size=8).filter(any))
    r = torch.Generator().manual_seed(data.draw(st.integers(0, 2**31)))
    own, plain = [], []  # of a learner's numbers: all, and those that are told as numbers beside the expected one

    def ask(question, tensors):
        case = next(case for case in exercise.cases if case.tensors is tensors)
        header, out = replace(case.expected), dict(case.expected_tensors)
        for how, name in zip(wrong, sorted(out)):
            if how and out[name].is_floating_point():
                right, out[name] = out[name], WRONG[how](out[name], r)
                own.extend(numbers_of([out[name]]))
                if right.numel() > 1 and how in ("scaled", "shifted"):  # how two tensors are related may be told
                    own.extend(numbers_of([out[name] / right, out[name] - right]))
        nodes = list(header.output["tuple"])
        for how, place in zip(wrong[-2:], NUMBERS):
            if how:
                made = WRONG[how](torch.tensor(nodes[place], dtype=torch.float64), r)
                value = made.flatten()[0].item()
                nodes[place] = int(value) if place == 5 and value == value and abs(value) < 1e15 else value
                own.append(nodes[place])
                plain.append((nodes[place], case.expected.output["tuple"][place]))
        header.output = {"tuple": nodes}
        return header, out

    judged = judging.judge(exercise, ask, secret=True)
    assert judged.shown is None
    expected = [value for case in exercise.cases for value in numbers_of(case.expected_tensors.values())]
    expected += [case.expected.output["tuple"][place] for case in exercise.cases for place in NUMBERS]
    related = [] if any(wrong[:6]) else [relation for mine, right in plain if abs(mine) < float("inf")
                                         for relation in (mine / right, right / mine if mine else 0.0, mine - right,
                                                          right - mine)]
    refuse(judged, expected + related, own)


@pytest.mark.parametrize("answer, telling", [
    ("return sum([x.mean(0)] * 3), x.sum(), 5.25", "Output[0]: it is 3 times the expected one everywhere"),
    ("y = x.mean(0).clone(); y[1, 2] = 7.25; return y, x.sum(), 5.25",
     "Output[0]: 1 of 12 numbers differs. The first is at [1, 2]: got "),
    ("return x.mean(0), 2 * x.sum(), 5.25", " is not right."),
    ("return x.mean(0), x.sum(), 10.5", "Output[2]: 10.5 is not right."),
    ("return x.mean(0), x.sum(), 'a word'", "Output[2]: 'a word' is not right."),
    ("return torch.full_like(x[0], 0.5), x.sum(), 5.25", "Output[0]: it is 0.5 everywhere."),
    ("return x.exp().mean(1), x.sum(), 5.25", "Output[0]: Expected shape (3, 4), got (2, 4)."),
    ("return x.mean(0)", "Expected a tuple of 3, got a tensor"),
])
def test_what_a_secret_report_says(way, answer, telling):
    lesson = way("def f(x):\n    return x.mean(0), x.sum(), 5.25", "f", Case("a tensor", (RandomTensor(SHAPE),)))
    source = "def f(x):\n    " + answer.replace("; ", "\n    ")
    judged, shown = lesson.judge(source, secret=True), lesson.judge(source)
    assert telling in report.text(judged) and "5.25" not in report.text(judged) and judged.shown is None
    assert judged.points == shown.points and [c.outcome for c in judged.checks] == [c.outcome for c in shown.checks]


def test_the_kind_of_a_number_is_told(way):
    lesson = way("def f(n) -> int:\n    return n * 7919", "f", Case("a number", (3,)))
    said = report.text(lesson.judge("def f(n):\n    return float(n * 7919)", secret=True))
    assert "Output: expected an int, got the float 23757.0." in said
    said = report.text(lesson.judge("def f(n):\n    return n * 7919 * 2", secret=True))
    assert "47514 is not right." in said and "23757" not in said and "times" not in said
    lesson.wrong("def f(n):\n    return n * 7919 * 2", "expected 23757, got 47514 (2 times as much)")


def test_dropout_and_booleans(way):
    lesson = way("class P(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.125, "
                 "self.training), True", "P",
                 Case("training mode", (RandomTensor(SHAPE),), train=True), Case("eval mode", (RandomTensor(SHAPE),)))
    source = "class P(nn.Module):\n    def forward(self, x):\n        return {}"
    for answer, telling in (("x, True", "dropout should be active in training mode and is not"),
                            ("F.dropout(x, 0.375, self.training), True", "p=0.375 is active in training mode."),
                            ("F.dropout(x, 0.125, self.training), None", "Expected a bool, got None"),
                            ("F.dropout(x, 0.125, self.training), False", "Output[1]: False is not right.")):
        said = report.text(lesson.judge(source.format(answer), secret=True))
        assert telling in said and "0.125" not in said.replace("x, 0.125", "") and "True" not in said, said
