"""What was recorded of published code, and what an adapter gives back for it: our counterpart, or the reason why
there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from torch import Tensor, nn


@dataclass(frozen=True)
class Case:
    """One forward and one backward pass of published code; tensors are named `<kind>.<official name>`."""

    system: str
    unit: str
    config: dict[str, Any]
    mode: str
    tensors: dict[str, Tensor]

    def of(self, kind: str) -> dict[str, Tensor]:
        """The tensors of a kind (`param`, `input`, `output`, ...), by official name."""
        prefix = kind + "."
        return {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}


def read(path: Path) -> Case:
    with safe_open(path, framework="pt") as file:
        meta = json.loads(file.metadata()["case"])
        tensors = {name: _widened(name, file.get_tensor(name)) for name in file.keys()}
    return Case(meta["system"], meta["unit"], meta["config"], meta["mode"], tensors)


def _widened(name: str, tensor: Tensor) -> Tensor:
    """float64, except for true integers: masks are stored as integers to save space, indices as short ones."""
    is_mask = name.partition(".")[2].startswith("mask")
    return tensor.to(torch.float64 if is_mask or tensor.is_floating_point() else torch.int64)


class Skip(NamedTuple):
    """A configuration that the contract cannot express."""

    reason: str


@dataclass(frozen=True)
class Unit:
    """Our counterpart of a published unit.

    `call` takes the recorded inputs by their official names and gives the output, or a dict of outputs by official
    names; without it the module itself is called. `names` says what parts of the official dotted names are called
    here: `("fc.0", "excitation.fc1")` makes `a.fc.0.weight` to `a.excitation.fc1.weight`; one rule after the other.
    """

    module: nn.Module | None = None
    call: Callable[..., Tensor | dict[str, Tensor]] | None = None
    names: tuple[tuple[str, str], ...] = ()

    def our_name(self, official: str) -> str:
        name = f".{official}."
        for old, new in self.names:
            name = name.replace(f".{old}.", f".{new}." if new else ".")
        return name.strip(".")

    def load(self, case: Case) -> dict[str, Tensor]:
        """Copy the recorded parameters and buffers; give back our parameters and buffers by official name."""
        state = dict(self.module.double().state_dict(keep_vars=True)) if self.module else {}
        recorded = case.of("param") | case.of("buffer")
        ours = {official: self.our_name(official) for official in recorded}
        assert sorted(ours.values()) == sorted(state), f"names do not match: {ours} and {sorted(state)}"
        with torch.no_grad():
            for official, tensor in recorded.items():
                target = state[ours[official]]
                assert _core(target) == _core(tensor), f"{official}: {tuple(tensor.shape)}, ours {tuple(target.shape)}"
                target.copy_(tensor.reshape(target.shape))
        return {official: state[name] for official, name in ours.items()}

    def observe(self, case: Case) -> dict[str, Tensor]:
        """One forward and one backward pass with the recorded state: everything that a case records of them."""
        state = self.load(case)
        if self.module:
            self.module.train(case.mode == "train")
        inputs = {name: t.clone().requires_grad_(f"grad_input.{name}" in case.tensors)
                  for name, t in case.of("input").items()}
        outputs = (self.call or self.module)(**inputs)
        outputs = outputs if isinstance(outputs, dict) else {"y": outputs}
        leaves = {f"grad_input.{name}": t for name, t in inputs.items() if t.requires_grad}
        leaves |= {f"grad_param.{name}": state[name] for name in case.of("param")}
        observed = {f"output.{name}": t.detach() for name, t in outputs.items()}
        observed |= _gradients(outputs, case.of("grad_output"), leaves)
        return observed | {f"after_buffer.{name}": state[name] for name in case.of("after_buffer")}


def _gradients(
    outputs: dict[str, Tensor], cotangents: dict[str, Tensor], leaves: dict[str, Tensor]
) -> dict[str, Tensor]:
    if not leaves:
        return {}
    gradients = torch.autograd.grad(
        [outputs[name] for name in cotangents], list(leaves.values()), list(cotangents.values()), allow_unused=True
    )
    unused = [name for name, gradient in zip(leaves, gradients, strict=True) if gradient is None]
    assert not unused, f"no gradient reaches {unused}"
    return dict(zip(leaves, gradients, strict=True))


def _core(tensor: Tensor) -> tuple[int, ...]:
    """The shape without the trailing ones by which a 1x1 convolution differs from a linear layer."""
    shape = list(tensor.shape)
    while shape and shape[-1] == 1:
        shape.pop()
    return tuple(shape)
