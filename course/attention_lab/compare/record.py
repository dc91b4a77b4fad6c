"""What is recorded of the published modules, and how it is drawn and digested; `builder/compared.py` writes it.

Of each output there is a norm and a few projections on random signs, so that no large tensor need be stored. Weights
and inputs are whole multiples of a power of two, drawn as integers, so they are the same on every processor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from math import log2, prod
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from ..checking.known import weights

FILE = Path(__file__).with_name("recorded.json")
STEPS = 2 ** 20
MANY, LARGE = 16, 16.0
PROJECTIONS = 4
SAME, NEAR = 1e-9, 1e-4  # relative to the output's norm: the same; the same with another eps, or in float32
LAYERS = (nn.Linear, nn.modules.conv._ConvNd)
STRIPPED: tuple[tuple[str, ...], ...] = ((), ("biases",), ("norms",), ("biases", "norms"))


@cache
def modules() -> dict[str, Any]:
    """Returns what is recorded, by module: see builder/compared.py."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def is_norm(layer: nn.Module) -> bool:
    return isinstance(layer, (_NormBase, nn.LayerNorm, nn.GroupNorm)) or (
        "norm" in type(layer).__name__.lower() and not list(layer.children()))


def strip(module: nn.Module, what: tuple[str, ...]) -> nn.Module:
    """Takes the biases of linear layers and convolutions, or the norms, out of a module."""
    for layer in list(module.modules()):
        if "biases" in what and isinstance(layer, LAYERS):
            layer.bias = None
        for name, child in list(layer.named_children()):
            if "norms" in what and is_norm(child):
                setattr(layer, name, nn.Identity())
    return module


def recorded_way(built: dict[str, Any], stripped: tuple[str, ...]) -> list:
    """Returns what is recorded of a form without these, which is the whole form where it has none of them."""
    ways = [way for way in STRIPPED if key(way) in built and set(way) <= set(stripped)]
    return built[key(ways[-1])] if ways else []


def key(stripped: tuple[str, ...]) -> str:
    """Returns the name under which a form without these is recorded."""
    return " ".join(stripped) or "plain"


def values(construct: dict[str, Any]) -> dict[str, Any]:
    """Returns arguments as our modules take them: JSON has lists for tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in construct.items()}


def draw(shape: list[int], seed: int) -> Tensor:
    """Returns a tensor of numbers between -1 and 1, so fine that no two are likely to be the same maximum."""
    drawn = torch.randint(-STEPS, STEPS + 1, shape, generator=torch.Generator().manual_seed(seed))
    return drawn.double() / STEPS


def draw_inputs(call: list) -> list[Any]:
    """Returns the arguments of a call. A list of more than two numbers is the shape of a tensor. Where there are many
    images, the numbers are large, too: a ReLU6 is a ReLU for small ones."""
    return [draw(arg, 1000 + i) * (LARGE if arg[0] > MANY else 1) if isinstance(arg, list) and len(arg) > 2
            else tuple(arg) if isinstance(arg, list) else arg for i, arg in enumerate(call)]


def label(call: list) -> str:
    """Returns a call as a reader knows it."""
    said = " and ".join(f"({', '.join(map(str, arg))})" if isinstance(arg, list) else str(arg) for arg in call)
    return f"{said} of large numbers" if call[0][0] > MANY else said


def draw_weights(spec: list) -> dict[str, Tensor]:
    """Returns a tensor for each of these names and shapes. Outputs of a layer are about as large as its inputs, so
    that no softmax or gate is saturated; a single number, such as a gamma, is never near zero."""
    state = {name: draw(shape, i) for i, (name, shape) in enumerate(spec)}
    for name, drawn in state.items():
        if name.endswith("running_var") or drawn.numel() == 1:
            state[name] = drawn.abs() + 0.5
        elif drawn.dim() > 1:
            state[name] = drawn * 2.0 ** -round(log2(prod(drawn.shape[1:])) / 2 - 1)
    return state


def place(module: nn.Module, state: dict[str, Tensor], choice: int = 0) -> weights.Placement:
    return weights.place(module, state, choice)


def tensors(output: Any) -> Iterator[Tensor]:
    """Yields the tensors of an output, also those in a tuple, a dict or a dataclass."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, (list, tuple, dict)) or hasattr(output, "__dataclass_fields__"):
        held = output if isinstance(output, dict) else vars(output) if hasattr(output, "__dataclass_fields__") else None
        for part in output if held is None else held.values():
            yield from tensors(part)


@cache
def _signs(length: int) -> Tensor:
    drawn = torch.randint(0, 2, (PROJECTIONS, length), generator=torch.Generator().manual_seed(length))
    return (drawn * 2 - 1).double()


def digest(output: Tensor) -> list[float]:
    """Returns what is recorded of a tensor beside its shape: its norm, then its projections."""
    flat = output.detach().double().flatten()
    return [flat.norm().item(), *(_signs(len(flat)) @ flat).tolist()]


def distance(found: list[float], expected: list[float]) -> float:
    """Returns how far two digests are from each other, relative to the expected norm; infinite where one is NaN."""
    far = max(abs(a - b) for a, b in zip(found, expected)) / (expected[0] or 1.0)
    return far if far == far else float("inf")


def gradient(module: nn.Module, inputs: list[Any], run: Any = None) -> tuple[Tensor, Tensor]:
    """Returns a call's output and the gradient of its first input for a fixed random direction."""
    first = inputs[0].clone().requires_grad_()
    output = next(tensors((run or module)(first, *inputs[1:])))
    loss = (output * draw(list(output.shape), 7)).sum()
    pulled = torch.autograd.grad(loss, first, allow_unused=True)[0] if loss.requires_grad else None
    return output.detach(), torch.zeros_like(first) if pulled is None else pulled
