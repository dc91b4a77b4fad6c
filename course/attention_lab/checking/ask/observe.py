"""Puts one question to a learner's function or class, and writes down everything that it does (see `protocol`)."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch._C._functorch import is_functorch_wrapped_tensor

from ..form import values
from ..form.protocol import NUMBER, Answer, Call, Observation, Question, Spec, Stage, TraceEntry, Unplaced
from ..known import weights
from . import crash
from . import device as devices
from .cuts import Cuts
from .exact_gradients import exact_gradients
from .lines import current_line
from .probes.dropout import NoDropout
from .probes.memory import LargestTensor
from .shadow import Reading
from .steps import Steps
from .trials import TRIALS
from .widened import Widened

CPU = torch.device("cpu")
PAIRS = 20  # how many pairs of names of the same layer are listed
ARGUMENTS, LONGEST = 20, 60  # how many arguments of a signature are listed, and how long a default may be


class NotAModule(TypeError):
    """The exercise asks for a module, and the answer is something else."""


def namespace_of(thing: Callable) -> dict[str, Any]:
    """Returns the global names that a learner's function or class sees, where its earlier exercises are found."""
    bodies = [body for kind in thing.__mro__ for body in vars(kind).values()] if inspect.isclass(thing) else [thing]
    for body in bodies:
        function = inspect.unwrap(body) if callable(body) else body  # below a decorator such as torch.no_grad()
        if hasattr(function, "__globals__") and function.__module__ == thing.__module__:
            return function.__globals__
    return {}


def file_of(thing: Callable) -> str | None:
    """Returns what the code of the cell is called in which a function or class is defined."""
    bodies = [*vars(thing).values()] if inspect.isclass(thing) else [thing]
    codes = [getattr(inspect.unwrap(body), "__code__", None) for body in bodies if callable(body)]
    return next((code.co_filename for code in codes if code), None)


def signature_of(thing: Callable) -> dict[str, str]:
    """Returns the arguments of a function or class with their defaults, if these are numbers, texts or tuples. It is
    empty if there are other defaults, or none can be seen."""
    try:
        arguments = list(inspect.signature(thing).parameters.values())
    except Exception:  # a class may say itself what its signature is
        return {}
    named = {each.name: "" if each.default is each.empty else repr(each.default) for each in arguments[:ARGUMENTS]
             if each.default is each.empty or _is_plain(each.default)}
    return named if len(named) == len(arguments) and all(len(text) <= LONGEST for text in named.values()) else {}


def _is_plain(value: object) -> bool:
    return type(value) in (int, float, bool, str, type(None)) or type(value) is tuple and all(map(_is_plain, value))


def observe(thing: Callable, question: Question, tensors: dict[str, Tensor], namespace: dict[str, Any],
            put_back: Callable[[], None] = lambda: None) -> Answer:
    """Returns what `thing` (a function or module class) does with one question. It never raises what the learner's code
    raises.

    namespace: the learner's global names; modules among the arguments are built from it by name.
    put_back: undoes what the code has changed in libraries, before a trial writes down what the call has left behind.
    """
    return _Observation(thing, question, tensors, namespace, put_back).run()


