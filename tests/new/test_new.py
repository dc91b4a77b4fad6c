"""What `autograder new` finds out about a reference by trying it: refusals, defaults, large numbers, usual mistakes."""

import inspect
import re
from collections import Counter
from random import Random

import pytest

from autograder import recording
from autograder.audit.audit import Local
from autograder.lessons import derive
from autograder.lessons.topics import topic
from autograder.mutation.mutants import mutants
from autograder.mutation.usual import usual
from autograder.new import sketch
from autograder.new.equivalent import changes_nothing
from autograder.new.new import catalogue_source, exercises_source
from autograder.new.propose import harmless, proposed, spread

GCBLOCK = '''
"""The global context block (Cao and others, ICCVW 2019)."""

import torch
from torch import Tensor, nn


class GCBlock(nn.Module):
    """A context from one attention map for the whole image is added everywhere: `(B, C, H, W) -> (B, C, H, W)`."""

    def __init__(self, channels: int, ratio: int = 4) -> None:
        super().__init__()
        if channels % ratio:
            raise ValueError(f"channels={channels} is not divisible by ratio={ratio}")
        self.mask = nn.Conv2d(channels, 1, 1)
        self.reduce = nn.Conv2d(channels, channels // ratio, 1)
        self.norm = nn.LayerNorm((channels // ratio, 1, 1))
        self.expand = nn.Conv2d(channels // ratio, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.mask(x).flatten(2), dim=2)
        context = (x.flatten(2) @ weights.mT).unsqueeze(-1)
        return x + self.expand(torch.relu(self.norm(self.reduce(context))))


INPUTS = {
    "GCBlock": [
        {"arguments": {"channels": 8, "ratio": 4}, "inputs": [("B", 8, "H", "W")]},
        {"arguments": {"channels": 6, "ratio": 2}, "inputs": [("B", 6, "H", "W")]},
    ],
}
'''
PLAIN = '''
"""A mean."""

from torch import Tensor


def pooled(x: Tensor) -> Tensor:
    """The mean of each channel: `(B, C, H, W) -> (B, C)`."""
    if x.dim() != 4:
        raise ValueError(f"{x.dim()} axes, not 4")
    if x.sum() == 12345:
        raise ValueError("an unlucky number")
    return x.mean(dim=(2, 3))


INPUTS = {"pooled": [{"inputs": [("B", "C", "H", "W")]}]}
'''
BRANCHES = '''
"""Two branches."""

from torch import Tensor, nn


class Branches(nn.Module):
    """A layer for the rows, and perhaps one for the columns."""

    def __init__(self, size: int = 7, columns: bool = True) -> None:
        super().__init__()
        self.rows = nn.Conv2d(1, 1, (size, 1), padding="same")
        self.columns = nn.Conv2d(1, 1, (1, size), padding="same") if columns else None

    def forward(self, x: Tensor) -> Tensor:
        if self.columns is None:
            return self.rows(x)
        return self.rows(x) + self.columns(x)


INPUTS = {"Branches": [{"inputs": [("B", 1, "H", "W")]},
                       {"arguments": {"size": 3, "columns": False}, "inputs": [("B", 1, "H", "W")]}]}
'''
GUARDED = '''
"""Rows in pairs."""

import torch
from torch import Tensor


def paired(x: Tensor, temperature: float = 1.0) -> Tensor:
    """The mean of neighbouring rows, softened: `(B, C, H, W) -> (B, C, H / 2, W)`."""
    if x.shape[2] % 2:
        raise ValueError(f"the height must be even, not {x.shape[2]}")
    if temperature <= 0:
        raise ValueError(f"temperature must be above 0, got {temperature}")
    return torch.tanh(x.unflatten(2, (-1, 2)).mean(dim=3) / temperature)


INPUTS = {"paired": [{"inputs": [("B", "C", 4, "W")]},
                     {"arguments": {"temperature": 0.5}, "inputs": [("B", "C", 6, "W")]}]}
'''


def read(tmp_path, text):
    (tmp_path / "sketch.py").write_text(text)
    return sketch.read(tmp_path / "sketch.py")


def test_what_the_reference_refuses_and_its_defaults_are_calls(tmp_path):
    source = exercises_source("gcblock", read(tmp_path, GCBLOCK))
    assert (
        "refuses=(refused_1_1, refused_1_2,)" in source and "of={'channels': 7, 'ratio': 4}, raises=(7, 4))" in source
    )
    assert "of=(8,))" in source  # by place, and without what has a default
    source = exercises_source("pooled", read(tmp_path, PLAIN))
    assert "raises=(3" in source or "raises=(5" in source
    assert "reference.py raises a ValueError in line 11, and no call that makes it do so was found" in source


