"""Finds out what was done with a right result in place of what belongs there: another activation, or one more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from ..facts import facts
from ..facts.compare import close, largest
from ..facts.facts import Fact
from ..form.protocol import Answer
from ..known.recorded import RecordedCase
from .differences import inputs_of

DIGITS = 1e-8
Function = Callable[[Tensor], Tensor]
FUNCTIONS: dict[str, Function] = {
    "nothing": torch.clone, "the sigmoid": torch.sigmoid, "the ReLU": torch.relu, "the tanh": torch.tanh,
    "the exponential": torch.exp, "the ReLU6": F.relu6,
    "the hardsigmoid": F.hardsigmoid, "the GELU": F.gelu, "the SiLU": F.silu, "the softplus": F.softplus,
    "the absolute value": torch.abs, "the square": torch.square, "1 minus the sigmoid": lambda t: 1 - t.sigmoid(),
    "1 plus the tanh": lambda t: 1 + t.tanh(), "1 plus the sigmoid": lambda t: 1 + t.sigmoid()}


def instead(case: RecordedCase, observation: Answer, begins: Fact) -> Fact:
    """Returns the fact with what is taken of the last right sub-module's output, and with what should be taken, if both
    are certain. The result may be that function itself, or an input of the call times it, or plus it."""
    match begins:
        case facts.Begins(after=str(after), name=name, side="received", number=1, of=1):
            result = f"received.{name}.0"
        case facts.AllAgree(names=(*_, after)):
            result = "output"
        case _:
            return begins
    got, expected, gave = observation[1].get(result), case.expected_tensors.get(result), observation[1].get(
        f"gave.{after}")
    if got is None or expected is None or gave is None or got.shape != expected.shape or not gave.numel():
        return begins
    if {got.dtype, gave.dtype} != {torch.float64}:
        return begins
    gave = gave.reshape(*gave.shape, *[1] * (got.ndim - gave.ndim))
    for used in _uses(case, got):
        done, wanted = _of(gave, got, used, twice=True), _of(gave, expected, used)
        if done and wanted and done != wanted:
            found = facts.Instead(after, done, wanted)
            return replace(begins, **({"facts": (found,)} if isinstance(begins, facts.Begins) else {"instead": found}))
    return begins


def _uses(case: RecordedCase, got: Tensor) -> Iterator[Function]:
    """Yields what may be done with a function's result: nothing, or it is multiplied by an input or added to one."""
    yield torch.clone
    for x in inputs_of(case).values():
        if x.shape == got.shape:
            yield partial(torch.mul, x)
            yield partial(torch.add, x)


def _of(given: Tensor, made: Tensor, used: Function, twice: bool = False) -> str | None:
    """Returns the name of the function that makes one tensor of another. twice: also tries a function twice in a row.
    """
    if not given.min() < 0 < given.max():  # a ReLU, for example, would do nothing
        return None

    def makes(*functions: Function) -> bool:
        tensor = given
        for function in functions:
            tensor = function(tensor)
        return close(used(tensor).expand_as(made), made, DIGITS * max(largest(made), 1.0))

    try:
        torch.broadcast_to(used(given), made.shape)
    except RuntimeError:
        return None
    softmax = {f"the softmax over axis {axis}": partial(torch.softmax, dim=axis) for axis in range(given.ndim)
               if given.shape[axis] > 1}
    for name, function in (FUNCTIONS | softmax).items():
        if makes(function):
            return name
        if twice and makes(function, function):
            return f"{name} twice"
    return None
