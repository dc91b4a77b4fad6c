"""Finds out why tensors get no gradient, or a part of it. A cause is named only after it was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from ..facts import facts
from ..form.protocol import Answer
from ..known.recorded import RecordedCase
from .differences import Difference

WRONG = facts.NumbersDiffer, facts.NumberDiffers, facts.Scaled, facts.Constant  # what a gradient is that lacks a part
CUTS = "detach()", "detach_()", ".data", "no_grad()"  # others make numbers, of which a right answer may make constants
FEW = 6  # up to so many tensors are tried one by one; more of them only together


def with_reason(difference: Difference, case: RecordedCase, observation: Answer,
                ask: Callable[[dict[str, Tensor]], Answer], trace: Callable[[], Answer]) -> Difference:
    """Returns the difference. If a gradient is missing or wrong, adds where the graph is cut, as far as that is
    certain. If it is missing, adds what these tensors are, and whether the output depends on them. To find that out,
    the question is asked again with other numbers in these tensors.

    ask: puts the case's question again, with some of its tensors replaced. trace: puts it with a trace.
    """
    fact = difference.facts[0]
    if isinstance(fact, WRONG) and difference.check == "gradients" and case.question.device == "cpu":
        cuts = tuple(cut for cut in trace()[0].cuts if cut[0] in CUTS and cut[1])
        return difference.with_fact(facts.PartlyCut(cuts)) if cuts else difference
    if not isinstance(fact, facts.NoGradient) or not fact.tensors or case.question.device != "cpu":
        return difference
    fixed = {observation[0].fixed.get(name.removeprefix("grad.param."), "") for name in fact.tensors}
    if len(fixed) == 1 and (kind := fixed.pop()):
        return difference.with_fact(replace(fact, fixed=kind))
    if fact.right:  # a right result depends on them
        return difference.with_fact(replace(fact, used=True, cuts=tuple(trace()[0].cuts)))
    names = [name.removeprefix("grad.").replace("param.", "state.", 1)
             if name.startswith("grad.param.") else name.removeprefix("grad.")
             for name in fact.tensors]
    groups = [[name] for name in names] if len(names) <= FEW else [names]
    used = {_output_changes(observation, ask({name: _other(case.tensors[name]) for name in group})) for group in groups}
    if used == {False}:
        return difference.with_fact(replace(fact, used=False))
    certain = used == {True} and len(names) <= FEW
    return difference.with_fact(replace(fact, used=True if certain else None, cuts=tuple(trace()[0].cuts)))


def _output_changes(before: Answer, after: Answer) -> bool:
    outputs = [{name: t for name, t in tensors.items() if name.startswith("output")} for _, tensors in (before, after)]
    return outputs[0].keys() != outputs[1].keys() or any(
        not torch.equal(t, outputs[1][name]) for name, t in outputs[0].items()
    )


def _other(tensor: Tensor) -> Tensor:
    """Returns other numbers of the same kind. They are not all moved alike, because a softmax would not notice that."""
    return tensor + torch.linspace(0.1, 1.0, tensor.numel(), dtype=tensor.dtype).reshape(tensor.shape)
