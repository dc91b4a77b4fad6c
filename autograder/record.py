"""Records what the reference and every catalogued mistake do with an exercise's cases. Trusted side only."""

from __future__ import annotations

import hashlib
import inspect
import linecache
import textwrap
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from attention_lab import recorded, values
from attention_lab.fingerprint import fingerprint, row_scales, same
from attention_lab.observe import observe

from . import declare

VISIBLE = "visible"  # the seed of the recorded checks that learners hold; a class's hidden graders have a secret one


def generator(*words: object) -> torch.Generator:
    """A random generator for these words; other words, other numbers."""
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8], "big", signed=True))


def draw(spec: declare.Draw, g: torch.Generator) -> Tensor:
    """The tensor of a Draw. Floats are float64 that float32 holds exactly, so that they can be stored as float32."""
    if spec.kind == "normal":
        return (spec.scale * torch.randn(spec.shape, generator=g)).double()
    if spec.kind == "mask":
        return torch.randint(0, 2, spec.shape, generator=g).double()
    if spec.kind == "integers":
        return torch.randint(0, spec.high, spec.shape, generator=g)
    if spec.kind == "bool":
        return torch.randint(0, 2, spec.shape, generator=g).bool()
    raise ValueError(f"Draw.kind {spec.kind!r} is none of normal, mask, integers, bool")


def random_state(module: nn.Module, g: torch.Generator) -> dict[str, Tensor]:
    """A state for `module` with nothing at its initial value, well-scaled, exact in float32."""
    state = {}
    for name, value in module.state_dict().items():
        if not value.is_floating_point():
            state[name] = torch.full_like(value, 3)
        elif name.endswith("running_var"):
            state[name] = (0.5 + torch.rand(value.shape, generator=g)).double()
        elif value.ndim >= 2 and value[0].numel() > 1:
            state[name] = (torch.randn(value.shape, generator=g) * value[0].numel() ** -0.5).double()
        else:  # biases, norms, gates such as gamma
            state[name] = ((1.0 if name.endswith("weight") else 0.0) + 0.5 * torch.randn(value.shape, generator=g)).double()
    return state


class _Asking:
    """Builds one question: nodes of the declared values, and the tensors that they name."""

    def __init__(self, namespace: dict[str, Any], g: torch.Generator):
        self.namespace, self.g, self.tensors = namespace, g, {}

    def node(self, value: Any, name: str) -> Any:
        if isinstance(value, declare.Draw):
            self.tensors[name] = draw(value, self.g)
            return {"tensor": name, "layout": value.layout, "grad": value.grad}
        if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
            nodes = [self.node(item, f"{name}.{i}") for i, item in enumerate(value)]
            return {"tuple": nodes} if isinstance(value, tuple) else nodes
        if isinstance(value, declare.Affine):
            return {"affine": {"scale": self.node(value.scale, f"{name}.scale"), "bias": self.node(value.bias, f"{name}.bias")}}
        if isinstance(value, (declare.TorchModule, declare.Earlier)):
            arguments = {"args": [self.node(v, f"{name}.{i}") for i, v in enumerate(value.args)],
                         "kwargs": {k: self.node(v, f"{name}.{k}") for k, v in value.kwargs.items()}, "state": name}
            if isinstance(value, declare.Earlier):
                node = {"exercise": value.name, **arguments}
            else:
                node = {"module": value.name, "frozen": list(value.frozen), "tied": value.tied, **arguments}
            state = random_state(self.built(node), self.g)
            state.update({tied: state[source] for tied, source in getattr(value, "tied", {}).items()})
            self.tensors.update({f"{name}.{key}": tensor for key, tensor in state.items()})
            return node
        return values.encode(value, self.tensors, name)

    def built(self, node: Any) -> Any:
        """The value of a node, its modules with torch's own first weights."""
        return values.decode(node, self.tensors, self._build)

    def _build(self, node: dict) -> Any:
        if "exercise" in node:
            return self.namespace[node["exercise"]](*self.built(node["args"]), **{k: self.built(v) for k, v in node["kwargs"].items()})
        return values.torch_module(node, self.tensors, self._build)


ATTEMPTS = 30
PATIENCE = 8


