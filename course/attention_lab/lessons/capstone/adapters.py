"""Adapters that plug each module of the course into a network with C channels: a map (B, C, H, W) goes in, and a map of
the same shape comes out.

Gates, and modules with a shortcut of their own, are used as they are, with reductions that suit few channels. Attention
that mixes positions and has no shortcut gets a BatchNorm before it and a shortcut around it: `x + module(norm(x))`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from .own_modules import mine

Maker = Callable[[int], nn.Module]  # takes the number of channels
# takes a lesson and an exercise, returns the learner's class; raises NotImplementedError if it is missing
Find = Callable[[str, str], Any]


class Plug(NamedTuple):
    """How a module is plugged in.

    lesson, exercise: where the learner wrote the module.
    make: takes the learner's class and the number of channels, and returns the module.
    """

    lesson: str
    exercise: str
    make: Callable[[Any, int], nn.Module]


class Beside(nn.Module):
    """Computes x + module(norm(x)), with a BatchNorm as norm. Unlike GroupNorm or LayerNorm, a BatchNorm does not
    average over one picture's positions."""

    def __init__(self, channels: int, module: nn.Module) -> None:
        super().__init__()
        self.norm, self.inner = nn.BatchNorm2d(channels), module

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(self.norm(x))


class OnTokens(nn.Module):
    """Lets a module that takes tokens work on a map.

    how: calls the module with the tokens (B, N, C) and the size of the map, and returns tokens.
    """

    def __init__(self, module: nn.Module, how: Callable[[nn.Module, Tensor, tuple[int, int]], Tensor]) -> None:
        super().__init__()
        self.inner, self.how = module, how

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[2:]
        tokens = self.how(self.inner, x.flatten(2).mT, (height, width))
        return tokens.mT.unflatten(2, (height, width))


class Projected(nn.Module):
    """Adds what lesson 08b's attention lacks: a linear layer before it that makes queries, keys and values, and one
    after it."""

    def __init__(self, channels: int, attention: nn.Module) -> None:
        super().__init__()
        self.before, self.attention, self.after = nn.Linear(channels,
                                                            3 * channels), attention, nn.Linear(channels, channels)

    def forward(self, tokens: Tensor, size: tuple[int, int]) -> Tensor:
        return self.after(self.attention(self.before(tokens), size))


class EachPosition(nn.Module):
    """The control of Squeeze-and-Excitation: its two layers and its sigmoid work at each position, without the mean
    over the picture."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        fewer = channels // reduction
        self.down, self.up = nn.Conv2d(channels, fewer, 1, bias=False), nn.Conv2d(fewer, channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.up(self.down(x).relu()).sigmoid()


def more_convolutions(channels: int, number: int = 1, dilation: int = 1) -> nn.Module:
    """Returns the control that has parameters but no attention: 3 x 3 convolutions, each with BatchNorm and ReLU."""
    return nn.Sequential(*(layer for _ in range(number) for layer in (
        nn.Conv2d(channels, channels, 3, padding="same", dilation=dilation, bias=False), nn.BatchNorm2d(channels),
        nn.ReLU())))


CONTROLS: dict[str, Maker] = {
    "nothing": lambda c: nn.Identity(),
    "the wrapper alone": lambda c: Beside(c, nn.Identity()),
    "one more 3x3 conv": more_convolutions,
    "three more 3x3 convs": lambda c: more_convolutions(c, 3),
    "SE, no squeeze": lambda c: EachPosition(c, 2),
}
PLUGS = {
    "SE": Plug("01_se", "SEBlock", lambda made, c: made(c, 2)),
    "ECA": Plug("02_eca", "ECABlock", lambda made, c: made(c, 3)),
    "CBAM": Plug("03_cbam", "CBAM", lambda made, c: made(c, 2)),
    "BAM": Plug("04_bam", "BAM", lambda made, c: made(c, 2)),
    "DANet position": Plug("05a_danet", "PositionAttention", lambda made, c: made(c, 2)),
    "DANet channel": Plug("05a_danet", "ChannelAttention", lambda made, c: made()),
    "multi-head": Plug("05c_vit", "MultiHeadSelfAttention",
                       lambda made, c: Beside(c, OnTokens(made(c, 2), lambda m, t, size: m(t)))),
    "pyramid split": Plug("06a_pyramid_split", "PyramidSplitAttention",
                          lambda made, c: made(c, c, (3, 5, 7, 9), (1, 1, 1, 1), reduction=2)),
    "polarized": Plug("06b_polarized", "PolarizedSelfAttention", lambda made, c: made(c)),
    "external": Plug("07a_external", "ExternalAttentionBlock", lambda made, c: made(c, 32)),
    "EMSA": Plug("07b_rest", "EMSA", lambda made, c: Beside(c,
                                                            OnTokens(made(c, 2, 2), lambda m, t, size: m(t, *size)))),
    "windows": Plug("08b_cosine", "WindowAttention",
                    lambda made, c: Beside(c, OnTokens(Projected(c, made(2, (4, 4))), lambda m, t, size: m(t, size)))),
    "GRL": Plug("08c_grl", "MixedAttention",
                lambda made, c: Beside(c, OnTokens(made(c, 2, 2, (4, 4), (4, None), (None, 1), down_factor=2),
                                                   lambda m, t, size: m(t, size)))),
    "CloAttention": Plug("09_cloformer", "CloAttention", lambda made, c: Beside(c, made(c, 2, [1, 1], [5], 4))),
    "SCConv": Plug("e1_scnet", "SCConv", lambda made, c: made(c)),
    "CoordAtt": Plug("e2_coordinate", "CoordinateAttention", lambda made, c: made(c, c)),
}


def plugged(find: Find = mine) -> tuple[dict[str, Maker], dict[str, str]]:
    """Returns two dicts: a maker for every module that can be used, with the controls first, and for every other module
    the reason why it cannot be used.

    A maker takes the number of channels, a multiple of 16, and returns the module. Each module is tried on a map of 12
    x 12 positions. A module that raises an error, or returns a map of another shape, is left out, and the reason says
    so.

    find: takes a lesson and an exercise, and returns the learner's class.
    """
    makers, missing = dict(CONTROLS), {}
    for name, plug in PLUGS.items():
        maker = partial(_made, plug, find)
        if problem := _problem(maker, plug):
            missing[name] = problem
        else:
            makers[name] = maker
    return makers, missing


def _made(plug: Plug, find: Find, channels: int) -> nn.Module:
    return plug.make(find(plug.lesson, plug.exercise), channels)


def _problem(maker: Maker, plug: Plug) -> str:
    """Returns the reason why a module cannot be used; empty if it can."""
    number, x = plug.lesson.partition("_")[0], torch.zeros(2, 16, 12, 12)
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            made = maker(16)(x)
    except NotImplementedError as error:
        return str(error) or f"not yet: lesson {number} (`{plug.exercise}` is not solved yet)"
    except Exception as error:  # a learner's code may raise anything
        return f"lesson {number}: `{plug.exercise}` raised {type(error).__name__}: {error}"
    shape = tuple(made.shape) if isinstance(made, Tensor) else type(made).__name__
    return "" if shape == tuple(x.shape) else f"lesson {number}: `{plug.exercise}` gave {shape}, not {tuple(x.shape)}"
