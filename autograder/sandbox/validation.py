"""Tests the form of a worker's observation. It comes from a learner's process, so everything in it is checked before it
is used.

The schema is derived from the types of attention_lab's `protocol` and from its `bounds`. docs/protocol.md says what
each field is used for, and what a lie in it could gain.
"""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from functools import reduce
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import fastjsonschema
from torch import Tensor

from attention_lab.checking.form import protocol, values
from attention_lab.checking.form.bounds import ITEMS, KEYS
from attention_lab.checking.form.protocol import Answer, Bounds, Observation
from autograder.worker import wire
from autograder.worker.cells import Ran

KINDS = ("output.", "received.", "gave.")
PLAIN = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def schema(kind: Any) -> dict[str, Any]:
    """Returns the JSON schema of a type: a dataclass, a plain type, a list, a tuple, a dict, a literal, a type with
    bounds, or a union of these."""
    if kind == protocol.Node:
        return {"$ref": "#/definitions/node"}
    if isinstance(kind, type) and is_dataclass(kind):
        return _object(**{name: schema(each) for name, each in protocol.types_of(kind).items()})
    if kind in PLAIN:
        return {"type": PLAIN[kind]}
    of, inside = get_origin(kind), get_args(kind)
    if of is Annotated:
        return reduce(_bounded, inside[1:], schema(inside[0]))
    if of is list:
        return {"type": "array", "items": schema(inside[0]), "maxItems": ITEMS}
    if of is tuple:
        return {"type": "array", "items": list(map(schema, inside)), "minItems": len(inside), "maxItems": len(inside)}
    if of is dict:
        return _dictionary(schema(inside[1]), schema(inside[0]), ITEMS)
    if of is Literal:
        return {"enum": list(inside)}
    if of in (Union, UnionType):
        return {"anyOf": list(map(schema, inside))}
    raise TypeError(f"no schema for {kind}")


def _bounded(made: dict[str, Any], bounds: Bounds) -> dict[str, Any]:
    names = {"most": "maxLength" if made["type"] == "string" else "maxItems", "minimum": "minimum",
             "maximum": "maximum"}
    return made | {names[name]: value for name, value in asdict(bounds).items() if value is not None}


def _dictionary(values: dict[str, Any], keys: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values, "propertyNames": keys, "maxProperties": most}


def _object(**properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _node() -> dict[str, Any]:
    """Returns the schema of a node, such as an output; see `values`."""
    node, text = schema(protocol.Node), schema(protocol.Text)
    return {"anyOf": [
        {"type": ["null", "boolean", "number"]}, text, schema(list[protocol.Node]),
        _object(tuple=schema(list[protocol.Node])),
        _object(size=schema(protocol.Shape)), _object(dtype=text), _object(tensor=text), _object(object=text),
        _object(dict=_dictionary(node, text, KEYS))]}


_observation = fastjsonschema.compile(schema(Observation) | {"definitions": {"node": _node()}})
_cell = fastjsonschema.compile(schema(Ran))


def observations(header: dict[str, Any], tensors: dict[str, Tensor], count: int) -> list[Answer]:
    """Returns the observations in a worker's answer to `count` questions. Raises ValueError if there are more, fewer,
    or none."""
    headers = header.get("observations")
    if len(header) != 1 or not isinstance(headers, list) or len(headers) != count:
        raise ValueError(f"not an answer to {count} questions")
    own = wire.ungroup(tensors, count)
    return [(observation(each, mine), mine) for each, mine in zip(headers, own)]


def observation(header: dict[str, Any], tensors: dict[str, Tensor]) -> Observation:
    """Returns an observation. Raises ValueError if this is not one."""
    _checked(_observation, header)
    seen = protocol.read(Observation, header)
    nodes = [seen.output, *(node for entry in seen.trace for node in (entry.received, entry.gave))]
    named = {leaf["tensor"] for node in nodes for _, leaf in values.leaves(node)
             if isinstance(leaf, dict) and "tensor" in leaf}
    own = {name for name in tensors if not name.startswith(("grad.", "buffer."))}
    if named != own or not all(f"{name}.".startswith(KINDS) for name in own):
        raise ValueError("tensors that no field names, or named tensors that are missing: "
                         f"{sorted(named ^ own)[:3]}"[:400])
    if any(not t.is_floating_point() for name, t in tensors.items() if name.startswith("grad.")):
        raise ValueError("a gradient of whole numbers")
    return seen


def cell(header: dict[str, Any]) -> Ran:
    """Returns how a cell ran. Raises ValueError if this is not an answer about a cell that was run."""
    _checked(_cell, header)
    return protocol.read(Ran, header)


def changed(header: dict[str, Any]) -> bool:
    """Returns whether names had another meaning below an exercise's cell. Raises ValueError if this is not such an
    answer."""
    if header not in ({"changed": True}, {"changed": False}):
        raise ValueError("not an answer about names")
    return header["changed"] is True


def _checked(check: Any, header: dict[str, Any]) -> None:
    try:
        check(header)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ValueError(f"not an answer: {error.message[:200]}") from error