def record_case(name: str, case: declare.Case, namespace: dict[str, Any], seed: str = VISIBLE, device: str = "meta",
                like: recorded.Case | None = None) -> recorded.Case:
    """Ask the reference `namespace[name]` one question and keep question and answer.

    like: the case whose weights it takes over where name and shape are the same.
    device: where a case of the aspect `device` is asked, `cuda` or its stand-in `meta`; all others are asked on the CPU.
    Drawn again while the gradient of a parameter, or of an image of the batch, is zero throughout (a hidden layer that a ReLU
    silences would hide mistakes), up to ATTEMPTS times, or PATIENCE times without gain: some gradients are zero by nature.
    """
    best, most, since = None, -1, 0
    for attempt in range(ATTEMPTS):
        made = _record_once(name, case, namespace, generator(seed, name, case.label, attempt), device, like)
        gradients = [part for name_, t in made.expected_tensors.items() if name_.startswith("grad.") and t.numel()
                     for part in (t if name_.startswith("grad.input.") and t.ndim > 1 else [t])]
        alive = sum(bool(part.abs().max() > 1e-9) for part in gradients)
        if alive > most:
            best, most, since = made, alive, attempt
        if alive == len(gradients) or attempt - since >= PATIENCE:
            break
    return best


def _record_once(name: str, case: declare.Case, namespace: dict[str, Any], g: torch.Generator, device: str,
                 like: recorded.Case | None) -> recorded.Case:
    thing = namespace[name]
    asking = _Asking(namespace, g)
    question = {
        "exercise": name, "construct": None, "method": case.method, "train": case.train, "dtype": case.dtype, "device": "cpu",
        "args": [asking.node(v, f"input.{i}") for i, v in enumerate(case.args)],
        "kwargs": {k: asking.node(v, f"input.{k}") for k, v in case.kwargs.items()}, "earlier": None,
        "gradients": False, "trace": inspect.isclass(thing) and case.aspect not in ("device", "memory"),
        "largest": case.limit is not None, "choice": 0,
    }
    if case.peak is not None:
        question["measured"] = True
    if case.earlier:
        question["earlier"] = [[asking.node(v, f"earlier.{i}") for i, v in enumerate(case.args)],
                               {k: asking.node(v, f"earlier.{k}") for k, v in case.kwargs.items()}]
    if case.again:
        question["again"] = True
    if case.drops:
        question["drops"] = True
    placed = case.raises is None and not case.fresh
    if inspect.isclass(thing):
        positional, named = ((), case.construct) if isinstance(case.construct, dict) else (case.construct, {})
        construct = {"args": [asking.node(v, f"construct.{i}") for i, v in enumerate(positional)],
                     "kwargs": {k: asking.node(v, f"construct.{k}") for k, v in named.items()}, "placed": placed}
        question["construct"] = construct
        if placed:
            module = thing(*map(asking.built, construct["args"]), **{k: asking.built(node) for k, node in construct["kwargs"].items()})
            theirs = like.tensors if like else {}
            for weight, drawn in random_state(module, g).items():
                known = theirs.get(f"state.{weight}", drawn)
                known = torch.zeros_like(drawn) if weight in case.zeros else known
                asking.tensors[f"state.{weight}"] = known if known.shape == drawn.shape else drawn
    header, tensors = observe(thing, question, asking.tensors, namespace)
    if case.raises is None and case.gradients and case.peak is None:
        for path, leaf in values.leaves(header["output"]):
            if isinstance(leaf, dict) and "tensor" in leaf and tensors[leaf["tensor"]].is_floating_point():
                shape = tensors[leaf["tensor"]].shape
                asking.tensors[f"cotangent.{path}".rstrip(".")] = draw(declare.Draw(tuple(shape)), g)
        question["gradients"] = True
        header, tensors = observe(thing, question, asking.tensors, namespace)
    if case.aspect == "device":
        here, question["device"] = tensors, device
        header, tensors = observe(thing, question, asking.tensors, namespace)
        header["devices"] = {n: there for n, there in header["devices"].items()  # a gradient of zeros may be missing as well
                             if not n.startswith("grad.") or bool(here[n].any())}
    _refuse_surprises(name, case, header)
    if header["raised"]:  # the reference's own line and words stay here
        header["raised"] = {key: header["raised"][key] for key in ("type", "value_error", "numbers")}
    if header["largest"]:
        header["largest"]["line"] = None
    function = getattr(thing, case.method) if inspect.isclass(thing) else thing
    inputs = [p for p in inspect.signature(function).parameters if p != "self"]
    return recorded.Case(case.label, case.aspect, question, asking.tensors, header, tensors, mentions=list(case.raises or ()),
                         limit=case.limit, peak=case.peak, integer=case.integer, inputs=inputs)


