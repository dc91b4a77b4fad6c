"""The UNTRUSTED side of a proxy. A proxy stands for an earlier exercise that the judge computes: a class or function
with the name of the reference's, but without any of its code.

A class has the reference's children and parameters, built with torch.nn. So weights can be placed in it, and learners
can make subclasses of it and call its children. The judge computes its forward and backward passes, and those of a
function, on the CPU (autograder/judge/proxied.py). The answer is moved to the device of the arguments. Arguments on
two devices are refused, as torch would refuse them in the reference.
"""

from __future__ import annotations

import builtins
import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.checking.form import values

UNASKED = "an earlier exercise that lost points is computed by the grader, and not while cells run"
Remote = Callable[[dict, dict[str, Tensor]], tuple[dict, dict[str, Tensor]]]
# What each question says, unless it says something else.
QUESTION: dict[str, Any] = {
    "construct": None, "path": "", "method": "forward", "training": False, "args": [], "kwargs": {}, "backward": False}


def make(header: dict, remote: Remote) -> Any:
    """Returns the class or function that `header` describes: {"name", "kind": "class" or "function", "methods": [...],
    "forward": bool}."""
    if header["kind"] == "function":
        def function(*args, **kwargs):
            return _call(remote, {"name": header["name"]}, None, args, kwargs)
        function.__name__ = function.__qualname__ = header["name"]
        return function

    def method(name: str) -> Callable:
        def called(self, *args, **kwargs):
            return _call(remote, {**self._built, "method": name}, self, args, kwargs)
        called.__name__ = name
        return called

    def build(self, *args, **kwargs):
        nn.Module.__init__(self)
        tensors: dict[str, Tensor] = {}
        built = {"name": header["name"],
                 "construct": {"args": [values.encode(a, tensors, f"construct.{i}") for i, a in enumerate(args)],
                 "kwargs": {key: values.encode(value, tensors, f"construct.{key}") for key, value in kwargs.items()}},
                 "path": ""}
        answer, state = _asked(remote, {"ask": "build", **built}, tensors)
        _furnish(self, answer["tree"], state, {**built, "construct_tensors": tensors}, remote)

    body = {"__init__": build, **({name: method(name) for name in header["methods"]} if header["forward"] else {})}
    return type(header["name"], (nn.Module,), {**body, "__module__": "__main__"})


class _Inner(nn.Module):
    """A module inside a proxy that is neither torch's nor a container. The judge computes it as well."""

    _built: dict[str, Any]  # see _furnish

    def __init__(self, remote: Remote):
        super().__init__()
        self._remote = remote

    def forward(self, *args, **kwargs):
        return _call(self._remote, {**self._built, "method": "forward"}, self, args, kwargs)


def _furnish(module: nn.Module, tree: dict, state: dict[str, Tensor], built: dict, remote: Remote) -> None:
    """Gives `module` the parameters, buffers and children that `tree` lists."""
    module.__dict__["_built"] = built
    prefix = f"{built['path']}." if built["path"] else ""
    for name in tree["parameters"]:
        module.register_parameter(name, nn.Parameter(state[prefix + name]))
    for name in tree["buffers"]:
        module.register_buffer(name, state[prefix + name])
    for name, child in tree["children"].items():
        module.add_module(name, _child(child, state, {**built, "path": prefix + name}, remote))


def _child(tree: dict, state: dict[str, Tensor], built: dict, remote: Remote) -> nn.Module:
    if tree["torch"] is not None:
        made = values.torch_module(tree["torch"], {}, lambda node: None)
        prefix = built["path"] + "."
        made.load_state_dict({name.removeprefix(prefix): t for name, t in state.items() if name.startswith(prefix)})
        return made
    if tree["container"] is not None:
        children = OrderedDict((name, _child(child, state, {**built, "path": f"{built['path']}.{name}"}, remote))
                               for name, child in tree["children"].items())
        return nn.Sequential(children) if tree["container"] == "Sequential" else getattr(nn, tree["container"])(
            children if tree["container"] == "ModuleDict" else children.values())
    inner = _Inner(remote)
    _furnish(inner, tree, state, built, remote)
    return inner


