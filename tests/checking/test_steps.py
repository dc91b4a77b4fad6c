"""One call of torch that is the mistake is named, with what would make it right."""

import json
from dataclasses import replace
from functools import partial
from time import process_time

import pytest

from attention_lab.checking.form.protocol import Step, plain
from attention_lab.checking.known import recorded
from attention_lab.checking.verdict import judging, report
from attention_lab.checking.verdict.explainers import steps
from attention_lab.notebook.check import asker
from autograder.lessons.declare import Case, RandomTensor

pytestmark = pytest.mark.quick

ATTENTION = """
def attend(q, k, v):
    weights = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).softmax(dim=-1)
    return torch.cat([weights @ v, torch.relu(v).mean(dim=1, keepdim=True)], dim=1)
"""
ATTENTION_CASES = (Case("few keys", (RandomTensor((2, 4, 3)), RandomTensor((2, 5, 3)), RandomTensor((2, 5, 6)))),
                   Case("as many", (RandomTensor((3, 4, 2)), RandomTensor((3, 4, 2)), RandomTensor((3, 4, 4)))))
MAP = """
def shrink(x):
    x = F.conv2d(F.pad(x, (1, 0, 0, 0)), x.new_ones(3, 4, 3, 3), stride=2, padding=1)
    x = F.normalize(x, dim=1).roll((1, 1), dims=(2, 3))
    top, bottom = x.chunk(2, dim=2)
    return (torch.where((top.sign() + 1).bool(), top, bottom ** 2) * (bottom > 0.1)).permute(0, 2, 3, 1).unsqueeze(1)
"""
MAP_CASES = (Case("a map", (RandomTensor((2, 4, 8, 5)),)), Case("a larger map", (RandomTensor((1, 4, 12, 8)),)))
ROOT = "/ math.sqrt(q.shape[-1])"


@pytest.fixture(autouse=True)
def no_clock(monkeypatch):
    """Only the number of calls ends the tries, however slow a machine is."""
    monkeypatch.setattr(steps, "SECONDS", 600.0)


@pytest.mark.parametrize("right, wrong, said", [
    ("softmax(dim=-1)", "softmax(dim=1)",
     "takes the softmax over axis 1. Take it over axis 2. Along that axis the numbers compete, and sum to 1."),
    ("k.transpose(1, 2)", "k.transpose(0, 1)", "`k.transpose(0, 1)` exchanges axes 0 and 1. Exchange axes 1 and 2."),
    ("k.transpose(1, 2)", "k.reshape(len(k), k.shape[2], -1)", "Before that, exchange axes 1 and 2."),
    ("k.transpose(1, 2)", "k", "`q @ k` multiplies matrices. Transpose the second one."),
    ("weights @ v", "v @ weights", "`v @ weights` multiplies matrices. Exchange the two."),
    (ROOT, "", ".softmax(dim=-1)`, the scores should be divided by the square root of `q.shape[2]`."),
    (ROOT, "* math.sqrt(q.shape[-1])", "multiplies. Divide."),
    ("torch.relu(v)", "F.gelu(v)", "`F.gelu(v)` takes the GELU. Take the ReLU."),
    ("torch.relu(v)", "nn.Sigmoid()(v)", "`nn.Sigmoid()(v)` takes the sigmoid. Take the ReLU."),
    ("torch.relu(v)", "torch.relu(v + 1)", "`v + 1` adds. Take `v` as it is."),
    (".softmax(dim=-1)", "", "After `q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])`, the softmax over axis 2 is "
     "missing. Along that axis the numbers compete, and sum to 1."),
    (".mean(dim=1", ".amax(dim=1", "takes the maximum. Take the mean."),
    (", keepdim=True", "", "`torch.relu(v).mean(dim=1)` drops axis 1. Keep it, with `keepdim=True`."),
    ("[weights @ v, torch.relu(v).mean(dim=1, keepdim=True)]", "[torch.relu(v).mean(dim=1, keepdim=True), weights @ v]",
     "joins tensors. Join them in the reverse order."),
])
def test_attention(way, right, wrong, said):
    way(ATTENTION, "attend", *ATTENTION_CASES).wrong(ATTENTION.replace(right, wrong), said + " The rest is right.")


