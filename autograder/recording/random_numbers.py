"""Draws the numbers of a question: each follows from words, such as the class's seed and the exercise's name."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor, nn

from attention_lab.checking.facts.compare import DRAWN
from autograder.lessons import declare


def generator(*words: object) -> torch.Generator:
    """Returns a random generator whose seed follows from these words. With other words, it draws other numbers."""
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8], "big",
                                                        signed=True))


def draw(spec: declare.RandomTensor, g: torch.Generator) -> Tensor:
    """Returns the tensor that a RandomTensor describes. Floats are float64 that float32 holds exactly, so that they
    can be stored as float32."""
    if spec.kind == "normal":
        return (spec.scale * torch.randn(spec.shape, generator=g)).double()
    if spec.kind == "mask":
        return torch.randint(0, 2, spec.shape, generator=g).double()
    if spec.kind == "soft":
        return torch.rand(spec.shape, generator=g).double()
    if spec.kind == "signs":
        return 2 * torch.randint(0, 2, spec.shape, generator=g).double() - 1
    if spec.kind == "integers":
        return torch.randint(0, spec.high, spec.shape, generator=g)
    if spec.kind == "bool":
        return torch.randint(0, 2, spec.shape, generator=g).bool()
    raise ValueError(f"RandomTensor.kind {spec.kind!r} is not one of normal, mask, soft, signs, integers, bool")


def random_state(module: nn.Module, *words: object) -> dict[str, Tensor]:
    """Returns a state for `module` in which nothing has its initial value. The numbers are well-scaled multiples of 1 /
    DRAWN, which take little room.

    A weight depends only on `words`, its name and its shape. So the cases of an exercise share their weights where they
    can, and a file keeps each weight once.
    """
    state = {}
    for name, value in module.state_dict().items():
        g = generator(*words, name, tuple(value.shape))
        if not value.is_floating_point():
            state[name] = torch.full_like(value, 3)
        elif name.endswith("running_var"):
            state[name] = (0.5 + torch.rand(value.shape, generator=g)).double()
        elif value.ndim >= 2 and value.numel() > len(value):
            state[name] = (torch.randn(value.shape, generator=g) * value[0].numel() ** -0.5).double()
        else:  # biases, norms, gates such as gamma
            state[name] = ((1.0 if name.endswith("weight") else 0.0)
                           + 0.5 * torch.randn(value.shape, generator=g)).double()
    return {name: (DRAWN * t).round() / DRAWN if t.is_floating_point() else t for name, t in state.items()}
