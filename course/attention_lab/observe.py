"""Ask a learner's function or class one question and write down everything that it does.

A *question* is a JSON header and named tensors (see `values` for the nodes):

    {"exercise": "SEBlock", "construct": {"args": [...], "kwargs": {...}, "placed": true} or null for a function, "method": "forward",
     "args": [...], "kwargs": {...}, "earlier": [args, kwargs] or null (a call before the one observed), "train": false,
     "dtype": "float64", "device": "cpu", "gradients": true, "trace": false, "largest": false, "choice": 0,
     "again": true (where the call is made twice with the very same inputs, and the second answer counts),
     "drops": true (where dropout drops what is largest in the place of nothing),
     "measured": true (where the call is made without gradients, and the judge measures how much the process grows)}
    tensors: state.<name>, the tensors that the nodes name, cotangent.<path> for each output

An *observation* is the same: a header with exactly these keys, and tensors output.<path>, grad.input.<number>, grad.param.<name>,
grad.<state of a module argument>.<name>, buffer.<name>, received.<sub-module>, gave.<sub-module>, all on the CPU. Parameters and
sub-modules carry the reference's names, inputs their numbers. `text` is a string, `shape` a list of at most 64 integers of at least 0,
`node` as in `values` without `module`, `exercise` and `affine`; a node's integers have at most values.LONGEST bits, its floats may be
NaN or infinite, and the tensor that a node names is among the tensors.

    raised      null or {"stage": "construct", "call" or "gradients", "type": text, "message": text of at most 400 characters,
                "value_error": bool, "numbers": at most 50 integers of any size, not below 0, "not_implemented": bool,
                "place": text or null, "line": text or null, "number": integer or null, "operands": at most 6 [text, text],
                "caller": text or null}
    unplaced    null or {"missing": list of [text, shape], "extra": list of [text, shape], "hidden": list of text}
    placements  integer, at least 1
    parameters  list of [text, shape]
    output      node
    changed     list of text
    largest     null or {"elements": integer of at least 0, "operation": text, "shape": shape, "line": text or null, "causes": list
                of "axes", "width", "strides" and "uncut" (LargestTensor)}; null unless the question asks for it
    dropout     list of floats: the shares that were active
    trace       list of [text, {"received": node, "gave": node, "again": bool}]; empty unless the question asks for it
    mixed       null or {"operation": text, "shapes": list of shape, "line": text or null}; null where the question's device is "cpu"
    devices     {tensor name: {"device": text, "shape": shape, "dtype": text}} for outputs and gradients; empty where it is "cpu"

Where the question's device is "meta", a tensor there is {"object": text} in `output`, and only what stayed on the CPU is among the
tensors.
"""

from __future__ import annotations

import contextlib
import inspect
import math
import warnings
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from . import crash, transfer, values
from . import device as devices

DROPOUTS = {torch.dropout, torch.feature_dropout, torch.alpha_dropout, F.dropout, F.dropout1d, F.dropout2d, F.dropout3d,
            F.alpha_dropout, F.feature_alpha_dropout, torch.dropout_, torch.feature_dropout_, torch.alpha_dropout_,
            torch.feature_alpha_dropout, torch.feature_alpha_dropout_}
OF_CHANNELS = {torch.feature_dropout, torch.feature_dropout_, torch.feature_alpha_dropout, torch.feature_alpha_dropout_,
               F.dropout1d, F.dropout2d, F.dropout3d, F.feature_alpha_dropout}
CUTS = {torch.split, torch.chunk, Tensor.split, Tensor.chunk}

CPU = torch.device("cpu")


class NoDropout(TorchFunctionMode):
    """Dropout lets everything through, so that a module in training mode has one right answer; `active` lists what it would
    have dropped.

    drops: it drops that share of elements, or of whole channels, that is largest. No chance in this either.
    """

    def __init__(self, drops: bool = False) -> None:
        super().__init__()
        self.active: list[float] = []
        self.drops = drops

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function not in DROPOUTS:
            return function(*args, **kwargs)
        share = args[1] if len(args) > 1 else kwargs.get("p", 0.5)
        training = args[2] if len(args) > 2 else kwargs.get("training", kwargs.get("train", True))
        given = args[0] if args else kwargs["input"]
        if not (training and share):
            return given
        self.active.append(float(share))
        return _without_largest(given, float(share), 2 if function in OF_CHANNELS else given.ndim) if self.drops else given


