"""The UNTRUSTED side: the module of a learner's record. It computes what the trainer asks for, and keeps no numbers of
its own.

With every step, the trainer sends the module's numbers. It first asks for the output, and then perhaps for the
gradients.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.networks.adapters import CONTROLS, PLUGS
from attention_lab.networks.own_modules import mine

HERE = "10_capstone"  # the folder's name beside which `mine` looks for the lessons


class _Modules(dict):
    """The page's `modules`: for each name a maker, which makes the learner's own module and is read only when it is
    asked for."""

    def __missing__(self, name: str) -> Callable[[int], nn.Module]:
        if name in CONTROLS:
            return CONTROLS[name]
        plug = PLUGS[name]
        return lambda channels: plug.make(mine(plug.lesson, plug.exercise), channels)


class Recorded:
    """The module that the record's cell makes with `mine`."""

    def __init__(self, scope: dict[str, Any]):
        self.scope = scope  # of the learner's cells
        self.module: Any = None  # what its `mine` returns
        self.given = self.output = torch.empty(0)

    def beside(self, header: dict, _tensors: dict) -> tuple[dict, dict]:
        """Puts a lesson's code cells where the record's cell looks for its modules."""
        if Path.cwd().name != HERE:
            Path(HERE).mkdir()
            os.chdir(HERE)
        folder = Path("..") / header["lesson"]
        folder.mkdir()
        (folder / f"{header['lesson']}.ipynb").write_text(json.dumps({"cells": header["cells"]}), encoding="utf-8")
        return {}, {}

    def names(self, _header: dict, _tensors: dict) -> tuple[dict, dict]:
        """Returns the names that the record's cell can use, as on its page."""
        self.scope.update(torch=torch, nn=nn, F=nn.functional, modules=_Modules(), record=lambda *_args: None,
                          challenge=lambda *_args, **_kwargs: None)
        return {}, {}

    def build(self, header: dict, _tensors: dict) -> tuple[dict, dict]:
        torch.manual_seed(header["seed"])
        try:
            if not callable(make := self.scope.get("mine")):
                raise TypeError("`mine` is not a function of the number of channels")
            self.module = make(header["channels"])
            numbers = _numbers(self.module)
        except Exception as error:  # a learner's code may raise anything
            return _raised(error), {}
        return {}, {name: tensor.detach() for name, tensor in numbers.items()}

    def output_of(self, header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict]:
        """Returns the output for an input with these numbers. In training, it also returns the new content of the
        buffers."""
        try:
            with torch.no_grad():
                for name, tensor in _numbers(self.module).items():
                    tensor.copy_(tensors[name])
            torch.manual_seed(header["seed"])
            self.module.train(header["training"])
            self.given = tensors["input"].requires_grad_(header["training"])
            with torch.set_grad_enabled(header["training"]):
                self.output = self.module(self.given)
            buffers = {name: tensor for name, tensor in _numbers(self.module).items() if name.startswith("buffer/")}
        except Exception as error:
            return _raised(error), {}
        return {}, {"output": self.output.detach(), **(buffers if header["training"] else {})}

    def gradients(self, _header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict]:
        """Returns gradients of the output that was returned last: those of the input, and of the parameters that have
        one."""
        try:
            own = {name: tensor for name, tensor in _numbers(self.module).items() if tensor.requires_grad}
            of = {"input": self.given, **own}
            found = torch.autograd.grad(self.output, list(of.values()), tensors["output"], allow_unused=True)
        except Exception as error:
            return _raised(error), {}
        return {}, {name: gradient for name, gradient in zip(of, found) if gradient is not None}


def _numbers(module: nn.Module) -> dict[str, Tensor]:
    return {**{f"parameter/{name}": tensor for name, tensor in module.named_parameters()},
            **{f"buffer/{name}": tensor for name, tensor in module.named_buffers()}}


def _raised(error: Exception) -> dict[str, str]:
    return {"raised": f"{type(error).__name__}: {error}"[:400]}
