"""The papers' tables of parameters, compared with networks made of a learner's own modules.

The numbers are in `paper_tables.json`, each with its source. `exact` was counted in the code of that source, which is
nearly always the authors' own. `stated` is the number that they print.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from ...checking.verdict.report import GOOD
from ...networks.backbones import ResT, basic, bottleneck, mobilenet_v2, parameters, resnet
from .adapters import Find
from .own_modules import mine

DATA = json.loads(Path(__file__).with_name("paper_tables.json").read_text(encoding="utf-8"))
UNITS = {"10^6": 10**6, "2^20": 2**20}
BAD, WAITING = "#A84400", "#6B6B6B"
MET, AS_CODE = "met", "as the code"
CAPSTONE = "10_capstone"


@dataclass(frozen=True)
class Row:
    """A row of a paper's table.

    network: the network's name.
    lesson: the lesson in which its modules are written.
    exercises: the learner's exercises, of `lesson`, that the network needs.
    exact: the parameters of the code at `source`.
    stated: the number as the authors print it; "" if they print none.
    unit: the number that the M in `stated` stands for.
    verified: True if we have the place where it is printed.
    source: where the code is; it is the authors' own unless `third_party` is True.
    trap: what to look out for.
    """

    network: str
    lesson: str
    exercises: tuple[str, ...]
    exact: int
    stated: str
    unit: str
    verified: bool
    source: str
    trap: str
    third_party: bool = False

    def build(self, find: Find, device: str = "meta") -> nn.Module:
        """Builds the network from the modules that `find(lesson, exercise)` returns. On the meta device it has shapes
        but no numbers."""
        with torch.device(device):
            return BUILDERS[self.network](*(find(self.lesson, name) for name in self.exercises))

    def as_stated(self, count: int) -> str:
        """Formats a count as the authors do: in their unit, with as many decimals."""
        decimals = len(self.stated.rstrip("M").partition(".")[2])
        return f"{count / UNITS[self.unit]:.{decimals}f}M"

    @property
    def printed(self) -> str:
        """The stated number with its unit, and a remark if we have it at second hand only."""
        if not self.stated:
            return "– (a third party's code)" if self.third_party else "–"
        unit = " (M = 2^20)" if self.unit == "2^20" else ""
        return f"{self.stated}{unit}{'' if self.verified else ' (second-hand)'}"

    def meets(self, count: int | str) -> bool:
        """Says whether a count is exactly the code's number, and whether this number rounds to the stated one."""
        return bool(self.stated) and count == self.exact and self.as_stated(self.exact) == self.stated


def _gated(depth: int, make: Callable[[int, int], nn.Module]) -> nn.Module:
    return resnet(depth, (basic if depth < 50 else bottleneck)(make))


def _squeezed(depth: int, block: Any) -> nn.Module:
    return _gated(depth, lambda stage, channels: block(channels, 16))


def _squeezed_with_biases(depth: int, block: Any) -> nn.Module:
    """Builds the authors' own network. Both layers of their squeeze have biases, unlike those of lesson 01's block."""
    def made(channels: int) -> nn.Module:
        module = block(channels, 16)
        for layer in module.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d) and layer.bias is None:
                layer.bias = nn.Parameter(layer.weight.new_zeros(len(layer.weight)))
        return module

    return _gated(depth, lambda stage, channels: made(channels))


def _cbam(depth: int, block: Any) -> nn.Module:
    """Builds a ResNet with CBAM. The authors' head takes the mean of the upper left 7 x 7 positions; with 224 x 224
    pixels, these are all positions."""
    return resnet(depth, (basic if depth < 50 else bottleneck)(lambda stage, channels: block(channels, 16)),
                  pool=nn.AvgPool2d(7))


def _eca(depth: int, kernels: tuple[int, ...], block: Any) -> nn.Module:
    return _gated(depth, lambda stage, channels: block(channels, kernels[stage]))


def _bam(depth: int, block: Any) -> nn.Module:
    """Builds a ResNet with BAM and CBAM's head. The authors multiply the maps, and pool with a square window that is as
    high as the picture: see `_square`."""
    def made(channels: int) -> nn.Module:
        module = block(channels, combine="product")
        if isinstance(branch := getattr(module, "channel", None), nn.Module):
            branch.register_forward_pre_hook(_square)
        return module

    return resnet(depth, between=made, pool=nn.AvgPool2d(7))


