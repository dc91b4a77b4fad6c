"""The UNTRUSTED side: puts library functions back before each question, as they were before any learner's cell ran.

So it changes nothing if a notebook replaces `torch.allclose`, `Tensor.__eq__`, `json.dumps`, or the code that writes an
observation down. What a learner adds stays, unless it hides something that was there. Code that searches the
interpreter's memory while a question is answered can still write its own observation. The judge is prepared for that:
it compares numbers, and believes no verdict.
"""

from __future__ import annotations

import builtins
import gc
import sys
import types
from collections.abc import Callable, Iterable
from operator import attrgetter, is_
from typing import Any

OURS = ("attention_lab", "worker")


def snapshot(owners: Iterable[types.ModuleType | type]) -> Callable[[], None]:
    """Returns a function that puts modules and classes back to their present state, with the code of every function in
    them, and what every dict, list and set of a module holds.

    The function itself holds everything that it calls, so it works whatever is replaced meanwhile.
    """
    code_of = attrgetter("__code__", "__defaults__", "__kwdefaults__")
    held = [(owner, owner.__class__, dict(vars(owner))) for owner in owners]
    functions = list({id(f): f for _, _, was in held for value in was.values() if (f := _function(value))}.values())
    codes = list(map(code_of, functions))
    lists = list({id(value): (value, tuple(value), tuple(value.values()) if type(value) is dict else (), value.copy())
                  for owner, _, was in held if isinstance(owner, types.ModuleType) and owner.__name__.startswith(OURS)
                  for name, value in was.items()
                  if type(value) in (dict, list, set) and not name.startswith("__")}.values())
    classes_below = {owner: owner.__mro__[1:] for owner, _, _ in held if isinstance(owner, type)}
    set_trace, set_profile, callbacks, shown = sys.settrace, sys.setprofile, gc.callbacks, vars
    zipped, every, mapped, length, listed, some, same, names = zip, all, map, len, list, any, is_, builtins
    set_class_attribute, delete_class_attribute = type.__setattr__, type.__delattr__

    def put_back(owner: Any, now: Any, was: dict[str, Any]) -> None:
        below = classes_below.get(owner)
        for name, value in listed(now.items()):
            if name in was:
                continue
            if some(name in shown(base) for base in (below if below is not None else ()
                                                     if owner is names else (names,))):
                delete_class_attribute(owner, name) if below is not None else now.pop(name)
            else:
                was[name] = value  # an addition: from now on it belongs
        for name, value in was.items():
            if name not in now or now[name] is not value:
                if below is not None:
                    set_class_attribute(owner, name, value)
                else:
                    now[name] = value

    def refill(container: Any, was: Any) -> None:
        container.clear()
        (container.extend if container.__class__ is listed else container.update)(was)

    def restore() -> None:
        set_trace(None)
        set_profile(None)
        callbacks.clear()
        for function, (code, defaults, named) in zipped(functions, codes):
            if (
                function.__code__ is not code
                or function.__defaults__ is not defaults
                or function.__kwdefaults__ is not named
            ):
                function.__code__, function.__defaults__, function.__kwdefaults__ = code, defaults, named
        for container, items, values, was in lists:
            if (
                length(container) != length(items)
                or not every(mapped(same, container, items))
                or values and not every(mapped(same, container.values(), values))
            ):
                refill(container, was)
        for owner, kind, was in held:
            now = shown(owner)
            if length(now) != length(was) or not every(mapped(same, now.values(), was.values())):
                put_back(owner, now, was)
            if owner.__class__ is not kind:
                owner.__class__ = kind
    return restore


def _function(value: Any) -> types.FunctionType | None:
    """Returns the Python function behind an attribute of a module or class; None if there is none."""
    value = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
    return value if isinstance(value, types.FunctionType) else None