def test_each_cause_is_refused_once_and_inputs_keep_their_number_of_axes(tmp_path):
    """A right answer may unpack x.shape: to other numbers of axes it says something else than the reference."""
    source = exercises_source("paired", read(tmp_path, GUARDED))
    refused = [line for line in source.splitlines() if line.startswith("    return call") and "raises=" in line]
    assert len(refused) == 2, refused
    assert re.search(r"call\(\(\d, \d, 5, \d\), raises=\(5,\)\)", refused[0]), refused
    assert "raises=(0,))" in refused[1]


def test_arguments_of_a_function_are_passed(tmp_path):
    source = exercises_source("paired", read(tmp_path, GUARDED))
    assert "call((B, C, 6, W), kwargs={'temperature': 0.5}, label='temperature=0.5')" in source
    assert "kwargs={'temperature': 0}, label='temperature=0', raises=" in source and ", of={'temp" not in source
    with pytest.raises(ValueError, match=r"INPUTS\['paired'\], entry 2: .* unexpected keyword argument 'warmth'"):
        exercises_source("paired", read(tmp_path, GUARDED.replace('"temperature": 0.5', '"warmth": 0.5')))


def test_sides_with_other_letters_are_other_numbers():
    call = sketch.Call({}, (("B", 4, "H", "W"), ("B", "N")))
    for number in range(50):
        image, tokens = call.shapes(Random(number))
        assert image[0] == tokens[0] and len({*image, *tokens}) == 5 and min(image) > 1


def test_a_branch_is_called_like_the_ordinary_one(tmp_path):
    """With sides of 1, with large numbers, on another device, and with its arguments by place. What repeats another
    call is left out."""
    source = exercises_source("branches", read(tmp_path, BRANCHES))
    assert "large(call((1, 1, H, 1), of=(3, False)))" in source
    assert "call((B, 1, 1, W), of={'size': 3, 'columns': False}, label='another device', device=True)" in source
    assert "of={'size': 1}" in source  # the smallest kernel
    assert source.count("    return call((B, 1, H, W))\n") == 1


def test_defaults_of_a_function_are_tried(tmp_path):
    text = GUARDED.replace('{"inputs": [("B", "C", 4, "W")]},', "")
    source = exercises_source("paired", read(tmp_path, text))
    assert source.count("    return call((B, C, 6, W))\n") == 1


def test_large_numbers_are_proposed_where_there_is_an_exponential(tmp_path):
    assert "overflow=" in exercises_source("gcblock", read(tmp_path, GCBLOCK))
    assert "overflow=" not in exercises_source("pooled", read(tmp_path, PLAIN))


def of(text):
    """The usual mistakes in some code: by id, the source."""
    return {each.id: each.source for each in usual(text)}


def test_the_usual_mistakes_are_found():
    found = of(GCBLOCK[GCBLOCK.index("class"):GCBLOCK.index("INPUTS")])
    assert "return self.expand(" in found["without-x-added"] and "LayerNorm" not in found["without-norm"]
    assert "dim=-2)" in found["softmax-over-axis-minus-2"]
    assert "(exponentials := torch.exp(self.mask(x).flatten(2))) / exponentials.sum(2, keepdim" in found["bare-exp"]
    for written in ("F.softmax(x, 1)", "x.softmax(dim=1)", "softmax(x, dim=1)"):
        found = of(f"def f(x):\n    return {written}\n")
        assert "exponentials := torch.exp(x)) / exponentials.sum(1," in found["bare-exp"]
        assert "softmax-over-axis-0" in found
    assert {"bare-exp", "gate-returned", "without-sigmoid"} <= of("def f(x):\n    return x.sigmoid() * x\n").keys()


def test_a_score_is_taken_once_and_a_sigmoid_is_called_one():
    """A layer with batch norm that runs twice counts its batches twice: no learner's answer would look like that."""
    [found] = [each for each in usual("def f(self, x):\n    return torch.sigmoid(self.norm(x))\n")
               if each.id == "bare-exp"]
    assert found.source.count("self.norm") == 1 and "torch.sigmoid" in found.sentence
    assert "largest score" not in found.sentence


