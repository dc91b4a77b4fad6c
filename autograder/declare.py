"""How a lesson declares its exercises: cases as data, drawn from a seed. `record` turns them into questions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Draw:
    """A tensor to be drawn. kind: "normal" (times `scale`), "integers" below `high`, "bool", or "mask" (floats 0 or 1).

    layout: a key of attention_lab.values.LAYOUTS. grad: is a gradient taken of it (floats only)?
    """

    shape: tuple[int, ...]
    kind: str = "normal"
    scale: float = 1.0
    high: int = 2
    layout: str = "contiguous"
    grad: bool = True


@dataclass(frozen=True)
class TorchModule:
    """A module argument of torch.nn: its class name and arguments, frozen parameters, tied ones {name: source}."""

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    tied: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Earlier:
    """A module argument that is built from the learner's own earlier exercise."""

    name: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Affine:
    """A callable argument: t -> scale * t + bias."""

    scale: Any
    bias: Any


@dataclass(frozen=True)
class Case:
    """One question.

    label: the input in a learner's words ("a non-square map, (2, 16, 5, 7)"); it completes "Wrong with ...".
    construct: the class's keyword arguments, or a tuple of positional ones (ignored for functions).
    args, kwargs: what is called, with Draw and the like inside.
    aspect: the check it belongs to, a key of attention_lab.verdict.SHARES. earlier: another call comes first. again: the call is made
    twice with the very same inputs, and the second answer counts.
    raises: the numbers that a ValueError names (an empty tuple: any message); None: nothing is raised.
    like: the number of an earlier case of the exercise, whose weights it takes over where name and shape are the same: a module that
    cannot be small is kept once for several cases.
    limit: elements that no tensor's storage may reach, forward or backward. peak: bytes by which a call without gradients may not
    enlarge the process, as the judge measures it from outside (hidden cases only). integer: an int must be an int, not 7.0.
    fresh: the module keeps the values that it starts with; the output must not depend on those that are drawn.
    zeros: the parameters that are at zero, where all others are drawn.
    drops: dropout drops what is largest, so that it is seen where it stands and whether whole channels go.
    """

    label: str
    args: tuple = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    construct: dict[str, Any] | tuple = field(default_factory=dict)
    method: str = "forward"
    aspect: str = "output"
    train: bool = False
    dtype: str = "float64"
    gradients: bool = True
    earlier: bool = False
    again: bool = False
    raises: tuple[int, ...] | None = None
    like: int | None = None
    limit: int | None = None
    peak: int | None = None
    integer: bool = False
    fresh: bool = False
    zeros: tuple[str, ...] = ()
    drops: bool = False


@dataclass(frozen=True)
class Exercise:
    """An exercise's name, its visible cases, and the earlier exercises that it is built from.

    The first case decides how renamed weights are placed: it should be an ordinary one."""

    name: str
    cases: tuple[Case, ...]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what is wrong (id), the sentence that its maker needs to read, and the code.

    The code is the reference's with `edits` (old text, new text) applied, or `code` as it stands.
    """

    id: str
    exercise: str
    sentence: str
    edits: tuple[tuple[str, str], ...] = ()
    code: str = ""


@dataclass(frozen=True)
class Variant:
    """A correct answer in another style."""

    id: str
    exercise: str
    code: str
