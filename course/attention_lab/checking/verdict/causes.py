"""Looks a second time at the failing case that leads a report, and searches for its cause. Such a cause may be a layer
under two names, a layer that is never called, or a result that does not depend on a tensor. A cause is named only after
it was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ..facts import facts
from ..facts.compare import close, largest, tolerance
from ..facts.facts import Fact
from ..form.protocol import Answer, Observation
from ..known.recorded import RecordedCase
from .differences import Difference, inputs_of

POSITIONS = 3  # with at least so many axes, there are positions besides images and channels
FEW = 6  # up to so many tensors are tried one by one; more of them only together


def misused_layers(case: RecordedCase, observation: Answer) -> Fact | None:
    """Finds a sub-module that has a second name, or one that was built and never called.

    The observation has a trace and gradients. A layer that is used without a call (`F.linear(x, self.fc.weight)`) has a
    gradient.
    """
    header, tensors = observation
    if header.raised or header.unplaced:
        return None
    mine, wanted = {name for name, _ in header.parameters}, {name for name, _ in case.expected.parameters}
    layers = [entry.name for entry in case.expected.trace]
    called, once = {entry.name: entry for entry in header.trace}, {entry.name for entry in case.expected.trace
                                                                  if not entry.again}
    second = [name for name in layers if name not in called and mine < wanted and not _below(name, mine)
              and _below(name, wanted)]
    twice = [name for name in called if called[name].again and name in once]
    if len(second) == len(twice) == 1:
        return facts.SameLayer((twice[0], second[0]))
    silent = [name for name in layers if _below(name, mine) and name not in called and not _below(name, set(called))
              and not _below(f"grad.param.{name}", set(tensors))
              and _below(f"grad.param.{name}", set(case.expected_tensors))]
    outermost = tuple(name for name in silent if not any(name in _below(other, set(silent)) for other in silent))
    return facts.NeverCalled(outermost) if outermost else None


def shared(case: RecordedCase, header: Observation) -> Fact | None:
    """Finds two names of the exercise that belong to the same layer or parameter. Two names of one layer can be right:
    `self.fc1` may also be part of a Sequential. So if they are not the page's names, they are reported only if weights
    have no place."""
    wanted, mine = {name for name, _ in case.expected.parameters}, {name for name, _ in header.parameters}
    for one, other in header.shared:
        known = all(name in wanted or _below(name, wanted) for name in (one, other))
        left = header.unplaced and header.unplaced.missing and one.rpartition(".")[0] == other.rpartition(".")[0]
        if known or left:
            return facts.SameLayer((one, other), "parameter" if one in mine else "layer")
    return None


def not_gathered(case: RecordedCase, observation: Answer) -> Fact | None:
    """Returns a fact if an attention module returns only a sub-module's output, or a multiple of it. (The expected
    output is not such a multiple, because it mixes positions.)"""
    header, tensors = observation
    got, expected = tensors.get("output"), case.expected_tensors.get("output")
    if header.raised or got is None or expected is None or got.shape != expected.shape or not got.is_floating_point():
        return None
    if got.ndim < POSITIONS:
        return None
    within = tolerance(case.largest["output"], 0.0, case.question.dtype)
    for name in [entry.name for entry in case.expected.trace]:
        gave = tensors.get(f"gave.{name}")
        if gave is None or gave.shape != got.shape or not gave.is_floating_point() or not largest(gave):
            continue
        if not _each_by_itself(case, observation, name):
            continue
        for shortcut, x in [(None, torch.zeros_like(got)), *inputs_of(case).items()]:
            if x.shape == got.shape and _multiple(got - x, gave, within) and not _multiple(expected - x, gave, within):
                return facts.NotGathered(name, shortcut)
    return None


def _each_by_itself(case: RecordedCase, observation: Answer, name: str) -> bool:
    """Says whether a sub-module reads an input of the call, and each position by itself: its weights have no kernel
    larger than 1."""
    header, tensors = observation
    received = tensors.get(f"received.{name}.0")
    weights = [t for n, t in case.tensors.items() if n.startswith(f"state.{name}.")]
    if received is None or any(size > 1 for t in weights for size in t.shape[2:]):
        return False
    read = received.flatten().sort().values
    return any(close(read, x.to(read).flatten().sort().values, 1e-6) for x in inputs_of(case).values())


def _multiple(t: Tensor, of: Tensor, within: float) -> bool:
    factor = (t * of).sum() / (of * of).sum()
    return bool(factor.abs() > 1e-6) and close(t, factor * of, 10 * within)


def _below(name: str, names: set[str]) -> set[str]:
    return {other for other in names if other.startswith(f"{name}.")}


def with_use(difference: Difference, case: RecordedCase, observation: Answer,
             ask: Callable[[dict[str, Tensor]], Answer]) -> Difference:
    """Returns the difference. If it is about missing gradients, adds whether the output depends on the tensors without
    a gradient, as far as that is certain. To find that out, the question is asked again with other numbers in these
    tensors.

    ask: puts the case's question again, with some of its tensors replaced.
    """
    fact = difference.facts[0]
    if not isinstance(fact, facts.NoGradient) or not fact.tensors or case.question.device != "cpu":
        return difference
    names = [name.removeprefix("grad.").replace("param.", "state.", 1)
             if name.startswith("grad.param.") else name.removeprefix("grad.")
             for name in fact.tensors]
    groups = [[name] for name in names] if len(names) <= FEW else [names]
    used = {_output_changes(observation, ask({name: _other(case.tensors[name]) for name in group})) for group in groups}
    certain = used == {False} or used == {True} and len(names) <= FEW
    return difference.known(replace(fact, used=used.pop())) if certain else difference


def _output_changes(before: Answer, after: Answer) -> bool:
    outputs = [{name: t for name, t in tensors.items() if name.startswith("output")} for _, tensors in (before, after)]
    return outputs[0].keys() != outputs[1].keys() or any(
        not torch.equal(t, outputs[1][name]) for name, t in outputs[0].items()
    )


def _other(tensor: Tensor) -> Tensor:
    """Returns other numbers of the same kind. They are not all moved alike, because a softmax would not notice that."""
    return tensor + torch.linspace(0.1, 1.0, tensor.numel(), dtype=tensor.dtype).reshape(tensor.shape)