@pytest.mark.parametrize("reference, mistake, changed", [
    ("torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)", "parts-exchanged", "cat([x.mean(1, k"),
    ("torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)", "no-keepdim", "cat([x.amax(1), x.mean(1)]"),
    ("torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)", "reduction-over-axis-2-3",
     "[x.amax((2, 3), keepdim=True), x.mean((2, 3), keepdim=True)], 1)"),
    ("torch.cat([x.amax(1), x.mean(1)], dim=1)", "cat-over-axis-0", "dim=0)"),
    ("x.mean(dim=(2, 3))", "reduction-over-axis-1", "x.mean(dim=1)"),
    ("x.mean(dim=(2, 3))", "sum-for-mean", "x.sum(dim=(2, 3))"),
    ("x.max(1).values", "indices", "x.max(1).indices"),
    ("x * self.gate(x)", "gate-returned", "return self.gate(x)"),
    ("x * self.gate(x)", "x-added", "return x + x * self.gate(x)"),
    ("(f(x) + g(x)) / 2", "added-not-averaged", "return f(x) + g(x)\n"),
    ("(f(x) + g(x)) / 2", "one-after-another", "return g(f(x))\n"),
    ("self.a(x.transpose(1, 2)).transpose(1, 2)", "not-turned", "return self.a(x)\n"),
    ("self.a(x.transpose(1, 2)).transpose(1, 2)", "not-turned-back", "return self.a(x.transpose(1, 2))\n"),
    ("x.transpose(1, 2)", "reshaped", "(before := x).reshape(before.transpose(1, 2).shape)"),
])
def test_what_people_do(reference, mistake, changed):
    assert changed in of(f"def f(self, x):\n    return {reference}\n")[mistake] + "\n"


def test_mutants_that_nobody_would_write_come_last_or_not_at_all():
    source = """
class Gate(nn.Module):
    def __init__(self, size: int = 7, spatial: bool = True):
        if size % 4 == 0:
            raise ValueError(size)
        self.conv = nn.Conv2d(2, 1, size)
        self.spatial = spatial

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.conv(x))
"""
    found = [mutant.id.partition(": ")[2] for mutant in spread(mutants(source), source)]
    assert not {"spatial -> size", "parameters size and spatial exchanged"} & set(found)
    late = ["4 -> 5", "negative", "x float32", "self.conv frozen", "the first result kept"]
    assert found.index("sigmoid left out") < min(map(found.index, late))


def test_the_reason_for_a_mutant_is_found_whatever_stands_above_its_line():
    source = """
class Gate(nn.Module):
    '''A gate.

    size: of the middle.
    '''

    def __init__(self, channels: int, size: int):
        super().__init__()  # as always
        if channels % size:
            raise ValueError(
                f"{channels} is not divisible by {size}"
            )
        self.small = nn.Conv2d(channels, channels // size, 1)
        self.large = nn.Conv2d(channels, channels, 3)
"""
    nothing = {mutant.id.partition(" ")[2] for mutant in mutants(source) if changes_nothing(mutant, source)}
    assert {"7: rounded up", "7: Conv2d with dilation=2"} <= nothing and "8: Conv2d with dilation=2" not in nothing
    late = [mutant.id for mutant in spread(mutants(source), source)]
    # what a guard asks comes last
    assert late.index("Gate 5: Mod -> FloorDiv") > late.index("Gate 8: Conv2d with dilation=2")


def test_one_module_for_two_branches():
    found = of("""
class Two(nn.Module):
    def __init__(self, spatial=True):
        self.a = Gate(3)
        self.b = Gate(3) if spatial else None
""")
    assert "self.b = self.a if spatial else None" in found["one-shared"]


@pytest.mark.nightly  # half a minute
def test_a_lesson_of_a_usual_size_leaves_little_to_explain(tmp_path):
    """No two proposals say the same, the usual mistakes are among them, and at most five mutants are left, without a
    touch by hand."""
    made = tmp_path / "gcblock"
    made.mkdir()
    sketched = read(tmp_path, GCBLOCK)
    for name, text in (("reference", sketched.text), ("exercises", exercises_source("gcblock", sketched)),
                       ):
        (made / f"{name}.py").write_text(text)
    files = topic(made)
    mistakes, equivalent = proposed(files), harmless(files)
    assert max(Counter(each.sentence for each in mistakes).values()) == 1 and 8 <= len(mistakes) <= 12
    assert {"gcblock-without-x-added", "gcblock-bare-exp"} < {each.id for each in mistakes}
    assert any(each.id.startswith("gcblock-softmax-over-axis") for each in mistakes)
    assert "    '9: rounded up',\n" in catalogue_source("GCBlock", mistakes, equivalent)
    cases = derive.hidden(files.exercises, files.reference, "audit 1")["GCBlock"]
    local = Local(recording.record_exercise("GCBlock", cases, 1.0, files.reference), files.reference)
    accepted = {each.id for each in mutants(inspect.getsource(files.reference.GCBlock)) if local.accepts(each.source)}
    assert set(equivalent) <= accepted and len(accepted - set(equivalent)) <= 5
