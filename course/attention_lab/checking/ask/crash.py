"""Describes a crash in a learner's code: their own line, and the shapes of the tensors in it."""

from __future__ import annotations

import ast
import re
from types import FrameType
from typing import Any

from torch import Tensor, nn

from ..form.bounds import NAME
from ..form.protocol import Raised, Stage
from .lines import LONGEST, line_of


def describe(error: BaseException, namespace: dict[str, Any], stage: Stage) -> Raised:
    """Returns the error as plain data. namespace: the learner's global names."""
    operands: list[tuple[str, str]] = []
    line, number, place, caller = None, None, None, None
    step, frames = error.__traceback__, []
    while step is not None:
        if step.tb_frame.f_globals is namespace:  # the learner's own code
            frames.append((step.tb_frame, step.tb_lineno))
        step = step.tb_next
    frame = frames[-1][0] if frames else None
    if frame is not None:
        number = frames[-1][1]
        line = line_of(*frames[-1])
        unbound = dict.fromkeys(frame.f_code.co_varnames)  # a local name without a value yet is no global of that name
        operands = _operands(line or "", {**frame.f_globals, **unbound, **frame.f_locals})
        place = frame.f_code.co_qualname.split(".")[0][:NAME]
        caller = line_of(*frames[0]) if frames[0][0].f_code is not frame.f_code else None
    text = _message(error)
    # torch raises NotImplementedError too, for a module without `forward`, for a sparse tensor;
    # and learners do, with a message
    unwritten = (
        isinstance(error, NotImplementedError) and not error.args and frame is not None and frame is _last(error)
    )
    # a number with more digits is not a size
    numbers = [int(digits) for digits in re.findall(r"\d+", text[:LONGEST]) if len(digits) <= 18]
    return Raised(type(error).__name__[:NAME], isinstance(error, ValueError), numbers[:50],
                  text[:LONGEST], unwritten, place, line, number, operands, caller, stage)


def _message(error: BaseException) -> str:
    try:
        return re.sub(r" at 0x[0-9a-fA-F]+", "", str(error))  # an address changes from run to run
    except Exception:  # a learner's own class of errors, whose __str__ fails itself
        return ""


def _last(error: BaseException) -> FrameType | None:
    """Returns the frame in which the error was raised."""
    frame: FrameType | None = None
    step = error.__traceback__
    while step is not None:
        frame, step = step.tb_frame, step.tb_next
    return frame


def _operands(line: str, scope: dict[str, Any]) -> list[tuple[str, str]]:
    """Returns the names and attributes in a source line that hold tensors, layers or numbers, each with its shape or
    value."""
    for candidate in (line, line.rstrip(":") + ": pass", f"{line} pass"):
        try:
            parsed = ast.parse(candidate)
            break
        except SyntaxError:
            continue
    else:
        return []
    found: dict[str, str] = {}
    for node in ast.walk(parsed):
        if isinstance(node, (ast.Name, ast.Attribute)):
            expression = ast.unparse(node)
            text = _text(_value(node, scope))
            if text and expression != "self":
                found.setdefault(expression, text)
    return list(found.items())[:6]


def _value(node: ast.expr, scope: dict[str, Any]) -> Any:
    """Returns the value of `name` or `self.layer.weight`, without running the learner's own properties."""
    if isinstance(node, ast.Name):
        return scope.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, scope)
        if isinstance(owner, nn.Module):
            held = vars(owner)  # without torch's dicts where `super().__init__()` was forgotten
            return next((kind[node.attr] for kind in (held,
                                                      *(held.get(k, {})
                                                        for k in ("_parameters", "_buffers", "_modules")))
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
