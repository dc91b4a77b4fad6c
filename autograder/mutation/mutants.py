"""Wrong answers made by machine: the source of a reference exercise with one small change in one place (operators.py).
Most mutants are wrong. A few change nothing that can be seen, and only a person can say which."""

from __future__ import annotations

import ast
import copy
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.mutation.operators import ANY, OF_TENSORS
from autograder.mutation.syntax import is_guard, of_self


@dataclass(frozen=True)
class Mutant:
    """id: the exercise, the line within its source and what was changed, such as "squeeze 9: mean -> sum".
    operator: the function below that proposed it."""

    id: str
    source: str
    operator: str = ""


def mutants(source: str) -> list[Mutant]:
    """Returns every mutant of the one function or class in `source`. Two changes that give the same source are one
    mutant.

    The line in a mutant's name is a line of the result of `counted`. So the name stays the same if only the layout or a
    docstring changes.
    """
    tree = counted(source)
    _mark(tree)
    exercise = next(node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
    found: list[Mutant] = []
    known, numbered = {ast.unparse(tree)}, Counter[str]()
    operators = ANY + OF_TENSORS if "Tensor" in source else ANY
    for node, line in _places(tree):
        for name, what, replacement in ((each.__name__, *change) for each in operators for change in each(node)):
            changed = ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree, {id(node): replacement})))
            if changed in known or not _compiles(changed):
                continue
            known.add(changed)
            label = f"{exercise.name} {line}: {what}"
            numbered[label] += 1
            found.append(Mutant(label if numbered[label] == 1 else f"{label} ({numbered[label]})", changed, name))
    return found


def counted(source: str) -> ast.Module:
    """Returns the tree of `source` as `ast.unparse` writes it: without docstrings and comments, and with one statement
    in each line. Its line numbers appear in the names of mutants."""
    return ast.parse(ast.unparse(_without_docstrings(ast.parse(source))))


def _compiles(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SyntaxWarning)  # a call or subscript of a number: nobody writes that
            compile(source, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _mark(tree: ast.AST) -> None:
    """Marks each node with what it alone does not show. `runs` says whether it computes a result, and `others` holds
    the names that could take the place of its own."""
    layers = {node.attr for node in ast.walk(tree) if of_self(node) and isinstance(node.ctx, ast.Store)}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        parameters = {argument.arg for argument in function.args.args} - {"self"}
        guards = {id(node) for statement in function.body if is_guard(statement) for node in ast.walk(statement)}
        for node in (node for statement in function.body for node in ast.walk(statement)):
            vars(node)["runs"] = function.name != "__init__" and id(node) not in guards
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in parameters:
                vars(node)["others"] = sorted(parameters - {node.id})
            elif of_self(node) and isinstance(node.ctx, ast.Load) and node.attr in layers:
                vars(node)["others"] = sorted(layers - {node.attr})


def _places(node: ast.AST, line: int = 1) -> Iterator[tuple[ast.AST, int]]:
    """Yields every node that is part of a computation, with its line. Annotations and the text of messages are left
    out."""
    line = getattr(node, "lineno", line)
    yield node, line
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases") or isinstance(node, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, (ast.stmt, ast.expr, ast.arguments, ast.comprehension, ast.keyword)):
                yield from _places(child, line)


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree
