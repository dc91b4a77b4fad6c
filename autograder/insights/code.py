"""An answer's code: as it is shown to a class, and as it is compared with others."""

from __future__ import annotations

import ast
import builtins
import re

LONGEST = 20_000  # characters of a cell that is looked at: nobody writes more by hand
DEEPEST = 100  # expressions and statements inside each other: Python's own functions for trees call themselves, up to 1,000 times
LINES = 40  # of an exhibit
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


def shown(source: str) -> str:
    """The code without comments and docstrings, where people write their names, and without the imports; at most LINES lines.

    Where it is no Python, its layout stays and comments are cut by their sign.
    """
    tree = _parsed(source)
    if tree is None:
        lines = [line for line in (re.sub(r"\s*#.*", "", line) for line in source[:LONGEST].split("\n")) if line.strip()]
    else:
        lines = ast.unparse(tree).strip("\n").split("\n")
    return "\n".join([*lines[:LINES], "..."] if len(lines) > LINES else lines)


def normalised(source: str) -> str | None:
    """The code with all that is decoration left out: comments, docstrings, layout, imports, annotations, and which names were chosen for
    local variables and attributes. None where it is no Python."""
    tree = _parsed(source)
    if tree is None:
        return None
    names: dict[str, str] = {}

    def renamed(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}")

    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    given = {node.arg for node in arguments}  # an exercise prescribes its arguments
    chosen = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - given
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    for node in arguments:
        node.annotation = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in chosen and not hasattr(builtins, node.id):
            node.id = renamed(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in attributes:
            node.attr = renamed("." + node.attr)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def length(source: str) -> int:
    """How many names, numbers, operators and calls a piece of code is made of: without what `normalised` leaves out."""
    tree = _parsed(source)
    return sum(isinstance(node, (ast.expr, ast.stmt)) for node in ast.walk(tree)) if tree else 0


def _parsed(source: str) -> ast.Module | None:
    """The program without imports and docstrings; None where it is none, or too much for Python's own parser."""
    try:
        tree = ast.parse(source) if len(source) <= LONGEST else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if tree is None or _deep(tree):
        return None
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in ast.walk(tree):
        first = node.body[0] if isinstance(node, DOCUMENTED) and node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


def _deep(tree: ast.Module) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
