"""What a worker's observation may look like. It comes from a learner's process: everything about it is checked before it is used."""

from __future__ import annotations

from typing import Any

import fastjsonschema
from torch import Tensor

from attention_lab import values
from attention_lab.recorded import Observation

from . import wire

TEXT = {"type": "string", "maxLength": 2000}
MAYBE_TEXT = {"anyOf": [TEXT, {"type": "null"}]}
WHOLE = {"type": "integer", "minimum": -(1 << 62), "maximum": 1 << 62}
NODE = {"$ref": "#/definitions/node"}


def _list(items: dict, most: int = 2000) -> dict:
    return {"type": "array", "items": items, "maxItems": most}


def _pair(first: dict, second: dict) -> dict:
    return {"type": "array", "items": [first, second], "minItems": 2, "maxItems": 2}


def _object(**properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _maybe(schema: dict) -> dict:
    return {"anyOf": [{"type": "null"}, schema]}


SHAPE = _list(WHOLE, 64)
SPEC = _list(_pair(TEXT, SHAPE))
RAISED = {"type": TEXT, "message": TEXT, "value_error": {"type": "boolean"}, "numbers": _list({"type": "integer"}, 50),
          "not_implemented": {"type": "boolean"}, "place": MAYBE_TEXT, "line": MAYBE_TEXT, "number": _maybe(WHOLE),
          "operands": _list(_pair(TEXT, TEXT), 6), "caller": MAYBE_TEXT}
OBSERVATION = _object(
    raised=_maybe(_object(stage={"enum": ["construct", "call", "gradients"]}, **RAISED)),
    unplaced=_maybe(_object(missing=SPEC, extra=SPEC, hidden=_list(TEXT))),
    placements={"type": "integer", "minimum": 1, "maximum": 2000},
    parameters=SPEC,
    output=NODE,
    changed=_list(TEXT),
    largest=_maybe(_object(elements=WHOLE, operation=TEXT, shape=SHAPE, line=MAYBE_TEXT,
                           causes=_list({"enum": ["axes", "width", "strides", "uncut"]}, 4))),
    dropout=_list({"type": "number"}),
    trace=_list(_pair(TEXT, _object(received=NODE, gave=NODE, again={"type": "boolean"}))),
    mixed=_maybe(_object(operation=TEXT, shapes=_list(SHAPE, 64), line=MAYBE_TEXT)),
    devices={"type": "object", "additionalProperties": _object(device=TEXT, shape=SHAPE, dtype=TEXT)},
) | {"definitions": {"node": {"anyOf": [
    {"type": ["null", "boolean", "number"]}, TEXT, _list(NODE), _object(tuple=_list(NODE)),
    _object(size=SHAPE), _object(dtype=TEXT), _object(tensor=TEXT), _object(object=TEXT),
    _object(dict={"type": "object", "additionalProperties": NODE})]}}}

_observation = fastjsonschema.compile(OBSERVATION)
_raised = fastjsonschema.compile(_object(raised=_maybe(_object(**RAISED))))


def observations(header: dict[str, Any], tensors: dict[str, Tensor], count: int) -> list[Observation]:
    """The observations of a worker's answer to `count` questions. Raises ValueError where there are others."""
    headers = header.get("observations")
    if not isinstance(headers, list) or len(headers) != count:
        raise ValueError(f"not an answer to {count} questions")
    own = wire.apart(tensors, count)
    for each, mine in zip(headers, own):
        observation(each, mine)
    return list(zip(headers, own))


def observation(header: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    """Raises ValueError where this is no observation."""
    _checked(_observation, header)
    nodes = [header["output"], *(entry[side] for _, entry in header["trace"] for side in ("received", "gave"))]
    for node in nodes:
        for _, leaf in values.leaves(node):
            if isinstance(leaf, dict) and "tensor" in leaf and leaf["tensor"] not in tensors:
                raise ValueError(f"there is no tensor {leaf['tensor']!r}")


def cell(header: dict[str, Any]) -> None:
    """Raises ValueError where this is no answer about a cell that was run."""
    _checked(_raised, header)


def _checked(check: Any, header: dict[str, Any]) -> None:
    try:
        check(header)
    except fastjsonschema.JsonSchemaValueException as error:
        raise ValueError(f"not an answer: {error.message[:200]}") from error
