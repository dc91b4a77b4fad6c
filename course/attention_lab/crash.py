"""A crash in a learner's code: their own line, and the shapes of the tensors in it."""

from __future__ import annotations

import ast
import linecache
import re
from typing import Any

from torch import Tensor, nn

LONGEST = 400  # characters of an error message that are worth reading


def describe(error: BaseException, namespace: dict[str, Any]) -> dict[str, Any]:
    """The error as plain data.

    Keys: type, message, value_error (is it a ValueError), numbers (the integers in its message), not_implemented,
    line (the learner's source line or None), number (its line number), operands ([expression, what it holds] in that line).
    """
    line, number, operands = None, None, []
    step, frame = error.__traceback__, None
    while step is not None:
        if step.tb_frame.f_globals is namespace:  # the deepest frame of the learner's own code
            frame, number = step.tb_frame, step.tb_lineno
        step = step.tb_next
    if frame is not None:
        line = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip() or None
        operands = _operands(line or "", {**frame.f_globals, **frame.f_locals})
    text = str(error)
    return {"type": type(error).__name__, "message": text[:LONGEST], "value_error": isinstance(error, ValueError),
            "numbers": [int(n) for n in re.findall(r"\d+", text[:LONGEST])][:50],
            "not_implemented": isinstance(error, NotImplementedError), "line": line, "number": number, "operands": operands}


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
            return {**vars(owner), **owner._parameters, **owner._buffers, **owner._modules}.get(node.attr)
    return None


def _text(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"shape {tuple(value.shape)}"
    if isinstance(value, nn.Module):
        text = repr(value)
        return text if "\n" not in text else type(value).__name__
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    return ""