def _asked(remote: Remote, header: dict, tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
    """Asks the judge. Raises the reference's error, as ValueError or RuntimeError."""
    answer, out = remote({**QUESTION, **header}, tensors)
    if answer["raised"]:
        raise getattr(builtins, answer["raised"]["type"])(answer["raised"]["message"])
    return answer, out


def _call(remote: Remote, header: dict, module: nn.Module | None, args: tuple, kwargs: dict) -> Any:
    """Calls a proxy. If a function is among the arguments (`transform`), it stays here. The judge computes up to the
    call of that function, and then on from its result. These are two steps, so gradients reach every tensor that the
    function uses."""
    inputs: dict[str, Tensor] = {}
    functions: list[tuple[str, Callable, dict]] = []

    def given(value: Any, name: str) -> Any:  # as values.encode does, but the tensors stay in the graph
        if isinstance(value, Tensor):
            inputs[name] = value
            return {"tensor": name}
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            nodes = [given(item, f"{name}.{i}") for i, item in enumerate(value)]
            return {"tuple": nodes} if isinstance(value, tuple) else nodes
        if callable(value):
            functions.append((name, value, {"callable": None}))
            return functions[-1][2]
        return values.encode(value, {}, name)

    header = {**header, "ask": "call", "args": [given(a, f"input.{i}") for i, a in enumerate(args)],
              "kwargs": {key: given(value, f"input.{key}") for key, value in kwargs.items()}}
    for name, function, node in functions:
        received = _answered(remote, copy.deepcopy(header), module, inputs)
        inputs[name], node["callable"] = function(*received), name
    return _answered(remote, header, module, inputs)


def _answered(remote: Remote, header: dict, module: nn.Module | None, inputs: dict[str, Tensor]) -> Any:
    """Returns the judge's result of the call. Its tensors are nodes of the graph in this process."""
    header, inputs = dict(header), dict(inputs)
    held = dict(header.pop("construct_tensors", {}))
    if module is not None:
        header["training"] = module.training
        inputs |= {f"state.{name}": t for name, t in module.named_parameters()}
        held |= {f"state.{name}": t for name, t in module.named_buffers()}
    _refuse_two_devices(inputs)
    call = _Call(remote, header, list(inputs), held)
    outputs = _Remote.apply(call, *inputs.values())
    named = dict(zip(call.names, outputs))
    for name, buffer in module.named_buffers() if module is not None else ():
        if f"buffer.{name}" in call.buffers:
            buffer.copy_(call.buffers[f"buffer.{name}"])
    return values.decode(call.output, named, lambda node: None)  # its copies of the tensors stay in the graph


def _refuse_two_devices(inputs: dict[str, Tensor]) -> None:
    """Adds tensors of two devices, as the reference would. torch refuses that, and where it does not (on `meta`), the
    device check sees it. Integers may be indices, and numbers without axes are only numbers: torch takes both from the
    CPU."""
    used = [t.detach() for t in inputs.values() if t.is_floating_point() and t.ndim]
    for moved in [t for t in used if t.device.type != "cpu"][:1]:
        for stayed in [t for t in used if t.device.type == "cpu"]:
            moved.sum() + stayed  # a sum fits a tensor of any shape


class _Call:
    """One call of a proxy: what was given, and what came back."""

    def __init__(self, remote: Remote, header: dict, names: list[str], held: dict[str, Tensor]):
        self.remote, self.header, self.given, self.held = remote, header, names, held
        self.output: Any = None
        self.names: list[str] = []
        self.buffers: dict[str, Tensor] = {}

    def ask(self, tensors: tuple[Tensor, ...], more: dict[str, Tensor], backward: bool) -> dict[str, Tensor]:
        everything = {**dict(zip(self.given, tensors)), **self.held, **more}
        self.device = next((t.device for t in tensors if t.device.type != "cpu"), torch.device("cpu"))
        self.answer, out = _asked(self.remote, {**self.header, "backward": backward},
                                  {name: t.detach().cpu() for name, t in everything.items()})
        return {name: t.to(self.device) for name, t in out.items()}


class _Remote(torch.autograd.Function):
    @staticmethod
    def forward(ctx, call: _Call, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.call = call
        ctx.save_for_backward(*tensors)
        out = call.ask(tensors, {}, backward=False)
        call.output = call.answer["output"]
        call.names = [name for name in out if name.startswith("output")]
        call.buffers = {name: t for name, t in out.items() if name.startswith("buffer.")}
        ctx.mark_non_differentiable(*[out[name] for name in call.names if not out[name].is_floating_point()])
        return tuple(out[name] for name in call.names)

    @staticmethod
    def backward(ctx, *cotangents: Tensor) -> tuple[Tensor | None, ...]:
        call = ctx.call
        given = {name.replace("output", "cotangent", 1): t for name, t in zip(call.names, cotangents) if t is not None}
        out = call.ask(ctx.saved_tensors, given, backward=True)
        return (None, *[out.get(f"grad.{name}") for name in call.given])
