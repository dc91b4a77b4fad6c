"""A crash in a learner's code: their own line, and the shapes of the tensors in it."""

from __future__ import annotations

import ast
import linecache
import re
import sys
from types import FrameType
from typing import Any

from torch import Tensor, nn

LONGEST = 400  # characters of an error message that are worth reading


def describe(error: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """The error as plain data.

    Keys: type, message, value_error (is it a ValueError), numbers (the integers in its message), not_implemented,
    place (the learner's function or class in which it happened, or None), line (its source line or None), number (the line's
    number), operands ([expression, what it holds] in that line), caller (the line of the checked function or class that led
    there, where it is another one).
    """
    line, number, operands, place, caller = None, None, [], None, None
    step, frames = error.__traceback__, []
    while step is not None:
        if step.tb_frame.f_globals is namespace:  # the learner's own code
            frames.append((step.tb_frame, step.tb_lineno))
        step = step.tb_next
    frame = frames[-1][0] if frames else None
    if frame is not None:
        number = frames[-1][1]
        line = _line(*frames[-1])
        unbound = dict.fromkeys(frame.f_code.co_varnames)  # a local name without a value yet is no global of that name
        operands = _operands(line or "", {**frame.f_globals, **unbound, **frame.f_locals})
        place = frame.f_code.co_qualname.split(".")[0]
        caller = _line(*frames[0]) if frames[0][0].f_code is not frame.f_code else None
    text = _message(error)
    # torch raises NotImplementedError too, for a module without `forward`, for a sparse tensor; and learners do, with a message
    unwritten = isinstance(error, NotImplementedError) and not error.args and frame is not None and frame is _last(error)
    return {"type": type(error).__name__, "message": text[:LONGEST], "value_error": isinstance(error, ValueError),
            "numbers": [int(n) for n in re.findall(r"\d+", text[:LONGEST])][:50],
            "not_implemented": unwritten, "place": place, "line": line, "number": number, "operands": operands, "caller": caller}


def current_line(namespace: dict[str, Any] | None) -> str | None:
    """The learner's line that is running, or None outside of their code. namespace: their global names."""
    frame = sys._getframe(1)
    while frame and frame.f_globals is not namespace:
        frame = frame.f_back
    return frame and _line(frame, frame.f_lineno)


def _line(frame: FrameType, number: int) -> str | None:
    return linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()[:LONGEST] or None


def _message(error: BaseException) -> str:
    try:
        return re.sub(r" at 0x[0-9a-fA-F]+", "", str(error))  # an address is another one each time
    except Exception:  # a learner's own class of errors, whose __str__ fails itself
        return ""


def _last(error: BaseException) -> FrameType:
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    return step.tb_frame


def _operands(line: str, scope: dict[str, Any]) -> list[list[str]]:
    """Names and attributes of a source line that hold tensors, layers or numbers, each with its shape or value."""
    for candidate in (line, line.rstrip(":") + ": pass", f"{line} pass"):
        try:
            parsed = ast.parse(candidate)
            break
        except SyntaxError:
            continue
    else:
        return []
    found = {}
    for node in ast.walk(parsed):
        if isinstance(node, (ast.Name, ast.Attribute)):
            expression = ast.unparse(node)
            text = _text(_value(node, scope))
            if text and expression != "self":
                found.setdefault(expression, text)
    return [[name, text] for name, text in found.items()][:6]


def _value(node: ast.expr, scope: dict[str, Any]) -> Any:
    """The value of `name` or `self.layer.weight`, read without running properties of the learner's own."""
    if isinstance(node, ast.Name):
        return scope.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, scope)
        if isinstance(owner, nn.Module):
            held = vars(owner)  # without torch's dicts where `super().__init__()` was forgotten
            return next((kind[node.attr] for kind in (held, *(held.get(k, {}) for k in ("_parameters", "_buffers", "_modules")))
                         if node.attr in kind), None)
    return None


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"shape {tuple(value.shape)}"
    if isinstance(value, nn.Module):
        plain = type(value).__module__.startswith("torch.") and not value._modules  # a learner's own repr could fail
        return type(value).__name__ + (f"({value.extra_repr()})" if plain else "")
    if type(value) is float or type(value) is int and value.bit_length() <= 64:
        return repr(value)
    return ""
