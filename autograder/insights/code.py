"""Prepares an answer's code to be shown to a class."""

from __future__ import annotations

import ast
import re
import warnings

LONGEST = 20_000  # characters of a cell that is looked at: nobody writes more by hand
# expressions and statements inside each other: Python's own functions for trees call themselves, up to 1,000 times
DEEPEST = 100
LINES = 40  # of an exhibit
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


def shown(source: str) -> str:
    """Returns at most LINES lines of the code, without imports, and without comments and docstrings, because people
    write their names into these.

    Whatever the code holds, no error gets out. If it could not be read, its layout stays, and comments are cut off at
    their `#`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python quotes an answer in them
            lines = ast.unparse(_parsed(source)).strip("\n").split("\n")
    except Exception:  # no Python, a null byte, a number of 10,000 digits, and what else there may be
        lines = [line for line in (re.sub(r"\s*#.*", "", line) for line in source[:LONGEST].split("\n"))
                 if line.strip()]
    return "\n".join([*lines[:LINES], "..."] if len(lines) > LINES else lines)


def _parsed(source: str) -> ast.Module:
    """The program without imports and docstrings. Raises ValueError for too much code, and what ast.parse raises."""
    if len(source) > LONGEST:
        raise ValueError("too long")
    tree = ast.parse(source)
    if _deep(tree):
        raise ValueError("nested too deeply")
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in ast.walk(tree):
        if not isinstance(node, DOCUMENTED) or not node.body:
            continue
        first = node.body[0]
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
