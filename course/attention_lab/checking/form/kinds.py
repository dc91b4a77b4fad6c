"""Tests whether a value has the type that is written beside a dataclass's field. It is for data that others recorded,
or left in a file."""

from __future__ import annotations

import math
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from .bounds import ITEMS, KEYS, NESTED, TEXT, Bounds
from .protocol import types_of
from .values import DTYPE

LONGEST = 20 * TEXT  # characters of a text that is shown
NUMBERS = 1 << 62


def fits(value: Any, kind: Any) -> bool:
    """Says whether a value has the type that is written beside a field."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return (
            _node(value)
            if "node" in parts
            else fits(value, parts[0]) and all(_within(value, bound) for bound in parts[1:])
        )
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in parts)
    if origin is Literal:
        return value in parts
    if origin is list:
        return isinstance(value, list) and all(fits(item, parts[0]) for item in value)
    if origin is tuple:
        return isinstance(value, list | tuple) and len(value) == len(parts) and all(map(fits, value, parts))
    if origin is dict:
        return isinstance(value, dict) and all(
            fits(key, parts[0]) and fits(item, parts[1]) for key, item in value.items()
        )
    if isinstance(kind, type) and is_dataclass(kind):
        return isinstance(value, kind) and all(
            fits(getattr(value, name), part) for name, part in types_of(kind).items()
        )
    if kind in (int, float):
        return (
            isinstance(value, int if kind is int else int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
        )
    if kind is str:
        return isinstance(value, str) and len(value) <= LONGEST
    return kind is Any or isinstance(value, NoneType if kind is None else kind)


def _within(value: Any, bound: Any) -> bool:
    if not isinstance(bound, Bounds):
        return True
    low, high = (-math.inf if bound.minimum is None else bound.minimum), (math.inf
                                                                          if bound.maximum is None else bound.maximum)
    return (bound.most is None or len(value) <= bound.most) and (
        not isinstance(value, int | float) or low <= value <= high
    )


def _node(node: Any, deep: int = 0) -> bool:
    """Says whether it is a node, see `values`: scalars, lists and objects of them, no larger than the course's own."""
    if deep > NESTED:
        return False
    if isinstance(node, dict):
        texts = all(isinstance(node.get(key, ""), str) for key in ("exercise", "module"))
        dtype = not isinstance(node.get("dtype"), str) or node["dtype"] in DTYPE
        return texts and dtype and len(node) <= KEYS and all(_node(item, deep + 1) for item in node.values())
    if isinstance(node, list):
        return len(node) <= ITEMS and all(_node(item, deep + 1) for item in node)
    if isinstance(node, str):
        return len(node) <= TEXT
    return node is None or isinstance(node, bool | float) or isinstance(node, int) and abs(node) < NUMBERS
