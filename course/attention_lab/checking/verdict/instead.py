"""Finds out what was made of right results in place of what belongs there: another activation, a sum for a product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
SAMPLED, NEAR = 48, 1e-6  # so many numbers are compared first
PARTS = 4  # of the sub-modules that are right, the last ones are tried
Function = Callable[..., Tensor]
NOTHING = "nothing"
FUNCTIONS: dict[str, Function] = {
    NOTHING: torch.clone, "the sigmoid": torch.sigmoid, "the ReLU": torch.relu, "the tanh": torch.tanh,
    "the exponential": torch.exp, "the ReLU6": F.relu6,
    "the hardsigmoid": F.hardsigmoid, "the hardswish": F.hardswish, "the GELU": F.gelu, "the SiLU": F.silu,
    "the softplus": F.softplus, "the absolute value": torch.abs, "the square": torch.square,
    "1 minus the sigmoid": lambda t: 1 - t.sigmoid(), "the sigmoid twice": lambda t: t.sigmoid().sigmoid(),
    "the tanh twice": lambda t: t.tanh().tanh(), "the sigmoid of the ReLU": lambda t: t.relu().sigmoid(),
    "1 plus the tanh": lambda t: 1 + t.tanh(), "1 plus the sigmoid": lambda t: 1 + t.sigmoid()}
JOINED: dict[str, Function] = {
    "{a} times {b}": torch.mul, "{a} plus {b}": torch.add, "{a} minus {b}": torch.sub,
    "{b} minus {a}": lambda a, b: b - a, "{a} divided by {b}": torch.div,
    "{a} plus {a} times {b}": lambda a, b: a + a * b}
AFTER: dict[str, Function] = {"{}": torch.clone, "the ReLU of ({})": torch.relu, "the sigmoid of ({})": torch.sigmoid,
                              "the tanh of ({})": torch.tanh}


@dataclass(frozen=True)
class Term:
    """A function of a right result, in the shape in which it joins others. name: of the result, for a sentence."""

    name: str
    function: str
    sample: Tensor
    whole: Tensor

    def __str__(self) -> str:
        return self.name if self.function == NOTHING else f"{self.function} of {self.name}"


@dataclass(frozen=True)
class Formula:
    """What something is made of: `form` with a term in its place."""

    form: str
    term: Term

    def __str__(self) -> str:
        return self.form.format(self.term)


def instead(case: RecordedCase, observation: Answer, begins: Fact) -> Fact:
    """Returns the fact with what is made of the last right results, and with what should be made of them, if both are
    certain."""
    match begins:
        case facts.Begins(name=name, side="received", number=1, of=1):
            result = f"received.{name}.0"
        case facts.AllAgree():
            result = "output"
        case _:
            return begins
    got, expected = observation[1].get(result), case.expected_tensors.get(result)
    if got is None or expected is None or got.shape != expected.shape or got.dtype != torch.float64 or not got.numel():
        return begins
    places = torch.linspace(0, got.numel() - 1, min(SAMPLED, got.numel())).long()
    parts = _parts(case, observation)
    terms = [term for name, part in parts.items() for term in _terms(name, part, got.shape, places)]
    wanted, done = _formula(terms, expected, places), _formula(terms, got, places)
    if not wanted or not done or str(done) == str(wanted):
        return begins
    fact = (facts.Instead(done.term.function, wanted.term.function, done.term.name)
            if (done.form, done.term.name) == (wanted.form, wanted.term.name)
            else facts.Instead(str(done), str(wanted)))
    return replace(begins, **({"facts": (fact,)} if isinstance(begins, facts.Begins) else {"instead": fact}))


def _parts(case: RecordedCase, observation: Answer) -> dict[str, Tensor]:
    """Returns the right results: the inputs, and the outputs of the last sub-modules that agree."""
    header, tensors = observation
    right = {}
    for entry in header.trace:
        name = f"gave.{entry.name}"
        mine, theirs = tensors.get(name), case.expected_tensors.get(name)
        if mine is not None and theirs is not None and mine.shape == theirs.shape and mine.dtype == torch.float64:
            if close(mine, theirs, DIGITS * max(largest(theirs), 1.0)):
                right[f"the output of `{entry.name}`"] = mine
    # a whole comes after its parts, and says more
    return {f"`{name}`": x for name, x in inputs_of(case).items()} | dict(list(right.items())[:-PARTS - 1:-1])


def _terms(name: str, part: Tensor, shape: torch.Size, places: Tensor) -> Iterator[Term]:
    """Yields the functions of a right result in a shape that can be joined with a result of `shape`."""
    functions = dict(FUNCTIONS) if part.min() < 0 < part.max() else {NOTHING: torch.clone}
    functions |= {f"the softmax over axis {axis}": partial(torch.softmax, dim=axis) for axis in range(part.ndim)
                  if part.shape[axis] > 1}
    for words, function in functions.items():
        whole = _spread(function(part), shape)
        if whole is None:
            return
        yield Term(name, words, whole.reshape(-1)[places], whole)


def _spread(part: Tensor, shape: torch.Size) -> Tensor | None:
    """Returns a right result repeated to a shape, if it fits. A number for each channel fits a map, wherever its axes
    of size 1 are."""
    try:
        return torch.broadcast_to(part.reshape(*part.shape, *[1] * (len(shape) - part.ndim)), shape)
    except RuntimeError:
        sizes = [size for size in part.shape if size > 1]
    into = [sizes.pop(0) if sizes[:1] == [size] else 1 for size in shape]
    return None if sizes else torch.broadcast_to(part.reshape(into), shape)


def _formula(terms: list[Term], made: Tensor, places: Tensor) -> Formula | None:
    """Returns the simplest formula that makes a tensor of the terms."""
    sample, size = made.reshape(-1)[places], max(largest(made), 1.0)
    if _near(sample, sample[0], size):
        return None  # such as zeros, of which much can be made

    def fits(whole: Tensor) -> bool:
        return close(whole, made, DIGITS * size)

    for term in terms:
        if _near(term.sample, sample, size) and fits(term.whole):
            return Formula("{}", term)
    plain = [term for term in terms if term.function == NOTHING]
    others = torch.stack([term.sample for term in terms]) if terms else sample
    for one in plain:
        for joined, join in JOINED.items():
            made_of = join(one.sample, others)
            for after, then in AFTER.items():
                near = (then(made_of) - sample).abs().amax(dim=-1) <= NEAR * size
                for k in near.nonzero().flatten().tolist():
                    if terms[k].name != one.name and fits(then(join(one.whole, terms[k].whole))):
                        return Formula(after.format(joined.format(a=one, b="{}")), terms[k])
    return None


def _near(one: Tensor, other: Tensor, size: float) -> bool:
    return bool(((one - other).abs() <= NEAR * size).all())
