"""Says whether somebody's attention module is the published one: the check outside the course.

    from attention_lab.compare import compare
    compare(MyCBAM, "CBAM")
    compare(lambda channels, reduction: MyCBAM(channels, ratio=reduction), "CBAM")

or, in a terminal, `python -m attention_lab.compare mymodel.py:MyCBAM --as CBAM`. The code runs in this process, as it
would in a notebook.

The module is built in several sizes, gets the weights that ours had, by structure if their names differ, and must give
what ours gave (record.py). If the numbers differ, the conventions in which published code differs are undone
(search.py): other forms of the same module, biases and norms, a shortcut, the order of rows in a fused layer. What is
left is looked for among the known mistakes, each of which is recorded without biases and norms, too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import nn

from ..checking.ask.usual import as_usual
from . import words
from .interface import Unclear, build_of
from .record import modules
from .search import Subject, find
from .verdict import small_checks, verdict

__all__ = ["Comparison", "Unclear", "compare", "names", "nearest"]
ANSWERS = ("same", "convention", "different", "fails")


@dataclass
class Comparison:
    """What came out. name: the published module. answer: one of ANSWERS. lines: the verdict, then what supports it.
    keys: {name of a published weight: its name in theirs}. near: how many of its weights fit, from 0 to 1."""

    name: str
    answer: str
    lines: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    near: float = 0.0
    subject: Subject | None = field(default=None, repr=False)

    @property
    def same(self) -> bool:
        """Whether everything agrees."""
        return self.answer == "same"

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _ipython_display_(self) -> None:
        """Shows the lines, and where the numbers differ, a picture of theirs beside ours."""
        from IPython.display import HTML, display  # in a notebook only

        from ..pictures import yours_against_expected

        display(HTML(words.page(self.lines)))
        small = small_checks(self.subject, self.name) if self.subject and self.answer == "different" else None
        if small and small.shown:
            display(yours_against_expected(*small.shown))


def names() -> list[str]:
    """Returns the modules that something can be compared with."""
    return list(modules())


@as_usual
def compare(thing: Callable, name: str = "") -> Comparison:
    """Compares a module class, or a function that builds a module, with the published module of that name.

    thing: called with our arguments. An argument that is called otherwise there is recognised if its name is a common
        one; if not, give a function with our names.
    name: one of `names()`; by default the one that is nearest.

    Raises ValueError for a name that is none of `names()`, Unclear (a ValueError) where our arguments do not fit, and
    TypeError for a module that is built already.
    """
    if isinstance(thing, nn.Module):
        raise TypeError("compare builds modules of several sizes: give it the class, or a function that builds one")
    if not callable(thing):
        raise TypeError(f"compare takes a class, or a function that builds a module, not {type(thing).__name__}")
    if not name:
        return nearest(thing)
    if name not in modules():
        raise ValueError(f"{name!r} is none of the modules that can be compared with: {', '.join(modules())}")
    return _compared(thing, name)


def _compared(thing: Callable, name: str) -> Comparison:
    known = modules()[name]
    subject = Subject(build_of(thing, known), known)
    ways = find(subject)
    return Comparison(name, *verdict(subject, ways, name), subject)


def nearest(thing: Callable) -> Comparison:
    """Compares with each published module, and returns the comparison with the one that is nearest."""
    found = []
    for name in names():
        try:
            found.append(_compared(thing, name))
        except Unclear:
            continue
    own = getattr(thing, "__name__", "").lower()
    best = max(found, default=None, key=lambda each: (
        -ANSWERS.index(each.answer), each.near, each.name.lower() in own or own in each.name.lower()))
    if best is None or best.answer in ("different", "fails") and best.near < 0.5:
        taken = ", ".join(inspect.signature(thing).parameters)
        raise Unclear("Nothing that is known is near to it. Say which module it should be. "
                      f"(It takes {taken or 'nothing'}.)")
    best.lines.insert(0, f"Nearest to `{best.name}`.")
    return best
