"""Makes questions whose arguments should be refused look like any other question of their exercise.

Such questions need no weights and no cotangents. Without a disguise, code that searches the worker's memory could
recognise them because these are missing, and raise a ValueError without looking at the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from attention_lab.checking import values
from attention_lab.checking.observe import observe
from attention_lab.checking.recorded import RecordedCase


@dataclass(frozen=True)
class Implementation:
    """A function or module class, with its global names."""

    thing: Any
    namespace: dict[str, Any]


def disguise(case: RecordedCase, ordinary: RecordedCase, tried: Sequence[Implementation],
             state: Callable[[Implementation], dict[str, Tensor]],
             cotangent: Callable[[tuple[int, ...]], Tensor]) -> None:
    """Gives `case` the tensors that a question with an answer has.

    Their shapes are those that the implementation that gets furthest would need. That is usually a mistake of the
    catalogue that does not refuse the arguments. If there is no such implementation, the shapes are those of an
    `ordinary` case.

    tried: the reference and the exercise's mistakes.
    state: draws weights for the module that an implementation makes from the case's arguments; none for a function.
    """
    tensors = {name: t for name, t in ordinary.tensors.items() if name.startswith(("state.", "cotangent"))}
    names, furthest = {name for name in tensors if name.startswith("state.")}, (False, False)
    for each in tried:
        header, seen = observe(each.thing, case.question, case.tensors, each.namespace)
        if header.raised and header.raised.stage == "construct":
            continue
        weights = {f"state.{name}": t for name, t in state(each).items()}
        reached = weights.keys() == names, not header.raised
        if reached > furthest:
            furthest = reached
            shapes = {path: seen[leaf["tensor"]].shape for path, leaf in values.leaves(header.output)
                      if isinstance(leaf, dict) and "tensor" in leaf and seen[leaf["tensor"]].is_floating_point()}
            drawn = {f"cotangent.{path}".rstrip("."): cotangent(tuple(shape)) for path, shape in shapes.items()}
            tensors = weights | (drawn or {name: t for name, t in tensors.items() if name.startswith("cotangent")})
    if case.question.construct:
        case.question.construct.load_weights = True
    case.question.gradients = ordinary.question.gradients
    case.tensors.update(tensors)
