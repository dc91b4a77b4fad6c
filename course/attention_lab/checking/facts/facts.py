"""The results of a comparison as data: one small class for each kind of difference. There are no sentences in this
file; `wording` turns facts into words.

A fact may hold expected numbers. Only `wording` decides which of them a report may show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..form.protocol import Largest, Mixed, Narrow, Raised


@dataclass(frozen=True)
class Fact:
    """The base class. specific: whether the fact points at the mistake, or says only that numbers differ."""

    @property
    def specific(self) -> bool:
        return True


# Two tensors: how the wrong one could be made from the expected one.
@dataclass(frozen=True)
class AxesOfSizeOne(Fact):
    """The numbers are right, but there are `more` axes of size 1 too many. If `more` is negative, there are too few. If
    it is 0, they are in another place."""

    more: int


@dataclass(frozen=True)
class Constant(Fact):
    """Every number is `value`. expected: the one number that the expected tensor holds everywhere, or None if
    it varies."""

    value: float
    expected: float | None


@dataclass(frozen=True)
class ShouldBeZero(Fact):
    """All numbers should be zero. of: how many there are. largest: the largest of them."""

    of: int
    largest: float


@dataclass(frozen=True)
class AxesPermuted(Fact):
    """The axes are in another order. softmax: whether the expected tensor sums to 1 over an axis that moved."""

    order: tuple[int, ...]
    softmax: bool = False


@dataclass(frozen=True)
class FewDigits(Fact):
    """The numbers are right to about six digits, or only to two or three if `half` is True."""

    half: bool


@dataclass(frozen=True)
class Scaled(Fact):
    factor: float


@dataclass(frozen=True)
class Shifted(Fact):
    by: float


@dataclass(frozen=True)
class MissingActivation(Fact):
    """An activation function is missing at the end. name: "sigmoid", "ReLU", "tanh", "exp" or "softmax". axis: the
    softmax's axis."""

    name: str
    axis: int | None = None


@dataclass(frozen=True)
class ExtraActivation(Fact):
    name: str
    axis: int | None = None


@dataclass(frozen=True)
class OtherActivation(Fact):
    """The expected numbers are gates, the sigmoid of scores. These are something else of the same scores. name: "tanh",
    "ReLU", "hardsigmoid", "sigmoid of a ReLU", "1 minus the sigmoid" or "softmax". axis: the softmax's axis."""

    name: str
    axis: int | None = None


@dataclass(frozen=True)
class Relabelled(Fact):
    """The tensor holds few different numbers, all in their places. pairs: what it holds, and what is right there."""

    pairs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Mirrored(Fact):
    axis: int


@dataclass(frozen=True)
class OtherOrder(Fact):
    """It holds the right numbers, in the right shape, in another order."""


@dataclass(frozen=True)
class Reduced(Fact):
    """The "mean" or "sum" of the expected tensor over one axis."""

    how: str
    axis: int


# Two tensors with an axis of images: what the pattern of the difference suggests.
@dataclass(frozen=True)
class OnlyFirstImage(Fact):
    batch: int


@dataclass(frozen=True)
class SameForAllImages(Fact):
    pass


@dataclass(frozen=True)
class Border(Fact):
    """The map is right, except for `width` rows and columns on each side."""

    width: int


# A tensor and an input of the call.
@dataclass(frozen=True)
class InputAdded(Fact):
    name: str


@dataclass(frozen=True)
class InputNotAdded(Fact):
    name: str


@dataclass(frozen=True)
class InputNotMultiplied(Fact):
    name: str


@dataclass(frozen=True)
class InputMultiplied(Fact):
    name: str


@dataclass(frozen=True)
class IsInput(Fact):
    name: str
    reshaped: bool


@dataclass(frozen=True)
class InputReduced(Fact):
    """The "mean", "sum", "maximum" or "minimum" of an input over some of its `axes`, or all of them (whole)."""

    name: str
    how: str
    axes: tuple[int, ...]
    whole: bool


