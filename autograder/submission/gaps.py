"""Finds the definitions of an exercise that are still the gap with which the lesson was handed out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from autograder.submission.trees import statements

LAYOUT = re.compile(r"#[^\n]*|\s+")
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


def answers(source: str, stub: str, name: str) -> bool:
    """Says whether a cell that defines an exercise does so with more than the gap of its stub."""
    if (body := statements(source)) is None:
        return not same_code(source, stub)
    definitions = _definitions(body, name)
    if definitions:
        return not all(_is_gap(node, stub, name) for node in definitions)
    return any(isinstance(node, ast.Assign | ast.AnnAssign) and node.value and name in _targets(node)
               and name not in _names_in(node.value) for node in body)


def without_gaps(source: str, stub: str, name: str) -> str:
    """Returns a cell without the definitions of an exercise that are still its gap. All other lines keep their number.
    """
    if (body := statements(source)) is None:
        return "" if same_code(source, stub) else source
    lines = source.split("\n")
    for node in _definitions(body, name):
        if _is_gap(node, stub, name):
            _blank(lines, node)
    return "\n".join(lines) if LAYOUT.sub("", "\n".join(lines)) else ""


def without(source: str, name: str) -> str:
    """Returns a cell without the definitions of an exercise. All other lines keep their number."""
    lines = source.split("\n")
    for node in _definitions(statements(source) or [], name):
        _blank(lines, node)
    return "\n".join(lines)


def same_code(a: str, b: str) -> bool:
    """Says whether two sources are the same apart from comments and blanks."""
    return a == b or LAYOUT.sub("", a) == LAYOUT.sub("", b)


def _definitions(body: list[ast.stmt], name: str) -> list[Named]:
    return [node for node in body if isinstance(node, Named) and node.name == name]


def _blank(lines: list[str], node: Named) -> None:
    """Empties the lines of a definition."""
    first = min([node, *node.decorator_list], key=lambda part: part.lineno).lineno - 1
    lines[first:node.end_lineno] = [""] * ((node.end_lineno or first) - first)


def _is_gap(node: Named, stub: str, name: str) -> bool:
    """Says whether nothing that the stub leaves open is filled. What a learner deleted is not filled either."""
    found = dict(_functions(node))
    return any(found.values()) and all(found.get(function, True) for function in _open_functions(stub, name))


@lru_cache
def _open_functions(stub: str, name: str) -> list[str]:
    return [function for node in _definitions(statements(stub) or [], name)
            for function, is_open in _functions(node) if is_open]


def _functions(node: ast.stmt, inside: str = "") -> Iterator[tuple[str, bool]]:
    """Yields a function, or those of a class, each with its name and whether it is open."""
    if isinstance(node, Function):
        yield inside, _is_open(node)
    elif isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, Named):
                yield from _functions(part, f"{inside}.{part.name}")


def _is_open(function: Function) -> bool:
    """Says whether a function has nothing in it, or raises NotImplementedError before it can return anything."""
    for statement in function.body:
        if isinstance(statement, ast.Raise) and "NotImplementedError" in _names_in(statement):
            return True
        if any(isinstance(part, ast.Return | ast.Yield | ast.YieldFrom) for part in ast.walk(statement)):
            return False
    return all(isinstance(statement, ast.Pass) or isinstance(statement, ast.Expr)
               and isinstance(statement.value, ast.Constant) for statement in function.body)


def _names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _targets(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return set().union(*map(_names_in, targets))