class _Observation:
    def __init__(self, thing: Callable, question: Question, tensors: dict[str, Tensor], namespace: dict[str, Any],
                 put_back: Callable[[], None]):
        self.thing, self.question, self.namespace, self.put_back = thing, question, namespace, put_back
        dtype = values.DTYPE[question.dtype]
        self.tensors = {name: t.to(dtype) if t.is_floating_point() else t for name, t in tensors.items()}
        self.header = Observation()
        self.stage: Stage = "construct"
        self.dropout = NoDropout(question.drop_largest)
        self.seen: dict[str, Tensor] = {}
        self.leaves: dict[str, Tensor] = {}  # what gradients are taken of: input.<number>, param.<the reference's name>
        self.names: dict[str, str] = {}  # the module's parameter names -> the reference's
        self.mine: dict[str, str] = {}  # a leaf's name -> the parameter's, or its part's, in the module
        self.hidden_layers: list[str] = []
        # lists and dicts that a module is built from: path, itself, what it held
        self.lent: list[tuple[str, Any, Any]] = []
        self.transposed: set[str] = set()  # leaves that are matrices (in, out)
        self.choice = question.choice
        self.choices: dict[str, int] = {}  # by exercise
        self.device = torch.device(question.device)
        self.elsewhere = self.device.type != "cpu"
        self.mixed = devices.Mixed(self.device, self.namespace)
        self.widened = Widened(dtype, namespace)
        self.shared: dict[str, nn.Module] = {}  # modules among the arguments that stand in several places
        self.cuts = Cuts(namespace, file_of(thing))
        self.steps = Steps(namespace, self.cuts.file, question.rewrite, self.header.trace)

    def run(self) -> Answer:
        try:
            with (torch.random.fork_rng(devices=[]), torch.set_grad_enabled(not self.question.measured),
                  warnings.catch_warnings(), devices.prepared(self.device), contextlib.ExitStack() as stack):
                # A warning on stderr is not a verdict, but nbgrader by itself would give zero points for it.
                warnings.simplefilter("ignore")
                # torch.manual_seed also notes who asked, which takes longer than a small module
                torch.default_generator.manual_seed(0)
                self.header.signature = signature_of(self.thing)
                target = self.construct_widened(stack) if self.question.widened else self.construct()
                self.stage = "call"
                if self.elsewhere:
                    stack.enter_context(self.mixed)
                    stack.enter_context(Reading())
                if self.question.trace or self.question.rewrite:
                    stack.enter_context(self.steps)
                for before in filter(None, (self.question.earliest, self.question.earlier)):
                    self.call(target, before, watched=False)
                watch = LargestTensor(self.namespace, products=self.question.largest == "product")
                largest = stack.enter_context(watch) if self.question.largest else None
                if self.header.unplaced and self.elsewhere:
                    return self.header, {}
                if self.question.trace:
                    stack.enter_context(self.cuts)
                output = self.call(target, Call(self.question.args, self.question.kwargs), watched=True)
                if self.header.unplaced:  # what it computes says nothing; whether it refuses its arguments does
                    self.header.changed = []
                    return self.header, {}
                self.header.output = values.encode(output, self.seen, "output",
                                                   self.header.devices if self.elsewhere else None,
                                                   self.mixed.numbers.of)
                self.header.dropout = sorted(self.dropout.active)
                self.stage = "gradients"
                if self.question.gradients:
                    self.differentiate(output)
                if largest:
                    self.header.largest = largest.found
            if isinstance(target, nn.Module):
                for name, buffer in target.named_buffers():
                    if name in self.names and buffer.device.type != "meta":
                        self.seen[f"buffer.{self.names[name]}"] = buffer.detach().clone()
        except weights.Unplaced as error:  # a module among the call's arguments does not fit
            self.header.unplaced = Unplaced(_listed(error.missing), _listed(error.extra), self.hidden_layers)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a learner's code may raise anything, SystemExit too
            self.header.raised = crash.describe(error, self.namespace, self.stage)
        self.header.mixed, self.header.narrow = self.mixed.first, self.widened.found
        self.header.cuts, self.header.steps = self.cuts.found, [*self.steps.found.values()]
        self.header.float32 = self.question.dtype != "float32" and (self.header.float32 or self.dropout.float32)
        return self.header, {name: t.detach().cpu().clone(memory_format=torch.contiguous_format)
                             for name, t in self.seen.items()}

    def construct(self) -> Callable:
        """Returns the function itself, or the module: it is built, cast, given its weights, set to its mode, and then
        moved to the device."""
        question = self.question
        if question.construct is None:
            return self.thing
        args = [self.counted(node, f"construct.{i}") for i, node in enumerate(question.construct.args)]
        kwargs = {key: self.counted(node, f"construct.{key}") for key, node in question.construct.kwargs.items()}
        self.lent = [each for key, value in [*enumerate(args), *kwargs.items()]
                     for each in _containers(value, f"construct.{key}")]
        module = self.thing(*args, **kwargs)
        if not isinstance(module, nn.Module):
            raise NotAModule(f"`{question.exercise}(...)` gives an object of type {type(module).__name__}, which is "
                             f"not a module: write `class {question.exercise}(nn.Module)` and call "
                             "`super().__init__()` in its constructor.")
        self.header.shared = _under_two_names(module)
        # A module has float32 without being cast. So in float32, one that insists on another dtype is seen.
        if question.dtype != "float32":
            module = module.to(values.DTYPE[question.dtype])
        # A new module is in training mode, unless its constructor says otherwise. Some say it in their own `train`.
        if not question.train or any(type(each).train is not nn.Module.train for each in module.modules()):
            module.train(question.train)
        if question.method != NUMBER and any(map(nn.parameter.is_lazy, module.parameters())):
            self.give_sizes(module)
        self.header.parameters = [(name, list(p.shape)) for name, p in module.named_parameters()]
        self.hidden_layers = unregistered(module)
        if not question.construct.load_weights:
            # arguments that a call refuses, where weights do not matter; or the values that a module starts with
            return module
        try:
            self.names = self.place(module, "state.", question.exercise)
        except weights.Unplaced as error:
            self.header.unplaced = Unplaced(_listed(error.missing), _listed(error.extra), self.hidden_layers)
            return module
        if self.elsewhere:
            with self.mixed:
                devices.move(module, self.device)
        # the cast to float64 has rounded these
        self.header.float32 = any(b.is_floating_point() for name, b in module.named_buffers() if name not in self.names)
        self.note_leaves(module, self.names, "param.")
        buffers = dict(module.named_buffers())
        self.header.fixed = {
            weights.whole(theirs): "buffer" if mine in buffers else "frozen" for mine, theirs in self.names.items()
            if f"param.{theirs}" not in self.leaves and theirs.rpartition(".")[2] not in weights.STATISTICS}
        if question.trace:
            self.watch_modules(module)
        return module

    def construct_widened(self, stack: contextlib.ExitStack) -> Callable:
        """Does the same as `construct`, in the mode `widened`. If the module keeps its initial weights, they are those
        of float32, because torch draws other ones in float64."""
        construct = self.question.construct
        usual = self.construct() if construct and not construct.load_weights else None
        torch.default_generator.manual_seed(0)
        stack.enter_context(self.widened)
        target = self.construct()
        if isinstance(usual, nn.Module) and isinstance(target, nn.Module):
            with torch.no_grad():
                for mine, start in zip(target.parameters(), usual.parameters()):
                    mine.copy_(start)
        return target

    def give_sizes(self, module: nn.Module) -> None:
        """Gives lazy layers their sizes, by a call with a copy of the first input that the module will get. If another
        call comes before the one that counts, it is the input of that earlier call. So if the module keeps anything
        else from its first call, it would have kept it anyway."""
        self.stage = "call"
        first = self.question.earliest or self.question.earlier or Call(self.question.args, self.question.kwargs)
        copies = {name: t.clone() for name, t in self.tensors.items()}
        args = [values.decode(node, copies, self.build) for node in first.args]
        kwargs = {name: values.decode(node, copies, self.build) for name, node in first.kwargs.items()}
        with torch.no_grad():
            module(*args, **kwargs)
        self.stage = "construct"

    def place(self, module: nn.Module, prefix: str, exercise: str) -> dict[str, str]:
        """Gives `module` the weights below `prefix`. Modules of the same exercise are placed alike. The number `choice`
        combines the choices of all exercises, like the digits of a number."""
        state = {name.removeprefix(prefix): t for name, t in self.tensors.items() if name.startswith(prefix)}
        known = exercise in self.choices
        placed = weights.place(module, state, self.choices.setdefault(exercise, self.choice))
        if not known:
            self.choice //= placed.count
            if exercise != prefix:  # torch's own modules have the names that were asked for
                self.header.states[prefix] = _listed(placed.spec)
        self.transposed |= {prefix.replace("state.", "param.") + theirs for mine, theirs in placed.names.items()
                            if weights.whole(mine) in placed.transposed}
        return placed.names

    def note_leaves(self, module: nn.Module, names: dict[str, str], prefix: str) -> None:
        """Notes which parameters get gradients, or parts of them. A second name of a parameter is none of `names`."""
        parameters = dict(module.named_parameters(remove_duplicate=False))
        for mine, theirs in names.items():
            parameter = parameters.get(weights.whole(mine))
            if parameter is not None and parameter.requires_grad:
                self.leaves[prefix + theirs], self.mine[prefix + theirs] = parameter, mine

    def decode(self, node: Any, device: torch.device = CPU) -> Any:
        """Returns the value of a node. The arguments of a constructor are on the CPU, those of a call are on `device`.
        """
        tensors = self.tensors if device == CPU else {name: t.to(device) for name, t in self.tensors.items()}
        return values.decode(node, tensors, lambda node: self.build(node, device))

    def counted(self, node: Any, path: str, device: torch.device = CPU) -> Any:
        """Returns the value of an argument. A function is wrapped, so that its calls are counted."""
        value = self.decode(node, device)
        if not (isinstance(node, dict) and ("affine" in node or "factory" in node)):
            return value
        self.header.called[path] = 0

        def function(*args: Any, **kwargs: Any) -> Any:
            self.header.called[path] += 1
            return value(*args, **kwargs)
        return function

    def build(self, node: dict, device: torch.device = CPU) -> Any:
        """Builds a module or callable among the arguments."""
        if "affine" in node:
            scale, bias = self.decode(node["affine"]["scale"], device), self.decode(node["affine"]["bias"], device)
            return lambda t: scale * t + bias
        if "blend" in node:
            return values.blend
        if "factory" in node:
            return values.factory(node, self.build)
        if node.get("shared") in self.shared:
            return self.shared[node["shared"]]
        if "module" in node:
            module = values.torch_module(node, self.tensors, self.build)
            if node.get("shared"):
                self.shared[node["shared"]] = module
        elif "exercise" in node:
            made = self.namespace.get(node["exercise"])
            if made is None:
                raise NameError(f"{node['exercise']!r} is an earlier exercise; run its cell first")
            if "args" not in node:  # a function or class handed over as it is
                return made
            module = made(*self.decode(node["args"]), **{key: self.decode(v) for key, v in node["kwargs"].items()})
        else:
            raise ValueError(f"no value has the keys {sorted(node)}")
        module = module.to(values.DTYPE[self.question.dtype]).train(self.question.train)
        if node.get("state"):
            prefix = node["state"] + "."
            names = self.place(module, prefix, node.get("exercise", prefix))
            if device != CPU:
                devices.move(module, device)
            if not prefix.startswith("construct."):  # whose parameters are already among the module's own
                self.note_leaves(module, names, prefix)
        return module

    def call(self, target: Callable, call: Call, watched: bool) -> Any:
        """Calls the target with fresh copies of the inputs. watched: True makes the copies leaves of the graph, and
        notes whether they are changed. A call that comes earlier is one of the module, whatever its method is."""
        before: dict[str, tuple[Tensor, Tensor]] = {}

        def given(node: Any, path: str) -> Any:
            if isinstance(node, dict) and "tensor" in node:
                leaf = self.tensors[node["tensor"]].clone().to(self.device)
                if node.get("dtype"):
                    leaf = leaf.to(values.DTYPE[node["dtype"]])
                if watched and leaf.is_floating_point():
                    self.leaves[path] = leaf.requires_grad_(node.get("grad", True))
                passed = values.relayout(leaf, node.get("layout", "contiguous"))
                before[path] = (leaf, passed)
                return passed
            if isinstance(node, list):
                return [given(item, f"{path}.{i}") for i, item in enumerate(node)]
            if isinstance(node, dict) and "tuple" in node:
                return tuple(given(node["tuple"], path))
            if isinstance(node, dict) and "dict" in node:
                return {key: given(item, f"{path}.{key}") for key, item in node["dict"].items()}
            return self.counted(node, path, self.device) if watched else self.decode(node, self.device)

        arguments = [given(node, f"input.{i}") for i, node in enumerate(call.args)]
        named = {key: given(node, f"input.{key}") for key, node in call.kwargs.items()}
        lent = [each for key, value in [*enumerate(arguments), *named.items()]
                for each in _containers(value, f"input.{key}")]
        function = self.asked_of(target) if watched or not isinstance(target, nn.Module) else target
        with self.dropout:
            if watched and self.question.again:
                function(*arguments, **named)
            output = function(*arguments, **named)
        if watched:
            self.header.changed = [path for path, (leaf, passed) in before.items()
                                      if passed.shape != leaf.shape or not _same(passed.detach(), leaf.detach())]
            self.header.changed += [path for path, passed, was in [*self.lent, *lent] if not _as_it_was(passed, was)]
        return output

    def asked_of(self, target: Callable) -> Callable:
        if self.question.trial:
            return partial(TRIALS[self.question.trial], self.then_put_back(target))
        method = self.question.method
        if not isinstance(target, nn.Module) or method == "forward":
            return target
        if method == NUMBER:
            return lambda: sum(p.numel() for p in target.parameters() if p.requires_grad)
        return getattr(target, method)

    def then_put_back(self, function: Callable) -> Callable:
        """Returns a function for a trial, which goes on to see what the call has left behind."""
        def called(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            finally:
                self.put_back()
        return called

    def differentiate(self, output: Any) -> None:
        """Computes the gradients of the inputs and of every parameter, for the cotangents of the question."""
        outputs, cotangents = [], []
        for path, leaf in _tensors(output):
            cotangent = self.tensors.get(f"cotangent.{path}".rstrip("."))
            name = f"output.{path}".rstrip(".")
            known = name in self.seen or name in self.header.devices
            if cotangent is not None and known and leaf.requires_grad and leaf.shape == cotangent.shape:
                outputs.append(leaf)
                cotangents.append(cotangent.to(leaf))
        wanted = {name: leaf for name, leaf in self.leaves.items() if leaf.requires_grad}
        if not outputs or not wanted:
            return
        for leaf in wanted.values():
            leaf.grad = None
        with self.dropout, exact_gradients():  # a checkpoint computes once more, without dropout again
            # not autograd.grad, under which a reentrant checkpoint refuses to work
            torch.autograd.backward(outputs, cotangents)
        found: dict[str, dict[str, Tensor]] = {}  # of each tensor its parts, by their names
        for name, leaf in wanted.items():
            gradient = torch.zeros_like(leaf) if leaf.grad is None and weights.whole(name) != name else leaf.grad
            if gradient is not None:
                gradient = weights.part(gradient.T if name in self.transposed else gradient, self.mine.get(name, ""))
                found.setdefault(weights.whole(name), {})[name] = gradient
        for name, parts in found.items():
            given = self.tensors[f"state.{name.removeprefix('param.')}" if name.startswith("param.") else name]
            gradient = torch.cat([parts[each] for each in sorted(parts)]) if len(parts) > 1 else parts.popitem()[1]
            gradient = gradient.reshape(given.shape)  # a Linear where the reference has a 1x1 convolution
            values.encode(gradient, self.seen, f"grad.{name}", self.header.devices if self.elsewhere else None)

    def watch_modules(self, module: nn.Module) -> None:
        """Records what each sub-module with weights receives and returns when it is first called.

        A learner's container is recorded under its name only if it holds the same as the reference's container of that
        name.
        """
        prefixes = {mine.rpartition(".")[0]: theirs.rpartition(".")[0] for mine, theirs in self.names.items()}
        for name, child in module.named_modules():
            theirs = prefixes.get(name, name)
            held = {t for m, t in self.names.items() if m.startswith(f"{name}.")}
            if isinstance(child, torch.jit.ScriptModule):
                continue  # takes no hooks
            if name and held and held == {t for t in self.names.values() if t.startswith(f"{theirs}.")}:
                child.register_forward_hook(self._recording(theirs), with_kwargs=True)

    def _recording(self, name: str) -> Callable:
        def hook(_module, args, kwargs, output):
            if any(is_functorch_wrapped_tensor(t) for _, t in _tensors([args, kwargs, output])):
                return  # one sample of a torch.vmap, which means nothing outside of it
            earlier = next((entry for entry in self.header.trace if entry.name == name), None)
            if earlier:
                earlier.again = True
                return
            with torch._C.DisableTorchFunction():  # the modes, which slow down each look at a tensor
                received = values.encode([*args, *kwargs.values()], self.seen, f"received.{name}")
                gave = values.encode(output, self.seen, f"gave.{name}")
                line = current_line(self.namespace, self.cuts.file)
                self.header.trace.append(TraceEntry(name, received, gave, line=line))
        return hook


def _listed(spec: weights.Spec) -> Spec:
    """Returns names and shapes in the form in which they are sent."""
    return [(name, list(shape)) for name, shape in spec]


def _containers(value: Any, path: str) -> list[tuple[str, Any, Any]]:
    """Returns every list and dict in a value that belongs to the caller: its path, itself, and what it holds now."""
    if not isinstance(value, (list, tuple, dict)):
        return []
    below = value.items() if isinstance(value, dict) else enumerate(value)
    own = [] if isinstance(value, tuple) else [(path, value, value.copy())]
    return own + [each for key, item in list(below) for each in _containers(item, f"{path}.{key}")]


def _as_it_was(passed: list | dict, was: list | dict) -> bool:
    """Says whether a container holds the very same objects as before."""
    if isinstance(passed, dict) and isinstance(was, dict):
        return list(passed) == list(was) and _as_it_was(list(passed.values()), list(was.values()))
    return len(passed) == len(was) and all(a is b for a, b in zip(passed, was))


def _same(passed: Tensor, leaf: Tensor) -> bool:
    """Says whether the numbers are the same. On `meta` this is not checked, because a change in place shows on the CPU.
    """
    return passed.device.type == "meta" or torch.equal(passed, leaf)


def _tensors(output: Any, path: str = "") -> list[tuple[str, Tensor]]:
    if isinstance(output, Tensor):
        return [(path, output)]
    items = (
        output.items() if isinstance(output, dict) else enumerate(output) if isinstance(output, (list, tuple)) else []
    )
    return [leaf for key, item in items for leaf in _tensors(item, f"{path}.{key}".lstrip("."))]


def _under_two_names(module: nn.Module) -> list[tuple[str, str]]:
    """Returns pairs of names of the same layer with weights, or of parameters with the same memory. The content of such
    a layer is not named again."""
    found: list[tuple[str, str]] = []
    first: dict[int, str] = {}
    layers = [(name, layer) for name, layer in module.named_modules(remove_duplicate=False)
              if next(layer.parameters(), None) is not None]
    for name, part in [*layers, *module.named_parameters(remove_duplicate=False)]:
        in_memory = isinstance(part, nn.Parameter) and not nn.parameter.is_lazy(part) and part.numel()
        known = first.setdefault(part.data_ptr() if in_memory else id(part), name)
        if known != name and not any(name.startswith(f"{second}.") for _, second in found):
            found.append((known, name))
    return found[:PAIRS]


def unregistered(module: nn.Module) -> list[str]:
    """Returns the attributes that hold layers or parameters where torch does not see them: in plain lists, tuples and
    dicts, and in lists of lists."""
    return [f"{owner_name}.{name}".lstrip(".") for owner_name, owner in module.named_modules()
            for name, value in vars(owner).items()
            if isinstance(value, (dict, list, tuple)) and not name.startswith("_") and _hides(value, 3)]


def _hides(value: object, depth: int) -> bool:
    """Whether a plain container holds a layer or a parameter, at most `depth` containers down (one may hold itself)."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return any(isinstance(item, (nn.Module, nn.Parameter)) or depth > 1 and _hides(item, depth - 1) for item in items)
