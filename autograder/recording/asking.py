"""Turns what an exercise declares into nodes and tensors, of which a question is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.checking.form import values
from attention_lab.checking.form.protocol import Call
from autograder.lessons import declare
from autograder.recording.random_numbers import draw, random_state


class Asking:
    """Builds one question: nodes for the declared values, and the tensors that the nodes name.

    words: the words on which its numbers depend.
    """

    def __init__(self, namespace: dict[str, Any], g: torch.Generator, words: tuple):
        self.namespace, self.g, self.words = namespace, g, words
        self.tensors: dict[str, Tensor] = {}

    def node(self, value: Any, name: str, weights: bool = True) -> Any:
        """Returns the node of a declared value.

        weights: whether the weights of modules are drawn.
        """
        if isinstance(value, declare.RandomTensor):
            self.tensors[name] = draw(value, self.g)
            node = {"tensor": name, "layout": value.layout, "grad": value.grad}
            return node | ({"dtype": value.dtype} if value.dtype else {})
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            nodes = [self.node(item, f"{name}.{i}", weights) for i, item in enumerate(value)]
            return {"tuple": nodes} if isinstance(value, tuple) else nodes
        if isinstance(value, declare.Affine):
            return {"affine": {"scale": self.node(value.scale, f"{name}.scale"),
                               "bias": self.node(value.bias, f"{name}.bias")}}
        if isinstance(value, declare.Blend):
            return {"blend": True}
        if isinstance(value, declare.Given):
            return {"given": True}
        if isinstance(value, declare.Factory):
            return {"factory": self.node(value.of, name, weights=False)}
        if isinstance(value, (declare.TorchModule, declare.Earlier)):
            weights = weights and getattr(value, "weights", True)
            arguments = {"args": [self.node(v, f"{name}.{i}", weights) for i, v in enumerate(value.args)],
                         "kwargs": {k: self.node(v, f"{name}.{k}", weights) for k, v in value.kwargs.items()}}
            if isinstance(value, declare.Earlier):
                node = {"exercise": value.name, **arguments}
            else:
                node = {"module": value.name, "frozen": list(value.frozen), "tied": value.tied, **arguments}
                node |= {"shared": value.shared} if value.shared else {}
            if not weights:
                return node
            node["state"] = name
            state = random_state(self.built(node), *self.words, name)
            state.update({tied: state[source] for tied, source in getattr(value, "tied", {}).items()})
            state.update({other: state[source].clone() for other, source in getattr(value, "equal", {}).items()})
            state.update({zero: torch.zeros_like(state[zero]) for zero in getattr(value, "zeros", ())})
            self.tensors.update({f"{name}.{key}": tensor for key, tensor in state.items()})
            return node
        return values.encode(value, self.tensors, name)

    def call(self, args: Sequence[Any], kwargs: dict[str, Any], name: str) -> Call:
        """Returns declared arguments as nodes."""
        return Call([self.node(v, f"{name}.{i}") for i, v in enumerate(args)],
                    {k: self.node(v, f"{name}.{k}") for k, v in kwargs.items()})

    def built(self, node: Any) -> Any:
        """Returns the value of a node. Its modules have torch's own initial weights."""
        return values.decode(node, self.tensors, self._build)

    def module(self, thing: Any, construct: Call) -> nn.Module:
        """Returns the module that a class makes from its arguments."""
        return thing(*map(self.built, construct.args),
                     **{key: self.built(node) for key, node in construct.kwargs.items()})

    def _build(self, node: dict) -> Any:
        if "factory" in node:
            return values.factory(node, self._build)
        if "exercise" in node:
            return self.namespace[node["exercise"]](*self.built(node["args"]),
                                                    **{k: self.built(v) for k, v in node["kwargs"].items()})
        return values.torch_module(node, self.tensors, self._build)
