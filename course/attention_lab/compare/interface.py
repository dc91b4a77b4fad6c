"""How somebody's module is built and called: their arguments from ours, and their tensors from ours.

Published modules of one kind differ in names of arguments, in layout (maps or tokens, channels first or last, length
first), and in what they return. A short list of adapters is tried before anything is said to fail.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from ..checking.verdict.verdict import listed
from . import record

# Names of one argument in published code. Where several arguments of ours fit, the first one that is free is taken.
CHANNELS = ("channels channel in_channels in_channel inplanes in_planes in_dim in_features input_channels dim d_model "
            "embed_dim hidden_size dim_in feature_dim num_channels gate_channels gate_channel planes inp c c1 "
            "n_channels ch inplans n_embd hidden_dim d_in input_dim")
SYNONYMS: tuple[frozenset[str], ...] = tuple(frozenset(words.split()) for words in (
    CHANNELS,
    "out_channels out_channel oup out_planes out_dim c2 dim_out outp output_dim",
    "reduction reduction_ratio ratio r rate red se_ratio reduction_factor",
    "kernel_size k_size ksize kernel k spatial_kernel_size spatial_kernel", "dilation dia_val dilation_val d",
    "num_heads heads n_heads nhead head h num_attention_heads n_head", "memory_size s m slots",
    "sr_ratio ratio reduction", "qkv_bias bias add_bias_kv", "window_size window ws", "pooling pooling_r"))
# What a required argument gets that ours has not
NEUTRAL = {"groups": 1, "dilation": 1, "padding": 1, "norm_layer": nn.BatchNorm2d, "dropout": 0.0, "drop": 0.0}


class Unclear(ValueError):
    """The module could not be asked; says what to give instead."""


@dataclass(frozen=True)
class Build:
    """Builds their module from our arguments. named: {our argument: theirs}. more: {theirs: how it follows from ours},
    each a function of our arguments and the number of channels."""

    thing: Callable
    named: dict[str, str]
    more: dict[str, Callable[[dict[str, Any], int], Any]]
    known: dict[str, Any]

    def __call__(self, construct: dict[str, Any], width: int) -> nn.Module:
        given = record.values(self.known["defaults"] | construct)
        theirs = inspect.signature(self.thing).parameters
        arguments = {self.named[ours]: value for ours, value in given.items() if ours in self.named
                     and not (value is None and theirs[self.named[ours]].default is not inspect.Parameter.empty)}
        arguments |= {name: follows(given, width) for name, follows in self.more.items()}
        module = self.thing(**arguments)
        if not isinstance(module, nn.Module):
            raise TypeError(f"it makes a {type(module).__name__}, and no torch module")
        return module


def _neutral(name: str, _given: dict[str, Any], _channels: int) -> Any:
    return NEUTRAL[name]


def _means_channels(name: str) -> bool:
    return name in SYNONYMS[0] or bool(re.search(r"chan|planes|plans|dim|feat|width|embed|hidden|filters", name))


def build_of(thing: Callable, known: dict[str, Any]) -> Build:
    """Finds which of their arguments ours are. Raises Unclear if they need another one."""
    try:
        theirs = inspect.signature(thing).parameters
    except ValueError as error:
        raise Unclear(f"it cannot be seen which arguments it takes: {error}") from error
    free = [p for p in theirs.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    named = {ours: ours for ours in known["signature"] if ours in theirs}
    for ours in known["signature"]:
        words = [word for each in SYNONYMS if ours in each for word in each]
        left = [p.name for p in free if p.name not in named.values()]
        if ours not in named and (same := [name for name in left if name.lower() in words]):
            named[ours] = same[0]
    left = [p.name for p in free if p.default is p.empty and p.name not in named.values()]
    width = next((ours for ours in known["signature"] if ours in SYNONYMS[0]), "")
    if width and width not in named and left and _means_channels(left[0].lower()):
        named[width] = left[0]
    more: dict[str, Callable[[dict[str, Any], int], Any]] = {
        name: lambda given, channels: channels for name in left if name not in named.values()
        and name.lower() in SYNONYMS[0] | SYNONYMS[1]}
    more |= {name: partial(_neutral, name) for name in left if name in NEUTRAL and name not in named.values()}
    if "num_heads" in named:
        more |= {p.name: lambda given, channels: channels // given["num_heads"] for p in free
                 if p.name.lower() in ("dim_head", "head_dim", "d_head")}
    unknown = [f"`{name}`" for name in left if name not in named.values() and name not in more]
    if unknown:
        construct = record.values(known["sizes"][0]["construct"])
        numbers = ", ".join(f"{key}={value!r}" for key, value in construct.items())
        numbers = numbers or f"no argument, and its module with {known['width']} channels"
        raise Unclear(f"It is not clear what {listed(unknown)} should be. Give a function of our arguments that builds "
                      f"your module: lambda {', '.join(construct)}: ... It is called first with {numbers}.")
    return Build(thing, named, more, known)


Change = Callable[[list], list]
Back = Callable[[Tensor, Tensor], Tensor]  # their output as ours, given our first input


@dataclass(frozen=True)
class Adapter:
    """A way to call a module. says: what a reader should know about it; ours: the dimensions of our first input."""

    says: str
    ours: int
    inputs: Change
    back: Back = lambda y, x: y

    def call(self, module: nn.Module, *inputs: Any) -> Tensor:
        """Calls the module with our inputs. Raises whatever it raises, and TypeError if no tensor comes back."""
        output = module(*self.inputs(list(inputs)))
        found = list(record.tensors(output))
        if not found:
            raise TypeError(f"it returns no tensor, but {type(output).__name__}")
        shaped = [self.back(tensor, inputs[0]) for tensor in found if tensor.dim() > 1]
        return next((t for t in shaped if t.shape == inputs[0].shape), (shaped or found)[0])


def _tokens(x: Tensor) -> Tensor:
    return x.flatten(2).transpose(1, 2)


def _side(x: Tensor) -> int:
    """The height of the most nearly square map of these tokens."""
    return max(side for side in range(1, int(x.shape[1] ** 0.5) + 1) if x.shape[1] % side == 0)


def _map(x: Tensor) -> Tensor:
    return x.transpose(1, 2).unflatten(2, (_side(x), -1))


def _each(change: Callable[[Tensor], Tensor]) -> Change:
    return lambda given: [change(arg) if isinstance(arg, Tensor) else arg for arg in given]


ADAPTERS = (
    Adapter("", 0, lambda given: given),
    Adapter("", 0, lambda given: given[:1]),
    Adapter("", 3, lambda given: [given[0], *(given[1] if isinstance(given[-1], tuple) else [tuple(given[1:])])]),
    Adapter("it is called with x three times, as query, key and value", 3, lambda given: given[:1] * 3),
    Adapter("it takes the sequence first, (N, B, C)", 3, lambda given: [given[0].transpose(0, 1)],
            lambda y, x: y.transpose(0, 1)),
    Adapter("it takes x three times, as query, key and value, with the sequence first, (N, B, C)", 3,
            lambda given: [given[0].transpose(0, 1)] * 3, lambda y, x: y.transpose(0, 1)),
    Adapter("it takes maps, (B, C, H, W)", 3, lambda given: [_map(given[0])], lambda y, x: _tokens(y)),
    Adapter("it takes tokens, (B, N, C)", 4, _each(_tokens),
            lambda y, x: y.transpose(1, 2).unflatten(2, x.shape[2:])),
    Adapter("it takes tokens, (B, N, C), and H and W", 4, lambda given: [_tokens(given[0]), *given[0].shape[2:]],
            lambda y, x: y.transpose(1, 2).unflatten(2, x.shape[2:])),
    Adapter("it takes channels last, (B, H, W, C)", 4, _each(lambda x: x.permute(0, 2, 3, 1)),
            lambda y, x: y.permute(0, 3, 1, 2)),
    Adapter("it takes the query, and then the key and the value", 4, lambda given: [*given, given[-1]]),
)


def adapters(module: nn.Module, inputs: list[Any], shape: list[int]) -> Iterator[Adapter]:
    """Yields the adapters with which a module runs and gives this shape. If there are none, it yields the first that
    runs, or raises the error of the plain call."""
    runs: list[Adapter] = []
    plain: Exception | None = None
    fits = False
    for adapter in ADAPTERS:
        if adapter.ours not in (0, inputs[0].dim()) or adapter.inputs is ADAPTERS[1].inputs and len(inputs) == 1:
            continue
        try:
            with torch.no_grad():
                output = adapter.call(module, *inputs)
        except Exception as error:  # their code may raise anything
            plain = plain or error
            continue
        if list(output.shape) == shape:
            fits = True
            yield adapter
        runs.append(adapter)
    if not fits and not runs and plain:
        raise plain
    if not fits:
        yield from runs[:1]
