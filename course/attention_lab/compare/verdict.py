"""What is said of a comparison: the first line is made from what differs in the calls that differ."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .. import lesson_files
from ..checking.ask.observe import unregistered
from ..checking.known import recorded, weights
from ..checking.verdict.judging import judge
from ..checking.verdict.verdict import Verdict, listed
from ..notebook.check import asker
from . import record
from .search import Subject, Way
from .words import outside

Said = tuple[str, list[str], dict[str, str], float]


def verdict(subject: Subject, ways: list[Way], name: str) -> Said:
    """Returns the answer, its lines, {published name: theirs}, and how near it is."""
    known, best = subject.known, ways[0] if ways else None
    failed: dict[str, list[str]] = {}
    for call, error in subject.errors.items():
        failed.setdefault(error, []).append(call)
    lines = [f"Fails on {listed(calls)}: {error}." for error, calls in failed.items()]
    whole = best is not None and not best.differs and not best.fault
    keys = {weights.whole(theirs): mine for mine, theirs in best.names.items()} if best else {}
    dead = _without_gradient(subject, best) if best and whole else []
    conventions = _conventions(subject, best) if best else []
    if best and whole and best.only == "statistics" and (said := _momentum(subject)):
        conventions, best = [*conventions, said], replace(best, only="")
    answer = "different"
    if not best and failed and not subject.ways_in:
        answer = "fails"
    elif best and whole and not best.only and not dead:
        where = f"on {best.right} inputs, with its gradients and in training mode"
        answer = "convention" if conventions else "same"
        lines.append(f"Another convention: {'; '.join(conventions)}. The rest is right, {where}." if conventions else
                     f"The same: it computes what `{name}` of {known['whose']} does, {where}.")
        answer = "fails" if failed else answer
    elif best and whole:
        lines.append(_beside_the_outputs(subject, best, dead))
    elif best and best.fault and not best.differs and not best.only:
        lines.append(f"Computes something else: {best.form['says']}")
    elif best and best.right >= len(best.differs) and not best.fault:
        lines.append(f"Computes something else on {_with_arguments(subject, best.differs)}, and the same on the other "
                     f"{best.right} input{'s' * (best.right > 1)}. {_shapes(subject, best)}".rstrip())
    else:
        lines += _unknown(subject, small_checks(subject, name))
    if answer == "different" and best and conventions and best.right >= len(best.differs):
        lines.append(f"The conventions differ, too: {'; '.join(conventions)}.")
    return answer, [*lines, *_notes(subject, best)], keys, 1.0 if best else _overlap(subject)


def _with_arguments(subject: Subject, labels: tuple[str, ...]) -> str:
    """Names calls with the arguments of the module that they were put to."""
    said: dict[str, str] = {}
    for size in map(subject.known["sizes"].__getitem__, subject.sizes):
        given = ", ".join(f"{key}={value}" for key, value in record.values(size["construct"]).items())
        said |= {record.label(call): f"{record.label(call)} with {given}" if given else record.label(call)
                 for call in size["calls"]}
    return listed([said[label] for label in labels])


def _conventions(subject: Subject, way: Way) -> list[str]:
    found = [way.form["says"] if not way.fault else way.form.get("also", ""), way.layout[0], way.shortcut]
    module = subject.made(subject.sizes[0])
    plain = subject.known["specs"][subject.known["forms"][0]["built"]["plain"][subject.sizes[0]]["spec"]]
    found += [owners(kind, module, plain) for kind in way.stripped]
    if way.near:
        found.append("the outputs agree to four digits or more, but not to nine, as with another eps, or with float32 "
                     "on the way")
    return list(filter(None, found))


def owners(kind: str, module: nn.Module, ours: list) -> str:
    """Says which layers have a bias, or are norms: theirs, and ours."""
    layers = dict(module.named_modules())
    theirs = {name for name, layer in layers.items() if record.is_norm(layer)}
    norms = {name.rpartition(".")[0] for name, shape in ours if name.endswith(".weight") and len(shape) == 1}
    biases = {name.rpartition(".")[0] for name, _ in ours if name.endswith(".bias")} - norms
    if kind == "biases":
        theirs = {name for name, layer in layers.items() if isinstance(layer, record.LAYERS) and layer.bias is not None}
        return f"a bias in {_layers(theirs)} of yours, and in {_layers(biases)} of ours"
    if len(theirs) == len(norms):
        return f"{_layers(theirs)} of yours is a norm of another kind, with another eps, or in another place"
    return f"a norm in {_layers(theirs)} of yours, and in {_layers(norms)} of ours"


def _layers(names: set[str]) -> str:
    return listed([f"`{name}`" for name in sorted(names)]) if names else "none"


def _momentum(subject: Subject) -> str:
    norms = [layer for layer in subject.made(subject.sizes[0]).modules() if hasattr(layer, "momentum")]
    theirs, ours = {layer.momentum for layer in norms}, {momentum for momentum, _ in subject.known["norms"]}
    return "" if theirs == ours else (f"running statistics move with a momentum of {listed(sorted(map(str, theirs)))} "
                                      f"in yours, and of {listed(sorted(map(str, ours)))} in ours")


def _called(subject: Subject, way: Way) -> tuple[nn.Module, list[Any]]:
    size = subject.sizes[0]
    return subject.made(size, way.stripped), record.draw_inputs(subject.known["sizes"][size]["calls"][0])


def _without_gradient(subject: Subject, way: Way) -> list[str]:
    """Returns the parameters that a call uses and no gradient reaches."""
    module, inputs = _called(subject, way)
    parameters = dict(module.named_parameters())
    if not parameters or subject.errors:
        return []
    output = way.adapter.call(module, *inputs)
    if not output.requires_grad:
        return list(parameters)
    found = torch.autograd.grad(output.sum(), list(parameters.values()), allow_unused=True)
    return [name for name, pulled in zip(parameters, found) if pulled is None]


def _beside_the_outputs(subject: Subject, way: Way, dead: list[str]) -> str:
    """Says what is wrong where the outputs are right."""
    if dead:
        return f"The outputs are the same, but no gradient reaches {_layers(set(dead))}: it can't be trained."
    if way.only == "gradients":
        return "The outputs are the same, but the gradient of the input is another one."
    module, inputs = _called(subject, way)
    twice: list[Tensor] = [way.adapter.call(module.train(), *inputs).detach() for _ in range(2)]
    if not torch.equal(*twice):
        kinds = {name for name, layer in module.named_modules() if "drop" in type(layer).__name__.lower()}
        return ("The same in eval mode. In training mode it is random by default" +
                (f", by {_layers(kinds)}." if kinds else "."))
    return ("The same in eval mode, and something else in training mode." if way.only == "training" else
            "The outputs are the same, but training changes other numbers in it.")


def _canonical(spec: list) -> list[tuple]:
    return [weights.canonical(shape) for name, shape in spec
            if name.rpartition(".")[2] not in weights.STATISTICS]


def _stripped_specs(subject: Subject, size: int, form: dict[str, Any] | None = None) -> tuple[list, list]:
    """Returns the names and shapes of their module and of ours, without biases and norms."""
    form = form or subject.known["forms"][0]
    try:
        theirs = weights.spec_of(subject.made(size, record.STRIPPED[-1]))
    except Exception:  # it cannot be built in this size
        return [], []
    return theirs, subject.known["specs"][record.recorded_way(form["built"], record.STRIPPED[-1])[size]["spec"]]


def _overlap(subject: Subject) -> float:
    theirs, ours = (Counter(_canonical(spec)) for spec in _stripped_specs(subject, subject.sizes[0]))
    return sum((theirs & ours).values()) / max(1, sum((theirs | ours).values())) if subject.ways_in else 0.0


def _shapes(subject: Subject, way: Way | None) -> str:
    """Says in which size the weights have other shapes."""
    for size in subject.sizes:
        theirs, ours = _stripped_specs(subject, size, way.form if way else None)
        with suppress(weights.Unplaced):
            weights.candidates([(name, tuple(shape)) for name, shape in ours], theirs)
            continue  # they fit, if not one by one
        extra, missing = list(theirs), list(ours)
        for name, shape in theirs:
            twin = next((each for each in missing if weights.canonical(each[1]) == weights.canonical(shape)), None)
            if twin:
                missing.remove(twin)
                extra.remove((name, shape))
        if extra or missing:
            lists = [listed([f"`{name}` {tuple(shape)}" for name, shape in spec[:4]]) if spec else "nothing"
                     for spec in (extra, missing)]
            return f"The weights differ in shape: {lists[0]} in yours, and {lists[1]} in ours."
    return ""


def _unknown(subject: Subject, small: Verdict | None) -> list[str]:
    """Says what is seen of a difference that has no name."""
    if shapes := _shapes(subject, None):
        return [f"Computes something else. {shapes}"]
    if small and small.points < small.max_points and not small.headline.startswith("The parameters are not"):
        told = [small.headline, *small.evidence]
        return [outside(f"Computes something else: {told[0]}"),
                *(outside(line) for line in told[1:] if not re.fullmatch(r"With [^:]*\.", line))]
    size = subject.sizes[0]
    number, label, inputs = next(subject.calls(size), (0, "", []))
    if not inputs:
        return ["Computes something else."]
    shape, expected, *_ = subject.known["forms"][0]["built"]["plain"][size]["calls"][number]
    way = subject.known["forms"][0]["built"]
    module = subject.made(size, record.STRIPPED[-1])
    built = record.recorded_way(way, record.STRIPPED[-1])[size]
    try:
        record.place(module, record.draw_weights(subject.known["specs"][built["spec"]]))
        with torch.no_grad():
            output = subject.ways_in[0].call(module, *inputs)
    except Exception:  # what holds their weights is not understood
        return ["Computes something else: it is not clear which of your weights are which of ours."]
    shape, expected, *_ = built["calls"][number]
    if list(output.shape) != shape:
        return [f"Computes something else: the output of {label} has the shape {tuple(output.shape)}, and ours "
                f"{tuple(shape)}."]
    found = record.digest(output)
    ratios = [a / b for a, b in zip(found[1:], expected[1:])]
    if max(ratios) - min(ratios) < 1e-6 * abs(ratios[0]):
        return [f"Computes something else: the output is {ratios[0]:.6g} times ours."]
    gap = (sum((a - b) ** 2 for a, b in zip(found[1:], expected[1:])) / record.PROJECTIONS) ** 0.5 / expected[0]
    return [f"Computes something else: the weights fit, and the outputs on {label} differ by about {gap:.0%}. What the "
            "reason is is not among what is known."]


def small_checks(subject: Subject, name: str) -> Verdict | None:
    """Returns the verdict of the recorded checks about numbers: outputs and gradients of ordinary calls. Biases and
    norms of which ours has none are taken out. A call is left out if one of its arguments has no counterpart."""
    known, build = subject.known, subject.build
    here = known["defaults"] | known["sizes"][0]["construct"]
    plain = known["specs"][known["forms"][0]["built"]["plain"][0]["spec"]]
    none = tuple(kind for kind in record.STRIPPED[-1]
                 if owners(kind, nn.Identity(), plain).endswith("none of ours"))

    def by_name(*args: Any, **kwargs: Any) -> nn.Module:
        return record.strip(build(dict(zip(known["signature"], args)) | kwargs, known["width"]), none)

    def is_ordinary(case: recorded.RecordedCase) -> bool:
        question = case.question
        if case.check not in ("output", "large") or question.method != "forward" or not question.construct:
            return False
        arguments = dict(zip(known["signature"], question.construct.args)) | question.construct.kwargs
        return all(ours in build.named or arguments.get(ours, value) == value for ours, value in here.items())

    if not subject.ways_in or subject.ways_in[0].says:
        return None  # the small checks call it plainly
    exercise = recorded.load(lesson_files.home(Path("/"), name) / recorded.FOLDER, name)
    cases = list(filter(is_ordinary, exercise.cases))
    return judge(replace(exercise, cases=cases), asker(by_name, {})) if cases else None


def _notes(subject: Subject, best: Way | None) -> list[str]:
    """Says what is no difference in numbers, and worth knowing."""
    known, build = subject.known, subject.build
    module = None if subject.errors and not subject.ways_in else subject.made(subject.sizes[0])
    adapter = best.adapter if best else subject.ways_in[0] if subject.ways_in else None
    found = [f"As it is called: {adapter.says}."] if adapter and adapter.says else []
    parts: dict[str, list[str]] = {}
    for mine, theirs in (best.names if best else {}).items():
        if weights.whole(theirs) != theirs and theirs.endswith("weight"):
            parts.setdefault(weights.whole(theirs), []).append(mine)
    found += [f"Its `{whole}` is in {len(mine)} parts in yours: {_layers(set(mine))}." for whole, mine in parts.items()]
    given = known["sizes"][subject.sizes[0]]["construct"]
    found += [f"`{ours}` has no counterpart among your arguments; here it is {value!r}."
              for ours, value in given.items() if ours not in build.named and value is not None]
    parameters = inspect.signature(build.thing).parameters
    for ours, theirs in build.named.items():
        default = parameters[theirs].default
        if ours in known["defaults"] and default is not inspect.Parameter.empty and default not in (
                known["defaults"][ours], record.values(known["defaults"])[ours]):
            found.append(f"The default of `{theirs}` is {default!r} in yours, and {known['defaults'][ours]!r} in ours.")
    if unused := subject.unused.get(subject.sizes[0]):
        found.append(f"{_layers(unused)} of yours is never used.")
    if subject.frozen:
        found.append(f"{_layers(subject.frozen)} of yours is frozen: requires_grad is False, so no optimizer trains "
                     "it.")
    if module is not None and (hidden := unregistered(module)):
        found.append(f"torch does not see the layers in {_layers(set(hidden))}, because they lie in a plain list or "
                     "dict: no optimizer trains them.")
    return found