# Two tensors: where they differ.
@dataclass(frozen=True)
class NotFinite(Fact):
    nan: int
    infinite: int
    of: int


@dataclass(frozen=True)
class WrongShape(Fact):
    expected: tuple[int, ...]
    got: tuple[int, ...]


@dataclass(frozen=True)
class NumbersDiffer(Fact):
    """Some numbers differ.

    wrong, of: how many are wrong, and how many there are.
    largest: the largest difference.
    index: the index of the first wrong number.
    expected, got: what the first wrong number should be, and what it is.
    """

    specific = False
    wrong: int
    of: int
    largest: float
    index: tuple[int, ...]
    expected: float
    got: float


@dataclass(frozen=True)
class NumberDiffers(Fact):
    """Two tensors differ, and each holds a single number."""

    specific = False
    expected: float
    got: float


@dataclass(frozen=True)
class WrongDtype(Fact):
    """The dtype is wrong. numbers: what is also wrong with the numbers. follows: whether the expected dtype is that of
    an input."""

    expected: str
    got: str
    numbers: tuple[Fact, ...]
    follows: bool


@dataclass(frozen=True)
class MadeFloat32(Fact):
    """A tensor is float32, whatever the dtype of the input `name` is (see protocol.Narrow)."""

    narrow: Narrow
    name: str


# Two plain values.
@dataclass(frozen=True)
class ValueDiffers(Fact):
    """Two plain values differ. near: whether they agree to six digits."""

    specific = False
    expected: Any
    got: Any
    near: bool


@dataclass(frozen=True)
class NotAnInt(Fact):
    specific = False
    expected: int
    got: Any


# These may appear by chance in a single odd case, such as a kernel of few numbers, gates that are all alike, or a scale
# of zero. So they lead a report only if no other failing case speaks against them.
BY_CHANCE = (Constant, NotFinite, OnlyFirstImage, MissingActivation, ExtraActivation, OtherActivation)
# These may be a coincidence, so the sub-module in which the difference begins is named first.
OF_IMAGES = (OnlyFirstImage, SameForAllImages, Border)


# What the learner's code returned.
@dataclass(frozen=True)
class WrongNesting(Fact):
    """The result is nested differently. expected, got: nodes of `values`. nothing: whether the whole result is None."""

    expected: Any
    got: Any
    nothing: bool


@dataclass(frozen=True)
class IsOtherOutput(Fact):
    name: str


@dataclass(frozen=True)
class NotATensor(Fact):
    pass


# What the learner's code did.
@dataclass(frozen=True)
class NoGradient(Fact):
    """Gradients are missing.

    tensors: the missing gradients, by their names in an observation.
    right: whether the output is right.
    used: whether the output changes when one of these tensors changes; None if that is not known.
    fixed: "buffer" or "frozen" if that is what all of them are.
    cuts: operations that cut the graph, each with the learner's line.
    """

    tensors: tuple[str, ...] = ()
    right: bool = True
    used: bool | None = None
    fixed: str = ""
    cuts: tuple[tuple[str, str | None], ...] = ()

    @property
    def specific(self) -> bool:
        """True unless the output is wrong, because then the mistake in the output may be the reason for the missing
        gradient."""
        return self.right or self.used is False or bool(self.fixed)


@dataclass(frozen=True)
class PartlyCut(Fact):
    """A gradient has other numbers, and the code cuts the graph. The output is right. cuts: as in `NoGradient`."""

    cuts: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class NoBuffer(Fact):
    pass


@dataclass(frozen=True)
class InputChanged(Fact):
    """An input was changed in place. kind: "tensor", "list" or "dict"."""

    kind: str = "tensor"


@dataclass(frozen=True)
class Dropout(Fact):
    """The shares of the active dropout are not the expected ones. train: whether the module is in training
    mode."""

    active: tuple[float, ...]
    expected: tuple[float, ...]
    train: bool


