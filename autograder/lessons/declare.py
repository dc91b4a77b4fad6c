"""How a lesson declares its exercises, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(frozen=True)
class RandomTensor:
    """A tensor to be drawn.

    kind: "normal" (times `scale`), "integers" below `high`, "bool", "mask" (floats 0 or 1), "soft" (floats between 0
        and 1), or "signs" (-1 or 1).
    layout: a key of LAYOUTS in attention_lab/checking/form/values.py.
    grad: whether a gradient is taken of it (floats only).
    dtype: the dtype of an input, if it is not its question's.
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
    """A module of torch.nn as an argument. It has a class name and arguments, frozen parameters, and tied parameters as
    {name: source}.

    equal: {name: source}. The parameter `name` gets the same numbers as the parameter `source`, but the two are not
        tied.
    weights: whether its weights are drawn. If not, it keeps those with which torch begins. Weights that are not drawn
        are not stored, so there may be many of them.
    shared: a name. All modules of a call that have the same name are the same module.
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

    zeros: the parameters that are zero.
    """

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    zeros: tuple[str, ...] = ()


@dataclass(frozen=True)
class Given:
    """A placeholder among the arguments of a Factory's module. It stands for the number with which the factory is
    called."""


@dataclass(frozen=True)
class Factory:
    """A callable argument that makes a new module each time. It is called with one number, and makes the module `of`,
    in which the number replaces `Given()`.

    The modules have torch's initial weights. If the learner's module holds a module that the callable made, this part
    gets the question's weights, like every other part.
    """

    of: TorchModule | Earlier


@dataclass(frozen=True)
class Affine:
    """A callable argument: t -> scale * t + bias."""

    scale: Any
    bias: Any


@dataclass(frozen=True)
class Blend:
    """A callable argument that takes four tensors of one dtype by position, (a, b, s, t). It returns `a` moved towards
    `b` by the share `s`, and `b` moved towards `a` by the share `t`."""


class OfProducts(int):
    """A limit of a Case that holds only for the results of matrix products, and for no other tensor."""


@dataclass(frozen=True)
class Case:
    """One call of an exercise, and what is compared.

    label: the input in a learner's words ("a map of odd sides"). Arguments and shapes are added to it
        (derive.labelled).
    construct: the class's keyword arguments, or a tuple of positional ones (ignored for functions).
    args, kwargs: the arguments of the call, with RandomTensor and the like inside.
    method: the method of the module that is called. With `parameters`, nothing is called, and the answer is the number
        of trainable parameters. The module then keeps its initial values, so it may be as large as it likes.
    earlier: the arguments of another call that comes first. True makes this earlier call with arguments of the same
        sizes. If the reference accepts other sizes, a module is called with other sizes before both calls
        (derive.resized).
    again: the call is made twice with the very same inputs, and the second answer counts.
    device: the call is made on another device.
    large: the numbers overflow a bare `exp`.
    raises: the numbers that a ValueError must name (an empty tuple allows any message); None if nothing should be
        raised.
    limit: the number of elements that no tensor's storage may reach, forward or backward (see OfProducts).
    peak: a number of bytes. During a call without gradients, the process must grow by less than that. The judge
        measures it from outside, and only in hidden cases.
    fresh: the module keeps its initial values, and the output must not depend on those that are random.
    zeros: the parameters that are zero, while all others are drawn.
    added: numbers that are added to a parameter's drawn numbers.
    untraced: sub-modules whose input and output are not recorded, because they are too large for the file of checks.
    drop_largest: dropout drops the largest numbers, so that one can see where it stands, and whether it drops whole
        channels.
    trial: the name of one of attention_lab's trials (checking/ask/trials.py). It calls the exercise, and gets `args`
        and `kwargs`. It is for a function whose arguments or result are no data, such as a network.
    counts_for: the check to which the case belongs (a key of attention_lab's SHARES). It is needed only where the other
        fields do not imply it.
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
    fresh: bool = False
    zeros: tuple[str, ...] = ()
    added: dict[str, float] = field(default_factory=dict)
    untraced: tuple[str, ...] = ()
    drop_largest: bool = False
    trial: str | None = None
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
    """Returns a call with random tensors of these shapes.

    of: the module's arguments.
    more: other fields of Case.
    """
    return Case(args=tuple(map(RandomTensor, shapes)), construct=of, **more)


# draws one call; its label says in a learner's words what is special about it, or nothing
Size = Callable[[Random], Case]


@dataclass(frozen=True)
class Exercise:
    """How an exercise is called. derive.py makes the hidden cases and the visible ones from it.

    sizes: functions that draw a call, one for each hidden case. The first one draws an ordinary call. All standard
        tests use further calls that this first function draws.
    refuses: functions that draw calls that must raise an error (their cases have `raises`).
    visible: small cases chosen by hand. The first one decides how renamed weights are placed, so it should be an
        ordinary one.
    small: the call on which the visible check tests everything that is standard; None for functions of plain numbers.
    uses: the earlier exercises from which it is built.
    delegates: those of `uses` that would be the whole answer. Their proxies have children, but no forward pass.
    large: the factor that makes ordinary numbers large.
    overflow: the factor that makes numbers so large that `exp(score)` or `exp(-score)` is infinite; 0 if there is no
        softmax or sigmoid.
    shares: for some checks, what they are worth here (a key and a number as in attention_lab's SHARES), if the page
        asks for something else than a right output in the first place.
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
    shares: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """Code with a mistake, which the page hands out and a learner repairs. It is checked as the exercise that it
    imitates, with its cases and known mistakes.

    edits: what repairs it, {old text: new text}.
    """

    name: str
    like: Exercise
    edits: Mapping[str, str]


@dataclass(frozen=True)
class Item:
    """A question about a lesson that `review()` asks some days later, and again some weeks later.

    id: short, unique in the lesson, and never used again for another question, because a learner's schedule refers to
        it.
    asks: one question, of at most three sentences, with `code` between backquotes.
    code: lines that are shown below the question, numbered from 1.
    answer: a number, a shape as a tuple, or "a", "b", ... if there are `choices`.
    why: what is right, and why, in a sentence or two.
    """

    id: str
    asks: str
    answer: int | float | str | tuple[int, ...]
    why: str
    code: str = ""
    choices: tuple[str, ...] = ()
