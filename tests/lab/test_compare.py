"""`attention_lab.compare`: what it says of right modules, of other conventions, of faults behind them, of other ways to
call a module, and of what it can't compare."""

import json

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from attention_lab.compare import Unclear, __main__, compare, record
from autograder.lessons.topics import topic
from autograder.recording import run_source
from builder.compared import MODULES, of
from tests.bank import answers
from tests.suites import few

RIGHT = [answer for answer in answers("right") if answer.exercise in MODULES]
WRONG = [answer for answer in answers("wrong") if answer.exercise in MODULES and answer.entry.mistake]
CLASSROOM = ("exercise", "lesson", "was the cell run", "that we tried", "bug museum")


def reference(name: str) -> type[nn.Module]:
    return getattr(topic(MODULES[name][0]).reference, name)


def found(answer):
    space = run_source(answer.source, topic(MODULES[answer.exercise][0]).reference, answer.entry.id)
    return compare(space[answer.exercise], answer.exercise)


@pytest.mark.nightly
@pytest.mark.parametrize("name", MODULES)
def test_the_record_is_what_our_module_gives(name):
    """`python -m builder.compared` writes it anew."""
    now, then = json.loads(json.dumps(of(name))), record.modules()[name]
    assert [form["says"] for form in now["faults"]] == [form["says"] for form in then["faults"]]
    for one, other in zip([*now["forms"], *now["faults"]], [*then["forms"], *then["faults"]], strict=True):
        for way, sizes in one["built"].items():
            for size, recorded in zip(sizes, other["built"][way], strict=True):
                assert size["spec"] == recorded["spec"]
                torch.testing.assert_close(*([call[1] for call in each["calls"]] for each in (size, recorded)),
                                           rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: answer.id)
def test_right_answers_in_other_styles_are_the_same(answer):
    said = found(answer)
    assert said.answer in ("same", "convention") and set(said.keys) <= {name for name, _ in record.modules()[
        answer.exercise]["specs"][0]}, str(said)


@pytest.mark.parametrize("answer", few(WRONG, 2, lambda answer: answer.exercise, lambda answer: answer.id))
def test_wrong_answers_are_never_the_same(answer):
    said = found(answer)
    assert not said.same, str(said)
    assert not any(word in str(said) for word in CLASSROOM), str(said)


