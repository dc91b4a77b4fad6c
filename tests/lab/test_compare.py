"""`attention_lab.compare`: what it says of right modules, of other conventions, and of what it can't compare."""

import json

import pytest
import torch
from torch import nn

from attention_lab import compare as compared
from attention_lab.compare import compare
from autograder.lessons.topics import topic
from autograder.recording import run_source
from builder.compared import MODULES, of
from tests.bank import answers

RIGHT = [answer for answer in answers("right") if answer.exercise in MODULES]


def reference(name: str) -> type[nn.Module]:
    return getattr(topic(MODULES[name][0]).reference, name)


@pytest.mark.parametrize("name", MODULES)
def test_the_record_is_what_our_module_gives(name):
    """`python -m builder.compared` writes it anew."""
    now, then = json.loads(json.dumps(of(name))), compared._record()[name]
    for key, cases in now.pop("cases").items():
        for case, recorded in zip(cases, then["cases"][key], strict=True):
            torch.testing.assert_close([part["projections"] for part in case["output"]],
                                       [part["projections"] for part in recorded["output"]], rtol=0, atol=1e-8)
    assert now == {field: value for field, value in then.items() if field != "cases"}


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: answer.id)
def test_right_answers_in_other_styles_are_the_same(answer):
    space = run_source(answer.source, topic(MODULES[answer.exercise][0]).reference, answer.entry.id)
    found = compare(space[answer.exercise], answer.exercise)
    assert found.same, str(found)


class WithBias(nn.Module):
    """ECA as it is often copied: its convolution has a bias. The kernel has another name, and a default."""

    def __init__(self, channel, k_size=5):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, k_size, padding=k_size // 2)

    def forward(self, x):
        return x * torch.sigmoid(self.conv(x.mean((2, 3)).unsqueeze(1))).transpose(1, 2).unsqueeze(3)


class Gate(reference("SEBlock")):  # type: ignore[misc]
    def forward(self, x):
        return self.excitation(x.mean((2, 3)))[..., None, None]


def changed(name: str, change):
    """Returns our class with another forward pass: change(output, x)."""
    class Changed(reference(name)):
        def forward(self, x):
            return change(super().forward(x), x)

    return Changed


def without_norms(*args, **kwargs):
    return compared.strip(reference("BAM")(*args, **kwargs), ("norms",))


@pytest.mark.parametrize("thing, name, words", [
    (WithBias, "ECABlock", ["Another convention: a bias in `conv` of yours, and in none of ours",
                            "The default of `k_size` is 5 in yours, and None in ours"]),
    (changed("CBAM", lambda y, x: y + x), "CBAM", ["Another convention: yours adds its input at the end"]),
    (Gate, "SEBlock", ["Another convention: yours returns the gate"]),
    (lambda channels, reduction, dilation: without_norms(channels, reduction, dilation), "BAM",
     ["Another convention: a norm in none of yours"]),
    (changed("SEBlock", lambda y, x: y * (1 + 1e-7)), "SEBlock", ["Another convention: ", "another eps"]),
    (changed("SEBlock", lambda y, x: y * 2), "SEBlock", ["Computes something else: ", "2 times"]),
    (changed("SEBlock", lambda y, x: y.detach()), "SEBlock", ["outputs are the same, but something else is not"]),
    (changed("SEBlock", lambda y, x: y * (1 // (len(x) - 1))), "SEBlock", ["Fails on (1, 64, 8, 8): ZeroDivision"]),
    (lambda channels, reduction: compared.strip(reference("CBAM")(channels, reduction, 3), ("biases",)), "CBAM",
     ["Computes something else", "a bias in none of yours, and in `channel_gate.mlp.0`"]),
    (lambda channels: nn.Conv2d(channels, channels, 1), "SEBlock", ["Computes something else", "`reduction` has no"]),
    (lambda channels, reduction: 1 / 0, "SEBlock", ["division by zero"]),
])
def test_what_differs_is_said(thing, name, words):
    found = compare(thing, name)
    assert not found.same and all(word in str(found) for word in words), found


@pytest.mark.parametrize("thing, name, error, words", [
    (nn.Identity(), "SEBlock", TypeError, "give it the class"), (nn.Identity, "SE", ValueError, "SEBlock, ECABlock"),
    (lambda width, reduction: None, "SEBlock", ValueError, "lambda channels, reduction"),
])
def test_what_cannot_be_compared_is_refused_in_a_sentence(thing, name, error, words):
    with pytest.raises(error, match=words):
        compare(thing, name)


def test_the_command(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text("""from torch import nn


class Mine(nn.Module):
    def __init__(self, dim, S=64):
        super().__init__()
        self.a, self.b = nn.Linear(dim, S, False), nn.Linear(S, dim, False)

    def forward(self, x):
        a = self.a(x).softmax(1)
        return self.b(a / (a.sum(2, keepdim=True) + 1e-9))
""")
    assert compared.main([f"{file}:Mine", "--as", "ExternalAttention"]) == 0
    assert compared.main([f"{file}:Mine", "--as", "SEBlock"]) == 1
    assert "The same: " in capsys.readouterr().out
    assert compared.main([f"{file}:Yours", "--as", "SEBlock"]) == compared.main(["no.py:X", "--as", "SEBlock"]) == 2
    assert "mine.py defines no Yours" in capsys.readouterr().err
