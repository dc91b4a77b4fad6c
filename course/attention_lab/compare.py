"""Says whether somebody's attention module computes what the course's module does: the check outside the course.

    from attention_lab.compare import compare
    compare(MyCBAM, "CBAM")
    compare(lambda channels, reduction: MyCBAM(channels, ratio=reduction), "CBAM")

or, in a terminal, `python -m attention_lab.compare mymodel.py:MyCBAM --as CBAM`. The code runs in this process, as it
would in a notebook.

The module is built in several sizes, gets the weights that ours had, by structure if their names differ, and must give
what ours gave. What ours gave is stored in `compared.json`: of each output a norm and a few projections on random
signs, so that no large tensor need be stored. Weights and inputs are whole multiples of a power of two, drawn as
integers, so they are the same on every processor. The module's small recorded checks, with gradients, come first.

If the numbers differ, the conventions in which published code differs are undone: biases and norms are taken out of
both modules, and an input that is added at the end is subtracted. If nothing differs then, that is what is reported.
"""

from __future__ import annotations

import argparse
import inspect
import json
import runpy
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase

from . import lesson_files
from .checking.ask.observe import unregistered
from .checking.ask.usual import as_usual
from .checking.known import recorded, weights
from .checking.verdict.judging import judge
from .checking.verdict.verdict import Verdict, listed
from .notebook.check import asker

RECORD = Path(__file__).with_name("compared.json")
UNIT = 2.0 ** -7  # inputs and weights are whole multiples of it
PROJECTIONS = 8
SAME, NEAR = 1e-9, 1e-4  # relative to the output's norm: the same; the same with another eps, or in float32
NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)
LAYERS = (nn.Linear, nn.modules.conv._ConvNd)
STRIPPED = ((), ("biases",), ("norms",), ("biases", "norms"))

# Names of one argument in published code. Where several arguments of ours fit, the first one that is free is taken.
SYNONYMS: tuple[frozenset[str], ...] = tuple(frozenset(words.split()) for words in (
    "channels channel in_channels in_channel inplanes in_planes in_dim in_features dim d_model embed_dim num_channels "
    "gate_channels gate_channel planes inp c c1 n_channels",
    "out_channels out_channel oup out_planes out_dim c2 dim_out", "reduction reduction_ratio ratio r rate red",
    "kernel_size k_size ksize kernel k spatial_kernel_size spatial_kernel", "dilation dia_val dilation_val d",
    "num_heads heads n_heads nhead head h", "memory_size s m slots", "sr_ratio ratio reduction",
    "qkv_bias bias", "window_size window ws", "pooling pooling_r"))

# What may be done to an output, and what it then means that ours comes out
Undo = Callable[[Tensor, Tensor], Tensor]
SHORTCUTS: dict[str, Undo] = {
    "": lambda y, x: y,
    "yours adds its input at the end, which ours leaves to the network around it": lambda y, x: y - x,
    "ours adds its input at the end, and yours does not": lambda y, x: y + x,
    "yours returns the gate, and ours the gate times the input": lambda y, x: y * x,
}


@dataclass
class Comparison:
    """What came out. same: whether everything agrees. lines: the verdict, then what supports it."""

    same: bool
    lines: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        first, *rest = map(escape, self.lines)
        below = "".join(f"<p style='white-space:pre-wrap'>{line}</p>" for line in rest)
        return f"<p><strong>{first}</strong></p>{below}"


def names() -> list[str]:
    """Returns the modules that something can be compared with."""
    return list(_record())


