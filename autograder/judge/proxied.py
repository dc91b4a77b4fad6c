"""The trusted side of a proxy: builds the reference's module, computes its forward and backward passes, and sends only
numbers.

If an exercise fails because an earlier one is broken, it is judged again with a proxy for the earlier one. The proxy's
answers come from here (worker/proxies.py is the other side). Questions come from a learner's process, and may ask for
any amount of work. So a separate process answers them. proxy_process.py starts it with the text of this file, and
holds it to its limits. The process keeps nothing from one question to the next.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab.checking.ask.probes.dropout import NoDropout
from attention_lab.checking.form import values
from attention_lab.threads import one_thread

KEYS = {"ask", "name", "construct", "path", "method", "training", "args", "kwargs", "backward"}  # of every question
CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


class _Reached(Exception):
    """Raised when a reference calls a function among its arguments, because that function stays with the learner. It
    holds the arguments of that call."""


class Refused(Exception):
    """A question that no honest answer to an exercise asks."""


class Proxies:
    """Answers a worker's questions about proxies for the exercises `names` of a reference.

    reference: a lesson's reference, by name.
    without_forward: the proxies that have children, but no forward pass, because calling one of them would be the whole
        answer to the exercise.
    """

    def __init__(self, reference: dict[str, Any], names: list[str], without_forward: tuple[str, ...] = ()):
        self.reference, self.names, self.without_forward = reference, names, without_forward

    def headers(self) -> list[dict[str, Any]]:
        """Returns the headers from which proxies.make makes the proxies."""
        return [self._header(name) for name in self.names]

    def _header(self, name: str) -> dict[str, Any]:
        thing = self.reference[name]
        if not inspect.isclass(thing):
            return {"name": name, "kind": "function", "methods": [], "forward": True}
        return {"name": name, "kind": "class", "methods": _methods(thing), "forward": name not in self.without_forward}

    def reply(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Returns the `answer`, or the reason why there is none. Whatever a question does, the state is the same for
        the next question."""
        try:
            answer, out = self.answer(header, tensors)
            return {"answered": answer}, out
        except Exception as error:
            return {"refused": f"{type(error).__name__}: {error}"[:400]}, {}

    def answer(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """Returns the answer to one question. Raises Refused, or whatever a malformed question leads to."""
        if header.keys() != KEYS:
            raise Refused(f"a question has the keys {', '.join(sorted(KEYS))}")
        if header["name"] not in self.names:
            raise Refused(f"{header['name']!r} is not one of {', '.join(self.names)}")
        if header["ask"] == "call" and header["name"] in self.without_forward:
            raise Refused(f"{header['name']} has no forward here")
        work = self._build if header["ask"] == "build" else self._call
        with one_thread(), torch.random.fork_rng(devices=[]), torch.enable_grad():
            try:
                return work(header, tensors)
            except ValueError as error:  # of an impossible argument, as the contract asks
                return {"raised": {"type": "ValueError", "message": str(error)[:400]}}, {}
            except (RuntimeError, TypeError, IndexError) as error:
                return {"raised": {"type": "RuntimeError",
                                   "message": f"{type(error).__name__} in {header['name']}"}}, {}

    def _module(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> nn.Module:
        construct = header["construct"]
        return self.reference[header["name"]](*[_decode(node, tensors) for node in construct["args"]],
                                              **{key: _decode(node, tensors)
                                                 for key, node in construct["kwargs"].items()})

    def _build(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        module = self._module(header, tensors)
        return {"raised": None, "tree": _tree(module)}, {name: t.detach() for name, t in module.state_dict().items()}

    def _call(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[dict, dict[str, Tensor]]:
        """Returns the output and the buffers, or the gradients if cotangents are given."""
        with NoDropout():
            output, out = self._computed(header, tensors)
        return {"raised": None, "output": output}, out

    def _computed(self, header: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[Any, dict[str, Tensor]]:
        leaves = {name: t.detach().clone().requires_grad_() if t.is_floating_point() else t
                  for name, t in tensors.items()
                  if name.startswith(("input.", "state."))}
        function, buffers = self.reference[header["name"]], {}
        if header["construct"]:
            module = self._module(header, tensors)
            target = module.get_submodule(header["path"])
            state = {name.removeprefix("state."): t for name, t in leaves.items() if name.startswith("state.")}
            dtype = next((t.dtype for t in leaves.values() if t.is_floating_point()), None)
            target.train(header["training"]).to(dtype)
            buffers = dict(target.named_buffers())
            parameters = {name: state.pop(name) for name, _ in target.named_parameters()}
            for name, buffer in buffers.items():
                buffer.copy_(state.pop(name).detach())
            if state:
                raise Refused(f"{header['name']} has no {', '.join(state)}")
            for name, parameter in parameters.items():
                owner, _, local = name.rpartition(".")
                # The very leaf, so that its gradient is taken.
                target.get_submodule(owner)._parameters[local] = parameter  # type: ignore[assignment]
            function = target
            if header["method"] != "forward":
                if header["path"] or header["method"] not in _methods(type(module)):
                    raise Refused(f"{header['name']} has no method {header['method']!r} that can be asked for")
                function = getattr(target, header["method"])
        try:
            output = function(*[_decode(node, leaves) for node in header["args"]],
                              **{key: _decode(node, leaves) for key, node in header["kwargs"].items()})
        except _Reached as reached:
            output = reached.args
        out: dict[str, Tensor] = {}
        node = _encode(output, out, "output")
        if not header["backward"]:
            return node, {name: t.detach() for name, t in out.items()} | {f"buffer.{name}": t
                                                                          for name, t in buffers.items()}
        wanted = {name: t for name, t in leaves.items() if t.requires_grad}
        given = {name: tensors[name.replace("output", "cotangent", 1)] for name, t in out.items() if t.requires_grad}
        gradients = torch.autograd.grad([out[name] for name in given], list(wanted.values()), list(given.values()),
                                        allow_unused=True)
        return None, {f"grad.{name}": g for name, g in zip(wanted, gradients) if g is not None}


def _methods(kind: type) -> list[str]:
    """Returns the methods of a module's class that a proxy has."""
    return [name for name, value in vars(kind).items() if inspect.isfunction(value) and not name.startswith("_")]


def _decode(node: Any, tensors: dict[str, Tensor]) -> Any:
    """Returns the value of an argument. A function among the arguments stands for the learner's own function. If its
    result is not given yet, calling it raises _Reached."""
    def build(other: dict) -> Any:
        if "callable" not in other:
            raise Refused(f"an argument {other!r}")

        def stand_in(*args: Any) -> Tensor:
            if other["callable"] is None:
                raise _Reached(*args)
            return tensors[other["callable"]]
        return stand_in
    return values.decode(node, tensors, build)


def _encode(value: Any, tensors: dict[str, Tensor], name: str) -> Any:
    """Does the same as `values.encode`, but keeps the tensors themselves, on any device."""
    if isinstance(value, Tensor):
        tensors[name] = value
        return {"tensor": name}
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        nodes = [_encode(item, tensors, f"{name}.{i}") for i, item in enumerate(value)]
        return {"tuple": nodes} if isinstance(value, tuple) else nodes
    return values.encode(value, tensors, name)


def _tree(module: nn.Module) -> dict[str, Any]:
    """Describes what a proxy is built from: a class of torch with its arguments, or the names of parameters, buffers
    and children."""
    kind = type(module)
    container = kind.__name__ if kind.__module__.startswith("torch.") and kind.__name__ in CONTAINERS else None
    of_torch = kind.__module__.startswith("torch.") and not container
    return {"torch": _layer_node(module) if of_torch else None, "container": container,
            "parameters": [name for name, _ in module.named_parameters(recurse=False)],
            "buffers": [name for name, _ in module.named_buffers(recurse=False)],
            "children": {} if of_torch else {name: _tree(child) for name, child in module.named_children()}}


def _layer_node(module: nn.Module) -> dict[str, Any]:
    """The `module` node of a torch.nn layer: its constructor's arguments are its attributes."""
    kwargs = {}
    for name in inspect.signature(type(module).__init__).parameters:
        if name in ("self", "device", "dtype", "args", "kwargs") or not hasattr(module, name):
            continue
        value = getattr(module, name)
        kwargs[name] = value is not None if name == "bias" else values.encode(value, {}, name)
    return {"module": type(module).__name__, "kwargs": kwargs}