class Cbam(nn.Module):
    """The CBAM that is copied most: the mean first, no biases, no norm."""

    def __init__(self, gate_channels, reduction_ratio=16, kernel_size=7):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(gate_channels, gate_channels // reduction_ratio, False), nn.ReLU(),
                                 nn.Linear(gate_channels // reduction_ratio, gate_channels, False))
        self.conv = nn.Conv2d(2, 1, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, x):
        x = x * torch.sigmoid(self.mlp(x.mean((2, 3))) + self.mlp(x.amax((2, 3))))[:, :, None, None]
        return x * torch.sigmoid(self.conv(torch.cat([x.mean(1, True), x.amax(1, True)], 1)))


class Se(nn.Module):
    """SE with biases, which may do something else besides."""

    def __init__(self, c, r=16, squeeze=lambda x: x.mean((2, 3)), gate=torch.sigmoid, hidden=lambda c, r: c // r):
        super().__init__()
        self.a, self.b = nn.Linear(c, hidden(c, r)), nn.Linear(hidden(c, r), c)
        self.squeeze, self.gate = squeeze, gate

    def forward(self, x):
        return x * self.gate(self.b(self.a(self.squeeze(x)).relu()))[:, :, None, None]


class Attention(nn.Module):
    """Self-attention whose queries, keys and values are three layers, or one whose rows lie by head first; above
    `limit` tokens, only so many are read."""

    def __init__(self, dim, num_heads, limit=9999, three=True, shape=()):
        super().__init__()
        self.h, self.limit, self.shape = num_heads, limit, shape
        self.q, self.k, self.v, self.proj = (nn.Linear(dim, dim) for _ in range(4))
        if not three:
            self.q, self.k, self.v, self.qkv = None, None, None, nn.Linear(dim, 3 * dim)

    def forward(self, x):
        if self.q:
            q, k, v = (layer(x).unflatten(2, (self.h, -1)).transpose(1, 2) for layer in (self.q, self.k, self.v))
        else:
            q, k, v = self.qkv(x).unflatten(2, (self.h, 3, -1)).permute(3, 0, 2, 1, 4)
        a = q @ k.mT * q.shape[-1] ** -0.5
        if a.shape[-1] > self.limit:
            a = a.masked_fill(a < a.topk(self.limit).values[..., -1:], float("-inf"))
        return self.proj((a.softmax(-1) @ v).transpose(1, 2).flatten(2)), a


class EcaOfAuthors(nn.Module):
    def __init__(self, channel, k_size=3):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, k_size, padding=k_size // 2, bias=False)

    def forward(self, x):
        return x * self.conv(x.mean((2, 3))[:, None]).sigmoid()[:, 0, :, None, None]


def changed(name: str, change):
    """Returns our class with another forward pass: change(output, x)."""
    class Changed(reference(name)):
        def forward(self, *args):
            return change(super().forward(*args), args[0])

    return Changed


def slow_norms(channels, reduction, kernel_size):
    module = reference("CBAM")(channels, reduction, kernel_size)
    module.spatial_gate.bn.momentum = 0.01
    return module


def last(x):
    return x.permute(0, 3, 1, 2)


SAME = [(lambda embed_dim, num_heads: nn.MultiheadAttention(embed_dim, num_heads), "MultiHeadSelfAttention",
         "sequence first"),
        (Attention, "MultiHeadSelfAttention", "is in 3 parts"),
        (lambda channels, reduction: nn.DataParallel(reference("SEBlock")(channels, reduction)), "SEBlock", ""),
        (lambda channels, reduction: reference("SEBlock")(channels, reduction).requires_grad_(False), "SEBlock",
         "frozen"),
        (changed("SEBlock", lambda y, x: {"out": y, "more": x}), "SEBlock", ""),
        (changed("SEBlock", lambda y, x: (y, x.mean((2, 3)))), "SEBlock", "")]
CONVENTIONS = [
    (Cbam, "CBAM", ["the mean comes before the maximum, as in the paper", "a bias in none of yours", "a norm in none"]),
    (Se, "SEBlock", ["a bias in `a` and `b` of yours, and in none of ours"]),
    (EcaOfAuthors, "ECABlock", ["a kernel of 3 where no size is given, as in the authors' code", "is 3 in yours"]),
    (lambda dim, num_heads: Attention(dim, num_heads, three=False), "MultiHeadSelfAttention", ["head, layer, width"]),
    (lambda negate: reference("ChannelAttention")(True), "ChannelAttention", ["max(E) - E, as in the authors' code"]),
    (slow_norms, "CBAM", ["a momentum of 0.01 in yours, and of 0.1 in ours"]),
    (changed("CBAM", lambda y, x: y + x), "CBAM", ["yours adds its input at the end"]),
    (changed("SEBlock", lambda y, x: y * (1 + 1e-7)), "SEBlock", ["another eps"])]
DIFFERENT = [
    (lambda c, r: Se(c, r, lambda x: x.amax((2, 3))), "SEBlock", ["largest value", "too: a bias in `a` and `b`"]),
    (lambda c, r: Se(c, r, gate=F.hardsigmoid), "SEBlock", ["hardsigmoid", "a bias"]),
    (lambda c, r: Se(c, r, hidden=lambda c, r: max(8, c // r)), "SEBlock", ["The hidden width is at least 8"]),
    (lambda c, r: Se(c, r, hidden=lambda c, r: round(c / r)), "SEBlock", ["rounded to the nearest"]),
    (lambda c, r: Se(c, r, hidden=lambda c, r: c // r // (2 if c >= 64 else 1)), "SEBlock", ["in shape", "(2, 68)"]),
    (lambda dim, num_heads: Attention(dim, num_heads, 100), "MultiHeadSelfAttention",
     ["something else on (2, 112, 64)", "the same on the other 2"]),
    (changed("SEBlock", lambda y, x: y * 2), "SEBlock", ["2 times"]),
    (changed("SEBlock", lambda y, x: y * (1 if len(x) < 17 else 2)), "SEBlock", ["something else on (33, 68, 3, 4)"]),
    (changed("SEBlock", lambda y, x: y.detach()), "SEBlock", ["outputs are the same, but no gradient"]),
    (changed("SEBlock", lambda y, x: F.dropout(y, 0.1, x.requires_grad)), "SEBlock", ["gradient"]),
    (lambda channels, reduction: nn.Sequential(reference("SEBlock")(channels, reduction), nn.Dropout(0.1)), "SEBlock",
     ["random by default, by `1`"]),
    (changed("SEBlock", lambda y, x: y * (1 // (len(x) - 1))), "SEBlock", ["Fails on (1, 78, 7, 9)", "ZeroDivision"]),
    (lambda channels: nn.Identity(), "SEBlock", ["differ in shape: nothing in yours", "`reduction` has no"]),
    (lambda channels, reduction: 1 / 0, "SEBlock", ["division by zero"])]


@pytest.mark.parametrize("thing, name, note", SAME)
def test_what_is_called_or_built_otherwise_is_the_same(thing, name, note):
    said = compare(thing, name)
    assert said.same and note in str(said), said


@pytest.mark.parametrize("thing, name, words", CONVENTIONS)
def test_a_convention_is_named_and_the_rest_is_right(thing, name, words):
    said = compare(thing, name)
    assert said.answer == "convention" and all(word in str(said) for word in words), said


@pytest.mark.parametrize("thing, name, words", DIFFERENT)
def test_the_fault_is_said_and_no_convention_hides_it(thing, name, words):
    said = compare(thing, name)
    assert said.answer in ("different", "fails") and all(word in str(said) for word in words), said


@pytest.mark.parametrize("thing, name, error, words", [
    (nn.Identity(), "SEBlock", TypeError, "give it the class"), (nn.Identity, "SE", ValueError, "SEBlock, ECABlock"),
    (lambda mystery, reduction: None, "SEBlock", Unclear, "lambda channels, reduction.*channels=68, reduction=16"),
    (lambda mystery: None, "", Unclear, "Nothing that is known is near"),
])
def test_what_cannot_be_compared_is_refused_in_a_sentence(thing, name, error, words):
    with pytest.raises(error, match=words):
        compare(thing, name)


def test_without_a_name_the_nearest_is_found():
    assert str(compare(Cbam)).startswith("Nearest to `CBAM`.\nAnother convention: the mean comes")


FILE = """import torch
from torch import nn


class SEMine(nn.Module):
    def __init__(self, channel, reduction=16, twice={twice}):
        super().__init__()
        self.fc, self.twice = nn.Sequential(nn.Linear(channel, channel // reduction, False), nn.ReLU(),
                                            nn.Linear(channel // reduction, channel, False), nn.Sigmoid()), twice

    def forward(self, x):
        y = x * self.fc(x.mean((2, 3)))[..., None, None]
        return x * y if self.twice else y
"""


def run(capsys, *words):
    status = __main__.main(list(map(str, words)))
    said = capsys.readouterr()
    return status, said.out + said.err


def test_the_command(tmp_path, capsys, monkeypatch):
    right, wrong, broken = (tmp_path / f"{name}.py" for name in ("right", "wrong", "broken"))
    right.write_text(FILE.format(twice=False))
    wrong.write_text(FILE.format(twice=True))
    assert run(capsys, f"{right}:SEMine", "--as", "SEBlock")[0] == 0
    status, said = run(capsys, f"{wrong}:SEMine", "--as", "SEBlock", "--json")
    assert status == 1 and json.loads(said)["answer"] == "different" and "multiplied in once more" in said
    status, said = run(capsys, tmp_path)
    assert status == 1 and "right.py:SEMine: Nearest to `SEBlock`. The same" in said
    for text, words in (("import nothing_like_it", "No module named"), ("import os; os.environ['NONE']", "KeyError"),
                        ("raise SystemExit(3)", "SystemExit: 3"), ("x = 1", "defines no SEMine"),
                        ("x x", "SyntaxError")):
        broken.write_text(text + "\n")
        status, said = run(capsys, f"{broken}:SEMine", "--as", "SEBlock")
        assert status == 2 and words in said and "Traceback" not in said, said
    assert run(capsys, "no.py:X", "--as", "SEBlock")[0] == run(capsys, "no.such.module:X")[0] == 2
    package = tmp_path / "parts"
    package.mkdir()
    (package / "__init__.py").write_text("import nothing_like_it\n")
    (package / "base.py").write_text(FILE.format(twice=False))
    (package / "mine.py").write_text("from .base import SEMine as Mine\n")
    assert run(capsys, f"{package / 'mine.py'}:Mine", "--as", "SEBlock")[0] == 0


def test_published_weights_load_by_the_map_of_names(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(FILE.format(twice=False))
    status, said = run(capsys, f"{tmp_path / 'mine.py'}:SEMine", "--as", "SEBlock", "--keys")
    keys = json.loads(said[said.index("{"):])
    published, mine = reference("SEBlock")(32, 4), __main__.loaded(str(tmp_path / "mine.py"))["SEMine"](32, 4)
    receipt = topic("surgery").reference.load_by_key(mine, published.state_dict(), lambda name: keys.get(name, name))
    assert status == 0 and not receipt["new"] and not receipt["left"]
    x = torch.randn(2, 32, 5, 5)
    torch.testing.assert_close(mine(x), published(x))


def test_a_notebook_shows_the_first_line_strong_and_a_picture(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    compare(changed("SEBlock", lambda y, x: y * 2), "SEBlock")._ipython_display_()
    assert shown[0].data.startswith("<p><strong>Computes something else") and shown[1].axes