def _refuse_surprises(name: str, case: declare.Case, header: dict) -> None:
    """A recording is worth nothing where the reference itself fails."""
    raised, left = header["raised"], [n for n, there in header["devices"].items() if there["device"] == "cpu"]
    if header["mixed"] or left:
        raise ValueError(f"{name}, case {case.label!r}: the reference mixes devices: {header['mixed']}, on the CPU: {left}")
    if (raised is None) != (case.raises is None) or (raised and not raised["value_error"]):
        raise ValueError(f"{name}, case {case.label!r}: the reference raised {raised}")
    if raised and not set(case.raises) <= set(raised["numbers"]):
        raise ValueError(f"{name}, case {case.label!r}: the message {raised['message']!r} does not name {case.raises}")
    if header["changed"] or header["unplaced"]:
        raise ValueError(f"{name}, case {case.label!r}: the reference changes {header['changed']}, unplaced {header['unplaced']}")
    if case.limit and header["largest"]["elements"] >= case.limit:
        raise ValueError(f"{name}, case {case.label!r}: the reference itself makes {header['largest']}")


def source_of(mistake: declare.Mistake | declare.Variant, reference: ModuleType) -> str:
    """The code of a mistake or variant. Raises ValueError where an edit does not apply exactly once."""
    if mistake.code:
        return textwrap.dedent(mistake.code).strip()
    source = inspect.getsource(getattr(reference, mistake.exercise))
    for old, new in mistake.edits:
        if source.count(old) != 1:
            raise ValueError(f"mistake {mistake.id!r}: {old!r} stands {source.count(old)} times in {mistake.exercise}, not once")
        source = source.replace(old, new)
    return source


def run_source(source: str, reference: ModuleType, name: str) -> dict[str, Any]:
    """The global names after the reference's file and then `source` were run, as a learner's notebook would have them."""
    namespace: dict[str, Any] = {"__name__": f"answer_{name}"}
    for text, file in ((inspect.getsource(reference), f"<{name}: earlier exercises>"), (source, f"<{name}>")):
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # so that a crash can show its line
        exec(compile(text, file, "exec", dont_inherit=True), namespace)
    return namespace


def record_exercise(exercise: declare.Exercise, points: float, reference: ModuleType,
                    mistakes: list[declare.Mistake], seed: str = VISIBLE, device: str = "meta") -> recorded.Exercise:
    """The recorded exercise. Raises ValueError where two mistakes look alike or one looks right.

    device: as of record_case.
    """
    if exercise.cases[0].aspect == "device":
        raise ValueError(f"{exercise.name}: the first case places the weights, so that it is asked on the CPU")
    namespace = vars(reference)
    cases: list[recorded.Case] = []
    for case in exercise.cases:
        like = None if case.like is None else cases[case.like]
        cases.append(record_case(exercise.name, case, namespace, seed, device, like))
    made = recorded.Exercise(exercise.name, points, list(exercise.uses), cases, [])
    zero = [row_scales(case.expected_tensors, made.scale) for case in cases]
    known = {"the reference": [fingerprint(case.expected, case.expected_tensors, case.mentions) for case in cases]}
    for mistake in mistakes:
        theirs = run_source(source_of(mistake, reference), reference, mistake.id)
        thing = theirs[exercise.name]
        prints = [right if case.question.get("measured")  # large and slow; what it shows is no number
                  else fingerprint(*observe(thing, case.question, case.tensors, theirs), case.mentions)
                  for case, right in zip(cases, known["the reference"])]
        for other, others in known.items():
            if all(same(p, o, z if len(z) <= len(p[1]) else z[:len(p[1])], case.question["dtype"])
                   for p, o, z, case in zip(prints, others, zero, cases)):
                raise ValueError(f"{exercise.name}: the mistake {mistake.id!r} cannot be told from {other!r} on these cases")
        known[mistake.id] = prints
        made.mistakes.append(recorded.Mistake(mistake.id, mistake.sentence, prints))
    return made