def _without_largest(given: Tensor, share: float, axes: int) -> Tensor:
    """Dropout of the largest units, at least one; a unit is what the first `axes` axes count. What is left is scaled as usual."""
    size = given.detach().abs()
    size = size.flatten(axes).sum(-1) if axes < given.ndim else size
    dropped = torch.zeros(size.numel(), dtype=torch.bool, device=given.device)
    dropped[size.flatten().topk(math.ceil(share * size.numel())).indices] = True
    kept = ~dropped.reshape(*size.shape, *[1] * (given.ndim - axes))
    return given * kept / (1 - share) if share < 1 else given * 0


class _Calls(TorchFunctionMode):
    """Which of torch's functions is running, as Python calls it, and whether a tensor was cut along the batch by mistake."""

    def __init__(self) -> None:
        super().__init__()
        self.running: tuple[Callable, tuple, dict] | None = None
        self.uncut = False

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, outer = kwargs or {}, self.running
        self.running = function, args, kwargs
        try:
            result = function(*args, **kwargs)
        finally:
            self.running = outer
        if function in CUTS and len(result) == 1 == len(args[0]) and result[0].ndim > 1 and args[1:2] != (1,):
            self.uncut |= kwargs.get("dim", args[2] if len(args) > 2 else 0) == 0
        return result


class LargestTensor(TorchDispatchMode):
    """Remembers the largest storage that an operation of the forward or backward pass returned, in elements.

    operation: the function that Python called, or torch's own name of it. line: the learner's, whose global names `namespace` is.
    causes: known reasons why it is large: `scaled_dot_product_attention` without an axis of heads ("axes"), with values of another
    "width", with numbers of a position that do not lie side by side ("strides"); a `split` that left the whole ("uncut").
    """

    def __init__(self, namespace: dict[str, Any] | None = None) -> None:
        super().__init__()
        self.namespace, self.calls = namespace, _Calls()
        self.elements, self.operation, self.shape = 0, "", ()
        self.line: str | None = None
        self.causes: list[str] = []

    def __enter__(self) -> LargestTensor:
        self.calls.__enter__()
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.calls.__exit__(*error)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        for item in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(item, Tensor):
                elements = item.untyped_storage().nbytes() // item.element_size()
                if elements > self.elements:
                    called = self.calls.running
                    self.elements, self.shape = elements, tuple(item.shape)
                    self.operation = called[0].__name__.strip("_") if called else str(function)
                    self.line, self.causes = crash.current_line(self.namespace), self._causes(called)
        return result

    def _causes(self, called: tuple[Callable, tuple, dict] | None) -> list[str]:
        if called is None or called[0] is not F.scaled_dot_product_attention:
            return ["uncut"] if self.calls.uncut else []
        _, args, kwargs = called
        q, k, v = (*args, *(kwargs[name] for name in ("query", "key", "value")[len(args):]))[:3]
        found = {"axes": q.ndim < 4, "width": q.shape[-1] != v.shape[-1],
                 "strides": any(t.shape[-1] > 1 and t.stride(-1) != 1 for t in (q, k, v))}
        return [cause for cause, holds in found.items() if holds]


class NotAModule(TypeError):
    """The answer to an exercise that asks for a module is something else."""


def namespace_of(thing: Callable) -> dict[str, Any]:
    """The global names that a learner's function or class sees: where its earlier exercises are found."""
    bodies = [body for kind in thing.__mro__ for body in vars(kind).values()] if inspect.isclass(thing) else [thing]
    for body in bodies:
        function = inspect.unwrap(body) if callable(body) else body  # below a decorator such as torch.no_grad()
        if hasattr(function, "__globals__") and function.__module__ == thing.__module__:
            return function.__globals__
    return {}


def observe(thing: Callable, question: dict, tensors: dict[str, Tensor], namespace: dict[str, Any]) -> tuple[dict, dict[str, Tensor]]:
    """What `thing` (a function or module class) does with one question. Never raises what the learner's code raises.

    namespace: the learner's global names; modules among the arguments are built from it by name.
    """
    return _Observation(thing, question, tensors, namespace).run()