def _square(branch: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Cuts a picture that is wider than high down to the square on its left, which is what BAM's channel branch sees. A
    square picture is unchanged."""
    x, *others = given
    return x[..., :x.shape[2]], *others


def _eca_mobile(block: Any) -> nn.Module:
    return mobilenet_v2(behind_block=lambda channels: block(channels, 1 if channels < 96 else 3))


def _coordinate_mobile(block: Any) -> nn.Module:
    return mobilenet_v2(inside_block=lambda channels: block(channels, channels))


def _rest(dims: tuple[int, ...], depths: tuple[int, ...], *modules: Any) -> nn.Module:
    return ResT(dims, depths, *modules)


def _cloformer(dims: list[int], splits: list[list[int]], network: Any) -> nn.Module:
    dims, splits = deepcopy((dims, splits))  # a learner's network may change the lists that it is given
    return network(dims, [2, 2, 6, 2], [sum(split) for split in splits], splits, [[3], [5], [7], [9]], [8, 4, 2, 1])


BUILDERS: dict[str, Callable[..., nn.Module]] = {
    **{f"SE-ResNet-{depth}": partial(_squeezed, depth) for depth in (18, 34)},
    **{f"SE-ResNet-{depth}": partial(_squeezed_with_biases, depth) for depth in (50, 101)},
    "ECA-ResNet-18": partial(_eca, 18, (3, 5, 7, 7)),
    "ECA-ResNet-34": partial(_eca, 34, (3, 3, 5, 7)),
    "ECA-ResNet-50": partial(_eca, 50, (3, 5, 5, 7)),
    "ECA-ResNet-101": partial(_eca, 101, (3, 3, 5, 7)),
    "ECA-ResNet-152": partial(_eca, 152, (3, 3, 5, 7)),
    "ECA-MobileNetV2": _eca_mobile,
    **{f"CBAM-ResNet-{depth}": partial(_cbam, depth) for depth in (18, 50)},
    **{f"BAM-ResNet-{depth}": partial(_bam, depth) for depth in (18, 50)},
    **{f"DANet head, {classes} classes": lambda head, classes=classes: head(2048, classes) for classes in (19, 21)},
    "EPSANet-50 (Small)": partial(resnet, 50),
    "EPSANet-101 (Small)": partial(resnet, 101),
    "ResT-Lite": partial(_rest, (64, 128, 256, 512), (2, 2, 2, 2)),
    "ResT-Small": partial(_rest, (64, 128, 256, 512), (2, 2, 6, 2)),
    "ResT-Base": partial(_rest, (96, 192, 384, 768), (2, 2, 6, 2)),
    "ResT-Large": partial(_rest, (96, 192, 384, 768), (2, 2, 18, 2)),
    "SCNet-50": partial(resnet, 50),
    "SCNet-101": partial(resnet, 101),
    "MobileNetV2 + CA": _coordinate_mobile,
    "CloFormer-XXS": partial(_cloformer, [32, 64, 128, 256], [[3, 1], [2, 2], [4, 4], [4, 12]]),
    "CloFormer-XS": partial(_cloformer, [48, 96, 160, 352], [[2, 1], [3, 3], [5, 5], [7, 15]]),
    "CloFormer-S": partial(_cloformer, [64, 128, 224, 448], [[3, 1], [4, 4], [7, 7], [7, 21]]),
}
ROWS = tuple(Row(**row | {"exercises": tuple(row["exercises"])}) for row in DATA["rows"])


class PaperTable:
    """The rows and, for each of them, what was counted in the learner's modules: a number of parameters, or a sentence
    that says why there is none."""

    def __init__(self, found: Mapping[Row, int | str]):
        self.found = dict(found)

    @property
    def met(self) -> list[str]:
        """The networks whose stated number is met."""
        return [row.network for row, yours in self.found.items() if row.meets(yours)]

    @property
    def equal(self) -> list[str]:
        """The networks that have exactly as many parameters as the code."""
        return [row.network for row, yours in self.found.items() if yours == row.exact]

    def _cells(self, row: Row, yours: int | str) -> tuple[str, str, str, str]:
        """Returns network, stated number, your number and verdict."""
        if isinstance(yours, str):
            return row.network, row.printed, "", yours
        if yours != row.exact:
            verdict = f"{abs(yours - row.exact):,} too {'many' if yours > row.exact else 'few'}"
        elif row.meets(yours):
            verdict = MET
        else:
            verdict = f"{AS_CODE}: {row.as_stated(yours)}" if row.stated else AS_CODE
        return row.network, row.printed, f"{yours:,}", verdict

    def __repr__(self) -> str:
        lines = [self._cells(row, yours) for row, yours in self.found.items()]
        widths = [max(map(len, column)) for column in zip(*lines)]
        text = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
        return "\n".join([*text, self._summary()])

    def _repr_html_(self) -> str:
        left = 'style="text-align:left;vertical-align:top"'
        head = ("network", "the authors state", "your parameters", "", "the trap")
        table = "<tr>" + "".join(f"<th {left}>{cell}</th>" for cell in head) + "</tr>"
        for row, yours in self.found.items():
            network, stated, count, verdict = (escape(cell) for cell in self._cells(row, yours))
            colour = GOOD if yours == row.exact else WAITING if isinstance(yours, str) else BAD
            met = f'✓\N{NO-BREAK SPACE}{verdict}' if yours == row.exact else verdict
            mark = f'<b style="color:{colour}">{met}</b>'
            table += "<tr>" + "".join(f"<td {left}>{cell}</td>"
                                      for cell in (network, stated, count, mark, escape(row.trap))) + "</tr>"
        return f"<table>{table}</table><p>{escape(self._summary())}</p>"

    def _summary(self) -> str:
        stated = sum(bool(row.stated) for row in self.found)
        return (f"{len(self.met)} of {stated} stated numbers are met. "
                f"{len(self.equal)} of {len(self.found)} networks are exactly as large as the code.")


def network(name: str, find: Find = mine, device: str = "meta", here: Mapping[str, Any] | None = None) -> nn.Module:
    """Builds the network of one row of the papers' tables.

    name: the network's name.
    find: takes a lesson and an exercise, and returns the learner's class.
    device: "meta" builds a network with shapes but no numbers.
    here: exercises of the capstone itself, by name.

    Raises KeyError for an unknown name, and whatever `find` raises if a module is missing.
    """
    return {row.network: row for row in ROWS}[name].build(_first(here or {}, find), device)


def paper_table(here: Mapping[str, Any] | None = None, find: Find = mine) -> PaperTable:
    """Builds the network of every row from the learner's modules, counts its parameters, and returns the table.

    here: exercises of the capstone itself, by name.
    find: takes a lesson and an exercise, and returns the learner's class.
    """
    return PaperTable({row: _counted(row, _first(here or {}, find)) for row in ROWS})


def _first(here: Mapping[str, Any], find: Find) -> Find:
    """Returns a `find` that first looks among the capstone's own exercises, on the page itself. Its CloFormer is made
    of the learner's own blocks."""
    def found(lesson: str, name: str) -> Any:
        if lesson != CAPSTONE or name not in here:
            return find(lesson, name)
        return partial(_of_own_blocks, here[name], find) if name == "CloFormer" else here[name]

    return found


def _of_own_blocks(network: Any, find: Find, *arguments: Any) -> nn.Module:
    """Builds the page's CloFormer. If lesson 09 is solved, the blocks that the page gives have lesson 09's
    CloAttention in them."""
    try:
        attention = find("09_cloformer", "CloAttention")
    except NotImplementedError:
        return network(*arguments)
    page = getattr(network, "__globals__", None) or network.__init__.__globals__  # for a function, or for a class
    with patch.dict(page, CloBlock=_with_own(attention, page["CloBlock"])):
        return network(*arguments)


def _with_own(attention: Any, block: Any) -> Any:
    """Returns the page's CloBlock with another attention, whose weights have the same names."""
    class OwnBlock(block):
        def __init__(self, dim: int, out_dim: int, num_heads: int, group_split: Any, kernel_sizes: Any,
                     window_size: int, *others: Any, **named: Any) -> None:
            super().__init__(dim, out_dim, num_heads, group_split, kernel_sizes, window_size, *others, **named)
            self.attn = attention(dim, num_heads, group_split, kernel_sizes, window_size)

        def forward(self, x: Tensor) -> Tensor:
            x = self.attn(self.norm1(x)) + x
            return self.mlp(self.norm2(x)) + self.downsample(x)

    return OwnBlock


def _counted(row: Row, find: Find) -> int | str:
    number = row.lesson.partition("_")[0]
    try:
        return parameters(row.build(find))
    except NotImplementedError as error:
        return str(error) or f"not yet: lesson {number}"
    except Exception as error:  # a learner's code may raise anything
        return f"lesson {number}: {type(error).__name__}: {error}"
