"""Mutants: small changes that a hurried person makes, each a program that runs."""

import inspect
from functools import cache
from textwrap import dedent

import pytest

from autograder.mutation.mutants import mutants
from solutions.catnet import reference as catnet
from solutions.grl import reference as grl
from solutions.pyramid_split import reference as pyramid_split
from solutions.se import reference as se

made = cache(mutants)

MODULE = """
class Block(nn.Module):
    def __init__(self, channels: int, kernel_size: int = 3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size, padding=kernel_size // 2, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 1, stride=2, groups=2)
        self.layers = nn.Sequential(nn.Linear(4, 5), nn.ReLU())
        self.scale = channels ** -0.5

    def forward(self, x: Tensor, gate: Tensor) -> Tensor:
        y = F.dropout(self.conv1(torch.relu(x)), training=self.training)
        y = torch.cat([y, gate], dim=1).permute(0, 2, 3, 1)
        return y.softmax(dim=-1) * self.scale + torch.zeros(x.shape[2], device=x.device).to(x)
"""


@pytest.mark.parametrize("old, new", [
    ("F.dropout(", "F.dropout(self.conv1(torch.relu(x)), training=True)"),
    ("bias=False", "bias=True"), ("bias=False", "padding=kernel_size // 2)"),
    ("padding=kernel_size // 2, ", "kernel_size, bias=False)"),
    ("kernel_size // 2", "kernel_size / 2"), ("kernel_size: int = 3", "kernel_size: int=4"),
    ("stride=2, ", "channels, 1, groups=2)"), (", groups=2", "channels, 1, stride=2)"), ("stride=2", "stride=1"),
    ("nn.Sequential", "nn.Sequential(nn.ReLU(), nn.Linear(4, 5))"), ("nn.Sequential", "nn.Sequential(nn.Linear(4, 5))"),
    ("nn.Linear(4, 5)", "nn.Linear(4, 5, bias=False)"), ("self.conv1(", "self.conv2(torch.relu(x))"),
    ("torch.relu(x)", "self.conv1(x)"), ("torch.relu(x)", "torch.relu_(x)"), ("torch.relu(x)", "torch.relu(gate)"),
    ("torch.relu(x)", "torch.relu(self.conv1(x))"),
    ("torch.relu(x)", "torch.relu(x.detach())"), ("dim=1", "dim=2"), ("dim=1", "dim=0"), ("[y, gate]", "[gate, y]"),
    ("permute(0, 2, 3, 1)", "permute(0, 3, 2, 1)"), (".permute(0, 2, 3, 1)", "y = torch.cat([y, gate], dim=1)\n"),
    ("dim=-1", "dim=-2"), ("y.softmax(dim=-1) * self.scale", "return y.softmax(dim=-1) + "),
    ("y.softmax(dim=-1) * self.scale", "y.softmax(dim=-1) / self.scale"), ("x.shape[2]", "x.shape[3]"),
    (", device=x.device", "torch.zeros(x.shape[2]).to(x)"), (".to(x)", ".to(x.dtype)"),
    ("return", "with torch.no_grad():"),
    ("return", "self._kept = "), ("x: Tensor", "x = x[:1].expand_as(x)"), ("x: Tensor", "gate.data.mul_(2)"),
    ("return", ".float()"), ("x: Tensor, gate: Tensor", "gate: Tensor, x: Tensor"),
    ("super().__init__()", "        pass\n"),
    ("self.conv1 = ", "requires_grad_(False)"), ("bias=False", "bias=False, dilation=2)"),
])
def test_of_a_module(old, new):
    assert old in MODULE
    assert any(new in mutant.source for mutant in made(MODULE))


FUNCTION = """
def cost(channels, blocks, reduction=16):
    if len(channels) != len(blocks) or reduction <= 0:
        raise ValueError(f"{channels} and {blocks}")
    return sum(n * c // reduction for n, c in zip(blocks, channels))
"""


@pytest.mark.parametrize("new", [
    "!= len(blocks) and reduction", "reduction < 0", "if len(channels) == len(blocks)", "raise RuntimeError(",
    "ValueError('impossible')", "f'{channels} and '", "print('impossible')", "n * c / reduction",
    "round(n * c / reduction)", "-(-(n * c) // reduction)", "(n + c) // reduction", "return int(", "[1:]",
    "zip(channels, blocks)", "reduction=17", "def cost(blocks, channels, reduction",
])
def test_of_a_function(new):
    found = [mutant.source for mutant in made(FUNCTION)]
    assert any(new in source for source in found)
    assert not any("detach" in source for source in found)  # nonsense where there are numbers only


@pytest.mark.parametrize("thing", [se.SEBlock, se.se_parameter_cost, grl.WindowAttention, grl.relative_coords_table,
                                   catnet.prior_mask,
                                   pyramid_split.SEWeight], ids=lambda thing: thing.__name__)
def test_of_the_reference(thing):
    source = inspect.getsource(thing)
    found = mutants(source)
    assert len(found) > 50 and found == mutants(source)
    assert len({mutant.id for mutant in found}) == len({mutant.source for mutant in found}) == len(found)
    for mutant in found:
        names = {**vars(inspect.getmodule(thing))}
        exec(mutant.source, names)
        assert names[thing.__name__] is not thing


def test_an_id_says_what_was_changed_where():
    ids = [mutant.id for mutant in mutants(dedent(inspect.getsource(se.squeeze)))]
    assert "squeeze 4: mean -> sum" in ids and "squeeze 3: raises RuntimeError" in ids


def test_annotations_stay():
    source = "def one(x: Annotated[int, 3]) -> Annotated[int, 4]:\n    return x + 6\n"
    for mutant in mutants(source):
        assert "Annotated[int, 3]" in mutant.source and "-> Annotated[int, 4]" in mutant.source


def test_neither_a_docstring_nor_the_layout_changes_a_name():
    plain = "def one(x):\n    return max(x + 6, 2)\n"
    written = 'def one(x):\n    """Five\n\n    5."""\n    # a comment\n    return max(\n        x + 6,\n        2)\n'
    assert mutants(written) == mutants(plain)
