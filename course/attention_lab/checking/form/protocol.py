"""Defines what a judge asks and what an observer answers, and how both become JSON and are read again.

The types are also the schema. A judge's validation of a worker's answer is derived from them, and from the bounds
beside them. Tensors are sent beside a question and an observation, by name (see `packing`):

- with a question: state.<name>, the tensors that its nodes name, and cotangent.<path> for each output;
- with an observation: output.<path>, grad.input.<number>, grad.param.<name>, grad.<state of a module argument>.<name>,
  buffer.<name>, received.<sub-module>, gave.<sub-module>, all on the CPU.

Parameters and sub-modules have the reference's names, and inputs have numbers. On the device "meta", outputs have the
numbers that `shadow` keeps for them, and gradients have none.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from torch import Tensor

from .bounds import Bounds, Name, Shape, Share, Text, Whole

Spec = list[tuple[Name, Shape]]  # names and shapes; in JSON a tuple is a list
Stage = Literal["cell", "construct", "call", "gradients"]  # in which a learner's code raised something
Cause = Literal["axes", "width", "strides", "uncut"]  # why a tensor is large: see Largest
NUMBER = "parameters"  # a question's method
Node = Annotated[Any, "node"]  # see `values`; in an answer without `module`, `exercise`, `affine` and `factory`


@dataclass
class Call:
    """The arguments of a call, as nodes."""

    args: list[Node]
    kwargs: dict[str, Node]


@dataclass
class Construct(Call):
    """How a module is built, and whether it is given the weights of the question. If not, it keeps its own initial
    weights."""

    load_weights: bool


@dataclass
class Rewrite:
    """One call of torch in a learner's code that is made otherwise.

    site: where it is (see `Step`).
    how: what is changed, in a word of `steps`; name, axes, factor, value: to what.
    """

    site: Name
    how: Name
    name: Name = ""
    axes: list[Whole] = field(default_factory=list)
    factor: float = 1.0
    value: Node = None


@dataclass
class Question:
    """One call of a learner's function, or of a module that is built from a learner's class for it."""

    exercise: str
    construct: Construct | None  # None for a function
    method: str  # NUMBER: nothing is called, the answer is how many trainable parameters there are
    args: list[Node]
    kwargs: dict[str, Node]
    earlier: Call | None = None  # a call before the one that is observed
    earliest: Call | None = None  # one before that, of other sizes
    train: bool = False
    dtype: str = "float64"
    device: str = "cpu"
    gradients: bool = False
    trace: bool = False  # write down what sub-modules receive and give
    # write down the largest tensor that is made, or that a product of matrices gives
    largest: Literal[False, True, "product"] = False
    choice: int = 0  # which of several placements of the weights (see `placement`)
    again: bool = False  # the call is made twice with the very same inputs, and the second answer counts
    drop_largest: bool = False  # dropout drops the largest elements, instead of none
    measured: bool = False  # the call is made without gradients, and the judge measures how much the process grows
    widened: bool = False  # what the code makes in float32 gets the dtype of the question (see `widened`)
    trial: Name | None = None  # the name of the trial that calls the function (see `trials`)
    rewrite: Rewrite | None = None  # None: the code runs as it is


@dataclass
class Raised:
    """An error in a learner's code (see `crash`)."""

    type: Name
    value_error: bool
    numbers: Annotated[list[Whole], Bounds(most=50)]  # the integers in its message
    message: Text = ""
    not_implemented: bool = False
    place: Name | None = None  # the learner's function or class in which it happened
    line: Text | None = None  # its source line
    number: Whole | None = None  # the line's number
    # expressions in it, what they hold
    operands: Annotated[list[tuple[Text, Text]], Bounds(most=6)] = field(default_factory=list)
    caller: Text | None = None  # the line of the checked function or class that led there, where it is another one
    stage: Stage = "call"


@dataclass
class Unplaced:
    """The weights do not fit: parameters of the reference that have no place, parameters of the learner that get no
    value, and attributes that hide layers from torch."""

    missing: Spec
    extra: Spec
    hidden: list[Name]


@dataclass
class TraceEntry:
    """What a sub-module receives and returns when it is first called.

    again: whether it was called more than once.
    line: the learner's line that calls it.
    """

    name: Name
    received: Node
    gave: Node
    again: bool = False
    line: Text | None = None


@dataclass
class Step:
    """A call of torch in the learner's code, itself or through one of torch's modules.

    site: the function and its place in the code.
    operation: the function, by one name where it has several.
    code: the call as it is written.
    ndim: the axes of its first tensor.
    axes: those along which it works; of `permute`, their order.
    after: how many sub-modules had been called before it.
    """

    site: Name
    operation: Name
    code: Text
    ndim: Whole
    axes: Shape
    after: Whole


