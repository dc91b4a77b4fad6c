"""Helps code that changes a reference's syntax tree: says what a node calls, and makes nodes from text."""

from __future__ import annotations

import ast
import copy
from collections.abc import Container
from typing import Any, TypeGuard, TypeVar

from autograder.mutation.tables import ACTIVATIONS, AXES, TURNS

NAMESPACES = {"torch", "F", "nn", "nn.functional", "torch.nn.functional", "math", "self"}  # what functions are found in
METHODS = AXES | ACTIVATIONS | TURNS  # of tensors; another method of `self.something` is a layer's
Node = TypeVar("Node", bound=ast.AST)


def is_guard(node: ast.AST) -> TypeGuard[ast.If]:
    return isinstance(node, ast.If) and any(isinstance(statement, ast.Raise) for statement in node.body)


def altered(node: Node, **fields: Any) -> Node:
    """Returns a copy of the node with these fields replaced."""
    changed = copy.copy(node)
    for key, value in fields.items():
        setattr(changed, key, value)
    return changed


def called(node: ast.AST) -> str:
    """Returns `relu` for torch.relu(x), F.relu(x), x.relu() and relu(x); an empty text if the node is not a call of a
    named function or method."""
    function = node.func if isinstance(node, ast.Call) else None
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def calls(node: ast.AST, names: Container[str]) -> TypeGuard[ast.Call]:
    """Says whether the node is a call of one of these names."""
    return called(node) in names


def of_self(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def applied_to(node: ast.Call) -> ast.expr | None:
    """Returns the main argument of a function or method: `x` for relu(x), torch.relu(x), self.act(x) and x.relu()."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    layer = isinstance(owner, ast.Attribute) and ast.unparse(owner).startswith("self.") and called(node) not in METHODS
    if owner is not None and not layer and ast.unparse(owner) not in NAMESPACES:
        return owner
    return node.args[0] if node.args else None


def with_keyword(node: ast.Call, name: str, value: bool | int) -> ast.Call:
    return altered(node, keywords=[*node.keywords, ast.keyword(name, ast.Constant(value))])


def without(node: ast.Call, name: str | None) -> ast.Call:
    """Returns a call without a keyword argument."""
    return altered(node, keywords=[each for each in node.keywords if each.arg != name])


def renamed(node: ast.Call, name: str) -> ast.Call:
    function = altered(node.func, **({"attr": name} if isinstance(node.func, ast.Attribute) else {"id": name}))
    return altered(node, func=function)


def method_call(value: ast.expr, name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(args), [])


class _Fill(ast.NodeTransformer):
    """Puts nodes in for names."""

    def __init__(self, holes: dict[str, ast.expr]):
        self.holes = holes

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.holes.get(node.id, node)


def code(text: str, **holes: ast.expr) -> list[ast.stmt]:
    """Returns the statements in a text, in which the names of `holes` are replaced by their nodes."""
    return [_Fill(holes).visit(statement) for statement in ast.parse(text).body]


def expression(text: str, **holes: ast.expr) -> ast.expr:
    return _Fill(holes).visit(ast.parse(text, mode="eval").body)