@pytest.mark.parametrize("right, wrong, said", [
    ("stride=2, padding=1", "stride=2", "`padding` should be 1."),
    ("stride=2", "stride=1", "`stride` should be 2."),
    ("dim=1", "dim=2", "normalises over axis 2. Normalise over axis 1."),
    ("roll((1, 1)", "roll((-1, -1)", "shifts. Shift to the opposite side."),
    ("top, bottom =", "bottom, top =", "gives parts. Take them in the order 2 and 1."),
    ("bottom >", "bottom <", "asks for <. Ask for >."),
    ("top, bottom ** 2)", "bottom ** 2, top)", "chooses. Exchange the two that it chooses from."),
    ("permute(0, 2, 3, 1)", "permute(0, 3, 2, 1)", "Put them in the order 0, 2, 3 and 1."),
    ("unsqueeze(1)", "unsqueeze(2)", "puts a new axis at axis 2. Put it at axis 1."),
])
def test_map(way, right, wrong, said):
    way(MAP, "shrink", *MAP_CASES).wrong(MAP.replace(right, wrong), said + " The rest is right.")


def test_an_axis_that_is_a_tensor_can_be_sent(way):
    lesson = way(ATTENTION, "attend", *ATTENTION_CASES)
    names = lesson.namespace(ATTENTION.replace("k.transpose(1, 2)", "(2 * k.transpose(torch.tensor(1), 2))"))
    case = recorded.load(lesson.path, "attend").cases[0]
    header, _ = asker(names["attend"], names)(replace(case.question, trace=True), case.tensors)
    assert len(header.steps) > 3 and json.dumps(plain(header))


def test_of_two_mistakes_none_is_named(way):
    both = ATTENTION.replace("softmax(dim=-1)", "softmax(dim=1)").replace("torch.relu(v)", "(torch.relu(v) + 1)")
    way(ATTENTION, "attend", *ATTENTION_CASES).wrong(both, "Output", never=("The rest is right",))


def test_a_call_in_another_cell_is_not_named(way):
    split = ATTENTION.replace("def attend(q, k, v):", "def scores(q, k):").replace("weights = ", "return ").split(
        "    return torch.cat")[0] + "\n\ndef attend(q, k, v):\n    weights = scores(q, k)\n    return torch.cat" + (
        ATTENTION.split("return torch.cat")[1])
    helper, attend = split.replace("softmax(dim=-1)", "softmax(dim=1)").split("\n\n\n")
    lesson = way(split, "attend", *ATTENTION_CASES)
    names = lesson.namespace(helper)
    exec(compile(attend, "another cell", "exec"), names)
    judged = judging.judge(recorded.load(lesson.path, "attend"), asker(names["attend"], names))
    assert judged.points < judged.max_points and "takes the softmax" not in report.text(judged)


def test_a_loop_that_would_never_end_is_left(way):
    halve = "def halve(x):\n    while x.abs().max() > 0.1:\n        x = x / 2\n    return x{}"
    lesson = way(halve.format(""), "halve", Case("a matrix", (RandomTensor((2, 3)),)))
    lesson.wrong(halve.format(" + x.flip(0)"), "points.")
    lesson.wrong(halve.format(" + 1"), "`x + 1` adds. Take `x` as it is. The rest is right.")


def test_what_a_worker_invents_costs_little(way):
    lesson = way(ATTENTION, "attend", *ATTENTION_CASES)
    names = lesson.namespace(ATTENTION.replace("softmax(dim=-1)", "softmax(dim=1)"))
    honest = asker(names["attend"], names)
    names_of_calls = ("mean", "softmax", "permute", "transpose", "reshape", "mul", "chunk", "conv2d", "unknown")
    invented = [Step("", name, "-" * 1900 + "1 * 1", ndim, [*range(-1, axes)], 1 << 62)
                for name in names_of_calls for ndim in (16, 1 << 62, 0) for axes in (15, -1)]

    def ask(question, tensors, shift=0):
        header, answer = honest(replace(question, rewrite=None), tensors)
        return replace(header, steps=(invented * 40)[shift:]), answer
    began = process_time()
    for shift in (0, 32):
        judged = judging.judge(recorded.load(lesson.path, "attend"), partial(ask, shift=shift))
        assert judged.points < judged.max_points and "Output" in judged.headline
    assert process_time() - began < 30