@dataclass
class Largest:
    """The largest tensor that was made.

    operation: the function that Python called, or torch's own name of it.
    shape: the tensor's shape.
    line: the learner's line.
    causes: known reasons why it is large. `scaled_dot_product_attention` was called without an axis of heads ("axes"),
        with values of another width ("width"), or with numbers of a position that do not lie side by side ("strides").
        Or a `split` left the whole tensor ("uncut").
    """

    elements: Whole
    operation: Text
    shape: Shape
    line: Text | None
    causes: Annotated[list[Cause], Bounds(most=4)]


@dataclass
class Mixed:
    """An operation on tensors of two devices. shapes: the shapes of those that stayed on the CPU."""

    operation: Name
    shapes: Annotated[list[Shape], Bounds(most=64)]
    line: Text | None


@dataclass
class Narrow:
    """A float32 tensor that took part in a question of another dtype.

    operation: torch's name of the function that made it.
    line: the learner's line that made it, or that used it if it was there before the question was asked.
    explicit: whether float32 is written there.
    outside: whether it was there before.
    """

    operation: Name
    line: Text | None
    explicit: bool
    outside: bool


@dataclass
class Located:
    """Where a tensor is, with its shape and dtype."""

    device: Name
    shape: Shape
    dtype: Name


JUDGE = {"sent by workers": False}


@dataclass
class Observation:
    """Everything that was observed in one call."""

    raised: Raised | None = None
    unplaced: Unplaced | None = None
    parameters: Spec = field(default_factory=list)
    # what a module was given weights for, by their prefix in the question
    states: dict[Name, Spec] = field(default_factory=dict)
    output: Node = None
    changed: list[Text] = field(default_factory=list)  # inputs that are not what they were
    largest: Largest | None = None  # None unless it was asked for
    dropout: list[Share] = field(default_factory=list)  # the shares that were active
    trace: list[TraceEntry] = field(default_factory=list)  # empty unless it was asked for
    shared: list[tuple[Name, Name]] = field(default_factory=list)  # two names of one layer or parameter
    # how often each function among the arguments was, by its path
    called: dict[Name, Whole] = field(default_factory=dict)
    mixed: Mixed | None = None  # None on the CPU
    # whether a float32 tensor took part in a call with another dtype, or is a buffer that the module made for itself
    float32: bool = False
    narrow: Narrow | None = None  # None unless the question is `widened`
    devices: dict[Text, Located] = field(default_factory=dict)  # of outputs and gradients; empty on the CPU
    # the arguments, each with its default, or an empty text
    signature: dict[Name, Name] = field(default_factory=dict)
    # what has weights of the question and is no parameter that could be trained
    fixed: dict[Name, Literal["buffer", "frozen"]] = field(default_factory=dict)
    # operations that cut the graph, with the learner's line; empty unless a trace was asked for
    cuts: Annotated[list[tuple[Name, Text | None]], Bounds(most=4)] = field(default_factory=list)
    # the calls of torch; empty unless a trace was asked for
    steps: list[Step] = field(default_factory=list)
    # bytes by which the process grew; None where nobody measured it
    grown: int | None = field(default=None, metadata=JUDGE)


Answer = tuple[Observation, dict[str, Tensor]]
T = TypeVar("T")


def types_of(kind: type) -> dict[str, Any]:
    """Returns the types of a dataclass's fields, with their bounds, without the fields that only the judge fills in."""
    return _types_of(kind)


@cache
def _types_of(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {f.name: hints[f.name] for f in fields(kind) if not f.metadata}


def plain(value: Any) -> Any:
    """Returns a question, an observation or a part of one in a form that JSON can hold."""
    if is_dataclass(value):
        return {name: plain(getattr(value, name)) for name in types_of(type(value))}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def read(kind: type[T], data: Any) -> T:
    """Reverses `plain`: returns a `kind` with its parts. Data from a worker has been validated before."""
    made: dict[str, Any] = {}
    types = types_of(kind)
    for name, value in data.items():
        part = _dataclass_in(types[name])
        if part is None or value is None:
            made[name] = value
        elif isinstance(value, list):
            made[name] = [read(part, item) for item in value]
        elif get_origin(types[name]) is dict:
            made[name] = {key: read(part, item) for key, item in value.items()}
        else:
            made[name] = read(part, value)
    return kind(**made)


@cache
def _dataclass_in(kind: Any) -> type | None:
    """Returns the dataclass in `Kind`, `Kind | None`, `list[Kind]` or `dict[str, Kind]`."""
    if get_origin(kind) in (Union, UnionType, list, dict):
        return next((part for part in get_args(kind) if isinstance(part, type) and is_dataclass(part)), None)
    return kind if isinstance(kind, type) and is_dataclass(kind) else None