class _Observation:
    def __init__(self, thing: Callable, question: dict, tensors: dict[str, Tensor], namespace: dict[str, Any]):
        self.thing, self.question, self.namespace = thing, question, namespace
        dtype = getattr(torch, question["dtype"])
        self.tensors = {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()}
        self.header: dict[str, Any] = {"raised": None, "unplaced": None, "placements": 1, "parameters": [], "output": None,
                                       "changed": [], "largest": None, "dropout": [], "trace": [], "mixed": None, "devices": {}}
        self.dropout = NoDropout(question.get("drops", False))
        self.seen: dict[str, Tensor] = {}
        self.leaves: dict[str, Tensor] = {}  # what gradients are taken of: input.<number>, param.<the reference's name>
        self.names: dict[str, str] = {}  # the module's parameter names -> the reference's
        self.hidden_layers: list[str] = []
        self.transposed: set[str] = set()  # leaves that are matrices (in, out)
        self.choice, self.choices = question["choice"], {}
        self.device = torch.device(question["device"])
        self.elsewhere = self.device.type != "cpu"

    def run(self) -> tuple[dict, dict[str, Tensor]]:
        stage, mixed = "construct", devices.Mixed(self.device, self.namespace)
        try:
            with (torch.random.fork_rng(devices=[]), torch.set_grad_enabled(not self.question.get("measured")),
                  warnings.catch_warnings(), devices.prepared(self.device), contextlib.ExitStack() as stack):
                warnings.simplefilter("ignore")  # a warning on stderr is no verdict; nbgrader alone would pay zero points for it
                torch.default_generator.manual_seed(0)  # torch.manual_seed also notes who asked, which takes longer than a small module
                target = self.construct()
                stage = "call"
                if self.elsewhere:
                    stack.enter_context(mixed)
                if self.question["earlier"]:
                    self.call(target, *self.question["earlier"], watched=False)
                largest = stack.enter_context(LargestTensor(self.namespace)) if self.question["largest"] else None
                output = self.call(target, self.question["args"], self.question["kwargs"], watched=True)
                self.header["output"] = values.encode(output, self.seen, "output", self.header["devices"] if self.elsewhere else None)
                self.header["dropout"] = sorted(self.dropout.active)
                stage = "gradients"
                if self.question["gradients"]:
                    self.differentiate(output)
                if largest:
                    self.header["largest"] = {"elements": largest.elements, "operation": largest.operation,
                                              "shape": list(largest.shape), "line": largest.line, "causes": largest.causes}
            if isinstance(target, nn.Module):
                for name, buffer in target.named_buffers():
                    if name in self.names and buffer.device.type != "meta":
                        self.seen[f"buffer.{self.names[name]}"] = buffer.detach().clone()
        except transfer.Unplaced as error:
            self.header["unplaced"] = {"missing": error.missing, "extra": error.extra, "hidden": self.hidden_layers}
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a learner's code may raise anything, SystemExit too
            error = devices.without_numbers(error, mixed)
            self.header["raised"] = {"stage": stage, **crash.describe(error, self.namespace)}
        self.header["mixed"] = mixed.first
        return self.header, {name: t.detach().cpu().clone(memory_format=torch.contiguous_format) for name, t in self.seen.items()}

    def construct(self) -> Callable:
        """The function itself, or the module: built, cast, given its weights, set to its mode; then moved to the device."""
        question = self.question
        if question["construct"] is None:
            return self.thing
        module = self.thing(*self.decode(question["construct"]["args"]),
                            **{key: self.decode(node) for key, node in question["construct"]["kwargs"].items()})
        if not isinstance(module, nn.Module):
            raise NotAModule(f"`{question['exercise']}(...)` gives an object of type {type(module).__name__}, which is no module: "
                             f"write `class {question['exercise']}(nn.Module)` and call `super().__init__()` in its constructor.")
        if question["dtype"] != "float32":  # what a module is without being told: one that insists on another dtype is seen
            module = module.to(getattr(torch, question["dtype"]))
        module.train(question["train"])
        self.header["parameters"] = [[name, list(p.shape)] for name, p in module.named_parameters()]
        self.hidden_layers = _unregistered(module)
        if not question["construct"]["placed"]:
            return module  # arguments that a call refuses, where weights do not matter; or the values that a module starts with
        self.names = self.place(module, "state.", question["exercise"])
        if self.elsewhere:
            devices.move(module, self.device)
        for name, parameter in module.named_parameters(remove_duplicate=False):
            if parameter.requires_grad and name in self.names:  # not a second name of the same parameter
                self.leaves[f"param.{self.names[name]}"] = parameter
        if question["trace"]:
            self.listen(module)
        return module

    def place(self, module: nn.Module, prefix: str, exercise: str) -> dict[str, str]:
        """Give `module` the weights below `prefix`. Modules of one exercise are placed alike; its choice is one digit of `choice`."""
        state = {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}
        known = exercise in self.choices
        placed = transfer.place(module, state, self.choices.setdefault(exercise, self.choice))
        if not known:
            self.choice //= placed.count
            self.header["placements"] *= placed.count
        self.transposed |= {prefix.replace("state.", "param.") + placed.names[name] for name in placed.transposed}
        return placed.names

    def decode(self, node: Any, device: torch.device = CPU) -> Any:
        """The value of a node. What a module is built from is on the CPU, what a call is given on `device`."""
        tensors = self.tensors if device == CPU else {name: t.to(device) for name, t in self.tensors.items()}
        return values.decode(node, tensors, lambda node: self.build(node, device))

    def build(self, node: dict, device: torch.device = CPU) -> Any:
        """A module or callable among the arguments."""
        if "affine" in node:
            scale, bias = self.decode(node["affine"]["scale"], device), self.decode(node["affine"]["bias"], device)
            return lambda t: scale * t + bias
        if "module" in node:
            module = values.torch_module(node, self.tensors, self.build)
        elif "exercise" in node:
            made = self.namespace.get(node["exercise"])
            if made is None:
                raise NameError(f"{node['exercise']!r} is an earlier exercise; run its cell first")
            if "args" not in node:  # a function or class handed over as it is
                return made
            module = made(*self.decode(node["args"]), **{key: self.decode(v) for key, v in node["kwargs"].items()})
        else:
            raise ValueError(f"no value has the keys {sorted(node)}")
        module = module.to(getattr(torch, self.question["dtype"])).train(self.question["train"])
        if node.get("state"):
            prefix = node["state"] + "."
            names = self.place(module, prefix, node.get("exercise", prefix))
            if device != CPU:
                devices.move(module, device)
            for name, parameter in module.named_parameters(remove_duplicate=False):
                # what a module is built from has its parameters among the module's own
                if parameter.requires_grad and name in names and not prefix.startswith("construct."):
                    self.leaves[prefix + names[name]] = parameter
        return module

    def call(self, target: Callable, args: list, kwargs: dict, watched: bool) -> Any:
        """Call with fresh copies of the inputs; `watched`: as leaves of the graph, and seen whether they change."""
        before: dict[str, tuple[Tensor, Tensor]] = {}
        lists: dict[str, tuple[list, list]] = {}

        def given(node: Any, path: str) -> Any:
            if isinstance(node, dict) and "tensor" in node:
                leaf = self.tensors[node["tensor"]].clone().to(self.device)
                if watched and leaf.is_floating_point():
                    self.leaves[path] = leaf.requires_grad_(node.get("grad", True))
                passed = values.relayout(leaf, node.get("layout", "contiguous"))
                before[path] = (leaf, passed)
                return passed
            if isinstance(node, list):
                passed = [given(item, f"{path}.{i}") for i, item in enumerate(node)]
                lists[path] = (passed, list(passed))
                return passed
            if isinstance(node, dict) and "tuple" in node:
                return tuple(given(node["tuple"], path))
            return self.decode(node, self.device)

        arguments = [given(node, f"input.{i}") for i, node in enumerate(args)]
        named = {key: given(node, f"input.{key}") for key, node in kwargs.items()}
        method = self.question["method"]
        function = getattr(target, method) if isinstance(target, nn.Module) and method != "forward" else target
        with self.dropout:
            if watched and self.question.get("again"):
                function(*arguments, **named)
            output = function(*arguments, **named)
        if watched:
            self.header["changed"] = [path for path, (leaf, passed) in before.items()
                                      if passed.shape != leaf.shape or not _same(passed.detach(), leaf.detach())]
            self.header["changed"] += [path for path, (passed, was) in lists.items()
                                       if len(passed) != len(was) or any(a is not b for a, b in zip(passed, was))]
        return output

    def differentiate(self, output: Any) -> None:
        """Gradients of the inputs and of every parameter for the cotangents of the question."""
        outputs, cotangents = [], []
        for path, leaf in _tensors(output):
            cotangent = self.tensors.get(f"cotangent.{path}".rstrip("."))
            name = f"output.{path}".rstrip(".")
            known = name in self.seen or name in self.header["devices"]
            if cotangent is not None and known and leaf.requires_grad and leaf.shape == cotangent.shape:
                outputs.append(leaf)
                cotangents.append(cotangent.to(leaf))
        wanted = {name: leaf for name, leaf in self.leaves.items() if leaf.requires_grad}
        if not outputs or not wanted:
            return
        for leaf in wanted.values():
            leaf.grad = None
        with self.dropout:  # a checkpoint computes once more
            torch.autograd.backward(outputs, cotangents)  # not autograd.grad, under which a reentrant checkpoint refuses to work
        for name, leaf in wanted.items():
            if (gradient := leaf.grad) is not None:
                given = self.tensors[f"state.{name.removeprefix('param.')}" if name.startswith("param.") else name]
                gradient = gradient.T if name in self.transposed else gradient
                gradient = gradient.reshape(given.shape)  # a Linear where the reference has a 1x1 convolution
                values.encode(gradient, self.seen, f"grad.{name}", self.header["devices"] if self.elsewhere else None)

    def listen(self, module: nn.Module) -> None:
        """Record what each sub-module with weights receives and gives, the first time that it is called.

        A learner's container is heard under its name only where it holds what the reference's container of that name holds.
        """
        prefixes = {mine.rpartition(".")[0]: theirs.rpartition(".")[0] for mine, theirs in self.names.items()}
        for name, child in module.named_modules():
            theirs = prefixes.get(name, name)
            held = {t for m, t in self.names.items() if m.startswith(f"{name}.")}
            if isinstance(child, torch.jit.ScriptModule):
                continue  # takes no hooks
            if name and held and held == {t for t in self.names.values() if t.startswith(f"{theirs}.")}:
                child.register_forward_hook(self._hear(theirs), with_kwargs=True)

    def _hear(self, name: str) -> Callable:
        def hook(_module, args, kwargs, output):
            if any(is_functorch_wrapped_tensor(t) for _, t in _tensors([args, kwargs, output])):
                return  # one sample of a torch.vmap, which means nothing outside of it
            heard = next((entry for known, entry in self.header["trace"] if known == name), None)
            if heard:
                heard["again"] = True
            else:
                self.header["trace"].append([name, {
                    "received": values.encode([*args, *kwargs.values()], self.seen, f"received.{name}"),
                    "gave": values.encode(output, self.seen, f"gave.{name}"), "again": False}])
        return hook


def _same(passed: Tensor, leaf: Tensor) -> bool:
    """Are the numbers the same? On `meta` there are none."""
    return passed.device.type == "meta" or torch.equal(passed, leaf)


def _tensors(output: Any, path: str = "") -> list[tuple[str, Tensor]]:
    if isinstance(output, Tensor):
        return [(path, output)]
    items = output.items() if isinstance(output, dict) else enumerate(output) if isinstance(output, (list, tuple)) else []
    return [leaf for key, item in items for leaf in _tensors(item, f"{path}.{key}".lstrip("."))]


def _unregistered(module: nn.Module) -> list[str]:
    """Attributes that hold layers or parameters where torch does not see them: plain lists, tuples, dicts."""
    found = []
    for owner_name, owner in module.named_modules():
        for name, value in vars(owner).items():
            items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
            if not name.startswith("_") and any(isinstance(item, (nn.Module, nn.Parameter)) for item in items):
                found.append(f"{owner_name}.{name}".lstrip("."))
    return found