@as_usual
def compare(thing: Callable, name: str) -> Comparison:
    """Compares a module class, or a function that builds a module, with the course's module of that name.

    thing: called with our arguments. An argument that is called otherwise there is recognised if its name is a common
        one; if not, give a function with our names.

    Raises ValueError for a name that is none of `names()`, and where our arguments do not fit; TypeError for a module
    that is built already.
    """
    record = _record()
    if name not in record:
        raise ValueError(f"{name!r} is none of the modules that can be compared with: {', '.join(record)}")
    if isinstance(thing, nn.Module):
        raise TypeError("compare builds modules of several sizes: give it the class, or a function that builds one")
    known = record[name]
    named = _arguments(thing, known)
    build = partial(_build, thing, named, known["defaults"])
    small = _small(name, build, known, named)
    cases = known["cases"]["plain"]
    results = [_try(build, known, case) for case in cases]
    convention = _convention(build, known) if "other" in results else ""
    hidden: list[str] = []
    apart: list[str] = []
    with suppress(Exception):  # an error of theirs is among what was found
        module = build(**values(known["construct"]))
        hidden = unregistered(module)
        for kind in ("biases", "norms"):
            owned = _owners(kind, module, known["specs"]["plain"])
            apart += [_owner_sentence(kind, *owned)] if len(owned[0]) != len(owned[1]) else []
    errors: dict[str, list[str]] = {}  # by error, where it came
    for case, result in zip(cases, results):
        if result.startswith("!"):
            errors.setdefault(result[1:], []).append(case["label"])
    ran = {result for result in results if not result.startswith("!")}
    right = ran == {"same"} and (not small or small.points == small.max_points)
    lines = [f"Fails on {listed(where)}: {error}" for error, where in errors.items()]
    if right:
        large = f"the other {sum(result == 'same' for result in results)}" if errors else f"{len(results)} inputs"
        own = " and on the small ones of its lesson, with its gradients" if small else ", without its gradients"
        lines.append(f"The same: your module computes what `{name}` does, on {large}{own}.")
    elif convention:
        lines.append(f"Another convention: {convention}. The rest is right.")
    elif ran or small:
        begin = ("The outputs are the same, but something else is not" if ran == {"same"} else
                 "Another convention: the outputs agree with ours to four digits or more, but not to nine, as with "
                 "another eps, or with float32 on the way" if ran and "other" not in ran else "Computes something else")
        lines += [f"{begin}: {small.headline}", *small.evidence, *small.where] if small else [f"{begin}."]
        if apart and begin == "Computes something else":
            lines.append(f"The conventions differ, too, and are not the only difference: {'; '.join(apart)}.")
    lines += [f"`{ours}` has no counterpart among your arguments; here it is {value!r}."
              for ours, value in known["construct"].items() if ours not in named]
    defaults = {ours: inspect.signature(thing).parameters[name].default for ours, name in named.items()}
    lines += [f"The default of `{named[ours]}` is {value!r} in yours, and {known['defaults'][ours]!r} in ours."
              for ours, value in defaults.items()
              if ours in known["defaults"] and value is not inspect.Parameter.empty
              and value not in (known["defaults"][ours], values(known["defaults"])[ours])]
    if hidden:
        lines.append(f"torch does not see the layers in {_layers(set(hidden))}, because they lie in a plain list or "
                     "dict: no optimizer trains them.")
    return Comparison(right and not errors, lines)


def _record() -> dict[str, Any]:
    return json.loads(RECORD.read_text(encoding="utf-8"))


