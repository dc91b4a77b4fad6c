"""How a lesson declares its exercises, its known mistakes and its correct variants, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True)
class RandomTensor:
    """A tensor to be drawn. kind: "normal" (times `scale`), "integers" below `high`, "bool", "mask" (floats 0 or 1),
    "soft" (floats between 0 and 1), "signs" (-1 or 1).

    layout: a key of attention_lab.values.LAYOUTS. grad: is a gradient taken of it (floats only)? dtype: of an input
    that does not have its question's.
    """

    shape: tuple[int, ...]
    kind: str = "normal"
    scale: float = 1.0
    high: int = 2
    layout: str = "contiguous"
    grad: bool = True
    dtype: str | None = None


@dataclass(frozen=True)
class TorchModule:
    """A module argument of torch.nn: its class name and arguments, frozen parameters, tied ones {name: source}.

    equal: parameters with the numbers of another one {name: source}, which stay parameters of their own.
    weights: are its weights drawn? Else it keeps those that torch starts with, which may be many: nothing is stored of
        them.
    shared: a name; the modules of one call that have the same one are one and the same module.
    """

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    weights: bool = True
    frozen: tuple[str, ...] = ()
    tied: dict[str, str] = field(default_factory=dict)
    equal: dict[str, str] = field(default_factory=dict)
    shared: str | None = None


@dataclass(frozen=True)
class Earlier:
    """A module argument that is built from the learner's own earlier exercise.
    zeros: the parameters that are at zero."""

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    zeros: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """Among the arguments of a Factory's module: what the factory is called with."""


@dataclass(frozen=True)
class Factory:
    """A callable argument that makes a new module whenever it is called with one number: `of`, with the number where
    `Given()` stands.

    What it makes has torch's first weights. In a module that is asked, it gets the weights of the question, like every
    other part.
    """

    of: TorchModule | Earlier


@dataclass(frozen=True)
class Affine:
    """A callable argument: t -> scale * t + bias."""

    scale: Any
    bias: Any


@dataclass(frozen=True)
class Blend:
    """A callable argument that takes four tensors of one dtype by place: (a, b, s, t) -> a moved by the share s to
    b, b by t to a."""


class OfProducts(int):
    """A limit of a Case for what products of matrices give, and for no other tensor."""


@dataclass(frozen=True)
class Case:
    """One call of an exercise, and what is compared of it.

    label: the input in a learner's words ("a map of odd sides"); arguments and shapes are added to it
        (derive.labelled).
    construct: the class's keyword arguments, or a tuple of positional ones (ignored for functions).
    args, kwargs: what is called, with RandomTensor and the like inside.
    method: what of a module is called. `parameters`: nothing is, and the answer is the number of the trainable ones.
    The module keeps the values that it starts with, so that it may be as large as it likes.
    earlier: another call comes first, with these arguments; True: with some of the same sizes, and on a module before
    that one more, of other sizes, as far as the reference accepts any (derive.resized).
    again: the call is made twice with the very same inputs, and the second answer counts.
    device: the call is made on another device. large: the numbers overflow a bare `exp`.
    raises: the numbers that a ValueError names (an empty tuple: any message); None: nothing is raised.
    limit: elements that no tensor's storage may reach, forward or backward (see OfProducts). peak: bytes by which a
    call without gradients may not enlarge the process, as the judge measures it from outside (hidden cases only).
    integer: an int must be an int, not 7.0.
    fresh: the module keeps the values that it starts with; the output must not depend on those that are drawn.
    zeros: the parameters that are at zero, where all others are drawn. added: numbers that are added to what is drawn
        for a parameter.
    untraced: sub-modules whose input and output are not kept, because they are too large for the file of checks.
    drop_largest: dropout drops what is largest, so that it is seen where it stands and whether whole channels go.
    counts_for: the check that it belongs to (a key of attention_lab's SHARES), where that does not follow from the
        rest.
    """

    label: str = ""
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    construct: dict[str, Any] | tuple = field(default_factory=dict)
    method: str = "forward"
    train: bool = False
    dtype: str = "float64"
    device: bool = False
    gradients: bool = True
    earlier: bool | tuple = False
    again: bool = False
    large: bool = False
    raises: tuple[int, ...] | None = None
    limit: int | None = None
    peak: int | None = None
    integer: bool = False
    fresh: bool = False
    zeros: tuple[str, ...] = ()
    added: dict[str, float] = field(default_factory=dict)
    untraced: tuple[str, ...] = ()
    drop_largest: bool = False
    counts_for: str | None = None

    @property
    def check(self) -> str:
        """The check that the case belongs to."""
        follows = {"errors": self.raises is not None, "device": self.device,
                   "memory": self.limit is not None or self.peak is not None,
                   "start": self.fresh or self.zeros, "large": self.large, "dtype": self.dtype != "float64",
                   "state": bool(self.earlier),
                   "input": self.again}
        return self.counts_for or next((check for check, holds in follows.items() if holds), "output")


def call(*shapes: tuple[int, ...], of: tuple | dict[str, Any] = (), **more: Any) -> Case:
    """A call with random tensors of these shapes. of: the module's arguments; more: other fields of Case."""
    return Case(args=tuple(map(RandomTensor, shapes)), construct=of, **more)


# draws one call; its label says in a learner's words what is special about it, or nothing
Size = Callable[[Random], Case]


@dataclass(frozen=True)
class Exercise:
    """How an exercise is called. derive.py makes of it the hidden cases and the visible ones.

    sizes: one hidden case each; the first is ordinary, and everything that is standard is tested on more calls drawn by
        it.
    refuses: calls that must raise (their cases have `raises`).
    visible: small cases chosen by hand; the first decides how renamed weights are placed, so it should be an ordinary
        one.
    small: the call on which the visible check tests what is standard; None for functions of plain numbers.
    uses: the earlier exercises that it is built from; delegates: those of them that would be the answer, whose proxy
    therefore has children and no forward.
    large: the factor that makes ordinary numbers large. overflow: the one that makes them so large that `exp` of a
    score is infinite, above or below 0; 0 where there is no softmax or sigmoid.
    """

    name: str
    sizes: tuple[Size, ...]
    refuses: tuple[Size, ...] = ()
    visible: tuple[Case, ...] = ()
    small: Case | None = None
    uses: tuple[str, ...] = ()
    delegates: tuple[str, ...] = ()
    large: float = 24.0
    overflow: float = 0.0


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what is wrong (id), the sentence that its maker needs to read, and the code.

    The code is the reference's with `edits` (old text, new text) applied, or `code` as it stands.
    grain: "float32" where it rounds float64 numbers to it, or uses weights of its own that torch drew in it: its last
    digits are another processor's. Where nothing but rounding is wrong, it is recognised by the size of that noise.
    """

    id: str
    exercise: str
    sentence: str
    edits: tuple[tuple[str, str], ...] = ()
    code: str = ""
    grain: str | None = None


@dataclass(frozen=True)
class Variant:
    """A correct answer in another style."""

    id: str
    exercise: str
    code: str


@dataclass(frozen=True)
class Item:
    """A question about a lesson that `review()` asks some days later, and again after weeks.

    id: short, unique in the lesson, and never used for another question, because a learner's schedule knows it.
    asks: one question, of at most three sentences, with `code` between backquotes. code: lines that are shown below it,
        numbered from 1.
    answer: a number, a shape as a tuple, or "a", "b", ... where there are `choices`.
        why: what is right, and why, in a sentence or two.
    """

    id: str
    asks: str
    answer: int | float | str | tuple[int, ...]
    why: str
    code: str = ""
    choices: tuple[str, ...] = ()
