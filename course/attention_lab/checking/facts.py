"""What comparing finds, as data: one small class per kind of difference. No sentences here;
`wording` turns facts into words.

A fact may hold expected numbers. Which of them a report may show is decided by `wording` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .protocol import Largest, Mixed, Raised


@dataclass(frozen=True)
class Fact:
    """Base class. specific: does it point at the fault, or does it only say that numbers differ?"""

    @property
    def specific(self) -> bool:
        return True


# Two tensors: how the wrong one could be made from the expected one.
@dataclass(frozen=True)
class AxesOfSizeOne(Fact):
    """The numbers are right, with `more` axes of size 1 than expected (negative: fewer;
    0: they stand in another place)."""

    more: int


@dataclass(frozen=True)
class Constant(Fact):
    """Every number is `value`. expected: the one number that the expected tensor holds everywhere, None if it
    varies."""

    value: float
    expected: float | None


@dataclass(frozen=True)
class ShouldBeZero(Fact):
    """All of `of` numbers; the largest is `largest`."""

    of: int
    largest: float


@dataclass(frozen=True)
class AxesPermuted(Fact):
    order: tuple[int, ...]


@dataclass(frozen=True)
class FewDigits(Fact):
    """Right to about six digits, or (half) to two or three."""

    half: bool


@dataclass(frozen=True)
class Scaled(Fact):
    factor: float


@dataclass(frozen=True)
class Shifted(Fact):
    by: float


@dataclass(frozen=True)
class MissingActivation(Fact):
    """name: "sigmoid", "ReLU", "tanh", "exp" or "softmax". axis: the softmax's."""

    name: str
    axis: int | None = None


@dataclass(frozen=True)
class ExtraActivation(Fact):
    name: str
    axis: int | None = None


@dataclass(frozen=True)
class Mirrored(Fact):
    axis: int


@dataclass(frozen=True)
class Reduced(Fact):
    """The "mean" or "sum" of the expected tensor over one axis."""

    how: str
    axis: int


# Two tensors that belong to images: a guess from structure.
@dataclass(frozen=True)
class OnlyFirstImage(Fact):
    batch: int


@dataclass(frozen=True)
class SameForAllImages(Fact):
    pass


@dataclass(frozen=True)
class Border(Fact):
    """Right but for `width` rows and columns at each side of the map."""

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
    """The "mean", "sum" or "maximum" of an input over some of its `axes`, or all of them (whole)."""

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
    """wrong: how many `of` all numbers. largest: the largest difference. index: of the first wrong number;
    expected, got: that one."""

    specific = False
    wrong: int
    of: int
    largest: float
    index: tuple[int, ...]
    expected: float
    got: float


@dataclass(frozen=True)
class NumberDiffers(Fact):
    """Two tensors of one number."""

    specific = False
    expected: float
    got: float


@dataclass(frozen=True)
class WrongDtype(Fact):
    """numbers: what is wrong with the numbers besides. follows: the dtype of an input is what it should have."""

    expected: str
    got: str
    numbers: tuple[Fact, ...]
    follows: bool


# Two plain values.
@dataclass(frozen=True)
class ValueDiffers(Fact):
    """near: right to six digits."""

    specific = False
    expected: Any
    got: Any
    near: bool


@dataclass(frozen=True)
class NotAnInt(Fact):
    specific = False
    expected: int
    got: Any


# What a single odd case (a kernel of few numbers, gates that are all alike, a scale of zero) may show by chance: it
# leads a report only if no other failing case speaks against it.
BY_CHANCE = (Constant, NotFinite, OnlyFirstImage, MissingActivation, ExtraActivation)
# may be a coincidence: a sub-module in which the difference begins goes first
OF_IMAGES = (OnlyFirstImage, SameForAllImages, Border)


# What the learner's code returned.
@dataclass(frozen=True)
class WrongNesting(Fact):
    """Nodes of `values`. nothing: the whole result is None."""

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
    """tensors: the gradients that are missing, by their names in an observation. right: is the output right?

    used: does the output change when one of these tensors changes? None if that is not known.
    """

    tensors: tuple[str, ...] = ()
    right: bool = True
    used: bool | None = None

    @property
    def specific(self) -> bool:
        """With a wrong output, a missing gradient may only follow from what is wrong."""
        return self.right or self.used is False


@dataclass(frozen=True)
class NoBuffer(Fact):
    pass


@dataclass(frozen=True)
class InputChanged(Fact):
    """kind: "tensor", "list" or "dict"."""

    kind: str = "tensor"


@dataclass(frozen=True)
class Dropout(Fact):
    """The shares that were active and that should be. train: in training mode?"""

    active: tuple[float, ...]
    expected: tuple[float, ...]
    train: bool


@dataclass(frozen=True)
class CalledTooOften(Fact):
    """A function among the arguments: how often it was called, and how often it should be."""

    times: int
    expected: int


@dataclass(frozen=True)
class Crashed(Fact):
    """raised: an observation's `raised`."""

    raised: Raised


@dataclass(frozen=True)
class NotAModule(Fact):
    message: str


@dataclass(frozen=True)
class NothingRaised(Fact):
    """mentions: the numbers that the ValueError's message should name."""

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
    """Parameters, as (name, shape), that have no place in the learner's module (missing) or get no value (extra).

    hidden: attributes that hide layers from torch. empty: the module has no parameters at all.
    """

    missing: tuple[tuple[str, tuple[int, ...]], ...]
    extra: tuple[tuple[str, tuple[int, ...]], ...]
    hidden: tuple[str, ...]
    empty: bool


@dataclass(frozen=True)
class TooLarge(Fact):
    """largest: an observation's `largest`. limit: elements."""

    largest: Largest
    limit: int


@dataclass(frozen=True)
class PeakTooHigh(Fact):
    """In bytes."""

    grown: int
    limit: int


# On another device. asked: the question's device; like: the input whose device should be followed.
@dataclass(frozen=True)
class DevicesMixed(Fact):
    """mixed: an observation's `mixed`."""

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
    """What the sub-module `name` receives or gives (side) is the first that differs.

    number, of: which of several tensors. facts: how it differs. inputs: (received, expected) where it gives something
    wrong because it received too few tensors or too many.
    """

    after: str | None
    name: str
    side: str
    number: int
    of: int
    facts: tuple[Fact, ...]
    inputs: tuple[int, int] | None


@dataclass(frozen=True)
class Reordered(Fact):
    """The sub-module `name` receives the right numbers in another order."""

    after: str | None
    name: str


@dataclass(frozen=True)
class NeverCalled(Fact):
    """Sub-modules that were built, were never called, and get no gradient."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class SameLayer(Fact):
    """Two names for one sub-module, or for one parameter (kind: "layer" or "parameter")."""

    names: tuple[str, str]
    kind: str = "layer"


@dataclass(frozen=True)
class NotGathered(Fact):
    """The output is a multiple of what the sub-module `name` gives, element by element;
    plus the input `shortcut`, if there is one."""

    name: str
    shortcut: str | None


@dataclass(frozen=True)
class AllAgree(Fact):
    """Every sub-module agrees; these are the last ones."""

    names: tuple[str, ...]