@dataclass(frozen=True)
class CalledTooOften(Fact):
    """A function among the arguments was called too often. times: how often it was called. expected: how often it
    should be called."""

    times: int
    expected: int


@dataclass(frozen=True)
class Crashed(Fact):
    """The code raised an error. raised: the observation's `raised`."""

    raised: Raised


@dataclass(frozen=True)
class NotAModule(Fact):
    message: str


@dataclass(frozen=True)
class NothingRaised(Fact):
    """No error was raised. mentions: the numbers that the ValueError's message should name."""

    mentions: tuple[int, ...]


@dataclass(frozen=True)
class OtherErrorRaised(Fact):
    type: str
    message: str


@dataclass(frozen=True)
class NumbersNotNamed(Fact):
    message: str
    mentions: tuple[int, ...]


@dataclass(frozen=True)
class Unplaced(Fact):
    """The parameters do not fit. missing: parameters, as (name, shape), that have no place in the learner's module.
    extra: parameters that get no value.

    hidden: attributes that hide layers from torch. empty: the module has no parameters at all.
    """

    missing: tuple[tuple[str, tuple[int, ...]], ...]
    extra: tuple[tuple[str, tuple[int, ...]], ...]
    hidden: tuple[str, ...]
    empty: bool


@dataclass(frozen=True)
class TooLarge(Fact):
    """A tensor is too large. largest: the observation's `largest`. limit: a number of elements."""

    largest: Largest
    limit: int


@dataclass(frozen=True)
class PeakTooHigh(Fact):
    """The process needs too much memory; both numbers are bytes."""

    grown: int
    limit: int


# On another device. asked: the question's device; like: the input whose device should be followed.
@dataclass(frozen=True)
class DevicesMixed(Fact):
    """An operation mixes two devices. mixed: the observation's `mixed`."""

    mixed: Mixed
    asked: str
    like: str


@dataclass(frozen=True)
class OnOtherDevice(Fact):
    device: str
    asked: str
    like: str


@dataclass(frozen=True)
class ShapeOnDevice(Fact):
    expected: tuple[int, ...]
    got: tuple[int, ...]
    asked: str


@dataclass(frozen=True)
class DtypeOnDevice(Fact):
    expected: str
    got: str
    asked: str


# Along the sub-modules. after: the last one that agrees, or None.
@dataclass(frozen=True)
class Begins(Fact):
    """The first difference is in the input or the output of the sub-module `name`; `side` says in which.

    number, of: which of several tensors differs, and how many there are.
    facts: how it differs.
    inputs: (received, expected), if its output is wrong because it received too few or too many tensors.
    lines: the learner's lines that call `after` and `name`.
    """

    after: str | None
    name: str
    side: str
    number: int
    of: int
    facts: tuple[Fact, ...]
    inputs: tuple[int, int] | None
    lines: tuple[str | None, str | None] = None, None


@dataclass(frozen=True)
class Instead(Fact):
    """Of right results, `done` is made, and not `wanted`. If `of` is given, both are functions of that result alone;
    either may be "nothing"."""

    done: str
    wanted: str
    of: str = ""


@dataclass(frozen=True)
class Reordered(Fact):
    """The sub-module `name` receives the right numbers in another order."""

    after: str | None
    name: str


@dataclass(frozen=True)
class NeverCalled(Fact):
    """Sub-modules that were built but never called, so that they get no gradient."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class SameLayer(Fact):
    """Two names for one sub-module, or for one parameter (kind: "layer" or "parameter")."""

    names: tuple[str, str]
    kind: str = "layer"


@dataclass(frozen=True)
class NotGathered(Fact):
    """The output is what the sub-module `name` gives, times one number. If `shortcut` is given, that input is
    added."""

    name: str
    shortcut: str | None


@dataclass(frozen=True)
class AllAgree(Fact):
    """Every sub-module agrees with the reference's.

    names: the sub-modules that come last.
    line: the learner's line that calls the last one.
    """

    names: tuple[str, ...]
    line: str | None = None
    instead: Instead | None = None
