"""The UNTRUSTED side: library functions as they were before any learner's cell ran, put back before each question.

So a notebook that replaces `torch.allclose`, `Tensor.__eq__`, `json.dumps` or what writes an observation down changes nothing. What a
learner adds stays, unless it hides something that was there. Code that looks for this object while a question is answered can still
write its own observation: what that is worth is the judge's matter, which compares numbers and believes no verdict.
"""

from __future__ import annotations

import builtins
import gc
import sys
import types
from collections.abc import Iterable
from operator import attrgetter, is_
from typing import Any

CODE = attrgetter("__code__", "__defaults__", "__kwdefaults__")


class Pristine:
    """Remembers modules and classes as they are now, with the code of every function in them."""

    def __init__(self, owners: Iterable[types.ModuleType | type]):
        self.owners = [(owner, owner.__class__, dict(vars(owner))) for owner in owners]
        functions = {id(f): f for _, _, was in self.owners for value in was.values() if (f := _function(value))}
        self.functions = list(functions.values())
        self.code = list(map(CODE, self.functions))

    def restore(self) -> None:
        """Put everything back that is not as it was."""
        sys.settrace(None)
        sys.setprofile(None)
        gc.callbacks.clear()
        for function, (code, defaults, named) in zip(self.functions, self.code):
            if function.__code__ is not code or function.__defaults__ is not defaults or function.__kwdefaults__ is not named:
                function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named
        for owner, kind, was in self.owners:
            now = vars(owner)
            if len(now) != len(was) or not all(map(is_, now.values(), was.values())):
                _put_back(owner, now, was)
            if owner.__class__ is not kind:
                owner.__class__ = kind


def _put_back(owner: types.ModuleType | type, now: Any, was: dict[str, Any]) -> None:
    is_class = isinstance(owner, type)
    below = owner.__mro__[1:] if is_class else (builtins,) if owner is not builtins else ()
    for name, value in list(now.items()):
        if name not in was and any(name in vars(base) for base in below):
            type.__delattr__(owner, name) if is_class else now.pop(name)
        elif name not in was:
            was[name] = value  # an addition: from now on it belongs
    for name, value in was.items():
        if name not in now or now[name] is not value:
            if is_class:
                type.__setattr__(owner, name, value)
            else:
                now[name] = value


def _function(value: Any) -> types.FunctionType | None:
    """The Python function behind a module's or class's attribute, if it is one."""
    value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    return value if isinstance(value, types.FunctionType) else None