def _arguments(thing: Callable, known: dict[str, Any]) -> dict[str, str]:
    """Returns {our argument: theirs} for those of ours that they have. Raises ValueError if they need another one."""
    theirs = inspect.signature(thing).parameters
    free = [p for p in theirs.values() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    matches = {ours: ours for ours in known["signature"] if ours in theirs}
    for ours in known["signature"]:
        words = [word for each in SYNONYMS if ours in each for word in each]
        left = [p.name for p in free if p.name not in matches.values()]
        if ours not in matches and (same := [p for p in left if p in words] or [p for p in left if p.lower() in words]):
            matches[ours] = same[0]
    unknown = [f"`{p.name}`" for p in free if p.default is p.empty and p.name not in matches.values()]
    if unknown:
        raise ValueError(f"It is not clear what {listed(unknown)} should be. Give a function of our arguments that "
                         f"builds your module: lambda {', '.join(known['construct'])}: ...")
    return matches


def _build(thing: Callable, named: dict[str, str], defaults: dict[str, Any], **given: Any) -> nn.Module:
    """Builds their module from our arguments, all of them by name."""
    return thing(**{named[ours]: value for ours, value in (defaults | given).items() if ours in named})


def _small(name: str, build: Callable, known: dict[str, Any], named: dict[str, str]) -> Verdict | None:
    """Returns the verdict of the lesson's recorded checks about numbers: outputs and gradients of ordinary calls. A
    call is left out if one of its arguments has no counterpart, and is another than here. None if no call is left."""
    here = known["defaults"] | known["construct"]

    def by_name(*args: Any, **kwargs: Any) -> nn.Module:
        return build(**dict(zip(known["signature"], args)), **kwargs)

    def is_ordinary(case: recorded.RecordedCase) -> bool:
        question = case.question
        if case.check not in ("output", "large") or question.method != "forward" or not question.construct:
            return False
        arguments = dict(zip(known["signature"], question.construct.args)) | question.construct.kwargs
        return all(ours in named or arguments.get(ours, value) == value for ours, value in here.items())

    exercise = recorded.load(lesson_files.home(Path("/"), name) / recorded.FOLDER, name)
    cases = list(filter(is_ordinary, exercise.cases))
    return judge(replace(exercise, cases=cases), asker(by_name, {})) if cases else None


def _try(build: Callable, known: dict[str, Any], case: dict[str, Any], stripped: tuple[str, ...] = (),
         undo: Undo = SHORTCUTS[""]) -> str:
    """Returns "same", "near", "other", or "!" and an error."""
    results = {"other"}
    for choice in range(weights.LIMIT):
        try:
            module = strip(build(**values(known["construct"])).double(), stripped).eval()
            if not choice:  # whether it runs at all, with the weights that it has
                inputs = draw_inputs(case)
                module(*inputs)
            count = place(module, _of(known["specs"], stripped), choice)
            with torch.no_grad():
                output = module(*inputs)
                parts = tensors(output)
                results.add(_agrees([undo(parts[0], inputs[0]), *parts[1:]], case["output"]))
        except weights.Unplaced:
            break
        except Exception as error:  # their code may raise anything
            return f"!{type(error).__name__}: {error}"
        if "same" in results or choice + 1 >= count:
            break
    return next(result for result in ("same", "near", "other") if result in results)


def _of(recorded: dict[str, Any], stripped: tuple[str, ...]) -> Any:
    """Returns what is recorded of our module without these, which is the whole module where it has none of them."""
    ways = [way for way in STRIPPED if key(way) in recorded and set(way) <= set(stripped)]
    return recorded[key(ways[-1])]


def _convention(build: Callable, known: dict[str, Any]) -> str:
    """Says in which conventions the module differs, if nothing else does. The fewest that explain it are taken."""
    ways = sorted(((stripped, words) for stripped in STRIPPED for words in SHORTCUTS),
                  key=lambda way: len(way[0]) + bool(way[1]))
    for stripped, words in ways[1:]:
        results = {_try(build, known, case, stripped, SHORTCUTS[words]) for case in _of(known["cases"], stripped)}
        if results == {"same"}:
            module, ours = build(**values(known["construct"])), known["specs"]["plain"]
            owned = (_owner_sentence(kind, *_owners(kind, module, ours)) for kind in stripped)
            return "; ".join([*owned, *filter(None, [words])])
    return ""


def _owners(kind: str, module: nn.Module, ours: list) -> tuple[set[str], set[str]]:
    """Returns the layers that have a bias, or are norms: theirs, and ours."""
    kinds = LAYERS if kind == "biases" else NORMS
    theirs = {name for name, layer in module.named_modules() if isinstance(layer, kinds)
              and (kind == "norms" or layer.bias is not None)}
    norms = {name.rpartition(".")[0] for name, shape in ours if name.endswith(".weight") and len(shape) == 1}
    biases = {name.rpartition(".")[0] for name, _ in ours if name.endswith(".bias")}
    return theirs, norms if kind == "norms" else biases - norms


def _owner_sentence(kind: str, theirs: set[str], own: set[str]) -> str:
    if kind == "norms" and len(theirs) == len(own):
        return f"{_layers(theirs)} of yours is a norm of another kind, with another eps, or in another place"
    return f"{'a bias' if kind == 'biases' else 'a norm'} in {_layers(theirs)} of yours, and in {_layers(own)} of ours"


def _layers(names: set[str]) -> str:
    return listed([f"`{name}`" for name in sorted(names)]) if names else "none"


def strip(module: nn.Module, what: tuple[str, ...]) -> nn.Module:
    """Takes the biases of linear layers and convolutions, or the norms, out of a module."""
    for layer in list(module.modules()):
        if "biases" in what and isinstance(layer, LAYERS):
            layer.bias = None
        for name, child in list(layer.named_children()):
            if "norms" in what and isinstance(child, NORMS):
                setattr(layer, name, nn.Identity())
    return module


def key(stripped: tuple[str, ...]) -> str:
    """Returns the name under which a module without these is recorded."""
    return " ".join(stripped) or "plain"


def as_text(arg: Any) -> str:
    """Returns an argument as a reader knows it."""
    return f"({', '.join(map(str, arg))})" if isinstance(arg, list) else str(arg)


def values(construct: dict[str, Any]) -> dict[str, Any]:
    """Returns arguments as our modules take them: JSON has lists for tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in construct.items()}


def draw(shape: list[int], seed: int) -> Tensor:
    """Returns a tensor of numbers between -1 and 1."""
    return torch.randint(-128, 129, shape, generator=torch.Generator().manual_seed(seed)).double() * UNIT


def draw_inputs(case: dict[str, Any]) -> list[Any]:
    """Returns the arguments of a call. A list of more than two numbers is the shape of a tensor."""
    return [draw(arg, 1000 + i) if isinstance(arg, list) and len(arg) > 2 else tuple(arg) if isinstance(arg, list)
            else arg for i, arg in enumerate(case["args"])]


def place(module: nn.Module, spec: list, choice: int = 0) -> int:
    """Draws a tensor for each of these names and shapes, gives it to the module, and returns in how many ways the
    tensors could be placed."""
    state = {name: draw(shape, i) for i, (name, shape) in enumerate(spec)}
    state |= {name: tensor.abs() + 0.5 for name, tensor in state.items() if name.endswith("running_var")}
    return weights.place(module, state, choice).count


def tensors(output: Any) -> list[Tensor]:
    """Returns the tensors of an output."""
    parts = output if isinstance(output, (list, tuple)) else [output]
    return [part for part in parts if isinstance(part, Tensor)]


def digest(output: Tensor) -> dict[str, Any]:
    """Returns what is recorded of an output."""
    flat = output.detach().double().flatten()
    signs = torch.randint(0, 2, (PROJECTIONS, len(flat)), generator=torch.Generator().manual_seed(len(flat))) * 2 - 1
    return {"shape": list(output.shape), "norm": flat.norm().item(), "projections": (signs.double() @ flat).tolist()}


def _agrees(outputs: list[Tensor], expected: list[dict[str, Any]]) -> str:
    if [list(t.shape) for t in outputs] != [e["shape"] for e in expected]:
        return "other"
    far = max(abs(a - b) / e["norm"] for t, e in zip(outputs, expected)
              for a, b in zip(digest(t)["projections"], e["projections"]))
    return "same" if far <= SAME else "near" if far <= NEAR else "other"


def main(words: list[str] | None = None) -> int:
    """Returns 0 if the modules are the same, 1 if not, 2 if they could not be compared."""
    parser = argparse.ArgumentParser(prog="python -m attention_lab.compare", description="Compares an attention module "
                                     "with the course's.")
    parser.add_argument("what", metavar="FILE:NAME", help="a class, or a function that builds a module")
    parser.add_argument("--as", dest="name", required=True, metavar="MODULE", help=", ".join(names()))
    options = parser.parse_args(words)
    file, _, name = options.what.rpartition(":")
    try:
        sys.path.insert(0, str(Path(file).resolve().parent))
        comparison = compare(runpy.run_path(file)[name], options.name)
    except KeyError:
        print(f"{file} defines no {name}", file=sys.stderr)
        return 2
    except (OSError, TypeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    print(comparison)
    return not comparison.same


if __name__ == "__main__":
    sys.exit(main())
