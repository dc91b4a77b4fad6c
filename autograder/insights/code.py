"""Prepares an answer's code to be shown to a class, and to be compared with other answers."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

from autograder.judge.packages import PYTHON

LONGEST = 20_000  # characters of a cell that is looked at: nobody writes more by hand
# expressions and statements inside each other: Python's own functions for trees call themselves, up to 1,000 times
DEEPEST = 100
LINES = 40  # of an exhibit
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


@dataclass(frozen=True)
class _Analysed:
    """The result of analysing a piece of code with Python's own tools, or the reason why there is none."""

    code: str = ""
    form: str | None = None
    parts: int = 0
    why_not: str = ""


def why_not(source: str) -> str:
    """Returns the reason why an answer could not be analysed, which completes "..., because ..."; empty if it was
    analysed."""
    return _analysed(source).why_not


def shown(source: str) -> str:
    """Returns at most LINES lines of the code, without imports, and without comments and docstrings, because people
    write their names into these.

    If the code could not be analysed, its layout stays, and comments are cut off at their `#`.
    """
    if _analysed(source).why_not:
        lines = [line for line in (re.sub(r"\s*#.*", "", line) for line in source[:LONGEST].split("\n"))
                 if line.strip()]
    else:
        lines = _analysed(source).code.strip("\n").split("\n")
    return "\n".join([*lines[:LINES], "..."] if len(lines) > LINES else lines)


def normalised(source: str) -> str | None:
    """Returns the code without decoration: comments, docstrings, layout, imports, annotations, and the names that were
    chosen for local variables and attributes. Returns None if the code could not be analysed."""
    return _analysed(source).form


def length(source: str) -> int:
    """Counts the names, numbers, operators and calls in a piece of code, without the parts that `normalised` leaves
    out."""
    return _analysed(source).parts


@lru_cache(maxsize=4096)
def _analysed(source: str) -> _Analysed:
    """Analyses a piece of code. Whatever the code holds, no error gets out, so no answer can stop the page from being
    made."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python quotes an answer in them
            tree = _parsed(source)
            parts = sum(isinstance(node, (ast.expr, ast.stmt)) for node in ast.walk(tree))
            return _Analysed(ast.unparse(tree), _form(tree), parts)
    except _NotAnalysed as error:
        return _Analysed(why_not=str(error))
    except SyntaxError:
        return _Analysed(why_not=f"it is not valid in {PYTHON}")
    except (RecursionError, MemoryError):
        return _Analysed(why_not="it is nested too deeply")
    except Exception as error:  # a null byte, a number of 10,000 digits, and what else there may be
        return _Analysed(why_not=f"Python can't read it ({type(error).__name__})")


class _NotAnalysed(Exception):
    pass


def _form(tree: ast.Module) -> str:
    """See `normalised`. It changes the tree."""
    names: dict[str, str] = {}

    def renamed(name: str) -> str:
        return names.setdefault(name, f"v{len(names)}")

    arguments = [node for node in ast.walk(tree) if isinstance(node, ast.arg)]
    given = {node.arg for node in arguments}  # an exercise prescribes its arguments
    chosen = {node.id for node in ast.walk(tree)
              if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - given
    attributes = {node.attr for node in ast.walk(tree)
                  if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    for argument in arguments:
        argument.annotation = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in chosen and not hasattr(builtins, node.id):
            node.id = renamed(node.id)
        elif isinstance(node, ast.Attribute) and node.attr in attributes:
            node.attr = renamed("." + node.attr)
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def _parsed(source: str) -> ast.Module:
    """The program without imports and docstrings. Raises _NotAnalysed, and what ast.parse raises."""
    if len(source) > LONGEST:
        raise _NotAnalysed(f"it has {len(source):,} characters, and at most {LONGEST:,} are looked at")
    tree = ast.parse(source)
    if _deep(tree):
        raise _NotAnalysed("it is nested too deeply")
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
