"""Mistakes that people often make with attention. They are proposed first, each with a sentence, if the reference has a
place for them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

SOFTMAX = {"softmax", "log_softmax"}


@dataclass(frozen=True)
class Usual:
    """A usual mistake.

    id: a few words.
    group: of several proposals with the same group, only the first one that can be told from the reference is used.
    """

    id: str
    sentence: str
    source: str
    group: str


def usual(source: str) -> Iterator[Usual]:
    """The usual mistakes in the one function or class in `source`."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        for group, label, sentence, other in (*_another_axis(node), *_bare_exponential(node)):
            yield Usual(label, sentence, _with(tree, node, other), f"{group} {getattr(node, 'lineno', 0)}")
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name != "__init__"):
        tensors = {argument.arg for argument in function.args.args}
        for node in ast.walk(function):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                for kept, dropped in ((node.left, node.right), (node.right, node.left)):
                    if isinstance(dropped, ast.Name) and dropped.id in tensors:
                        yield Usual(f"without-{dropped.id}-added",
                                    f"`{dropped.id}` itself is not added: the residual is lost.",
                                    _with(tree, node, kept), f"residual {node.lineno}")


def _with(tree: ast.Module, node: ast.AST, other: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree, {id(node): other})))


def _called(node: ast.AST, names: set[str]) -> str:
    if not isinstance(node, ast.Call):
        return ""
    name = (
        node.func.attr
        if isinstance(node.func, ast.Attribute)
        else node.func.id if isinstance(node.func, ast.Name) else ""
    )
    return name if name in names else ""


def _scores_and_axis(node: ast.Call) -> tuple[ast.expr, ast.expr] | None:
    """Returns the argument and the axis of a softmax: torch.softmax(x, 1), F.softmax(x, dim=1), or x.softmax(1)."""
    assert isinstance(node.func, (ast.Attribute, ast.Name))
    function = isinstance(node.func, ast.Name) or ast.unparse(node.func.value) in (
        "torch",
        "F",
        "nn.functional",
        "torch.nn.functional",
    )
    given = list(node.args)
    scores = (
        given.pop(0)
        if function and given
        else node.func.value if isinstance(node.func, ast.Attribute) and not function else None
    )
    axis = next((each.value for each in node.keywords if each.arg == "dim"), given[0] if given else None)
    return (scores, axis) if scores is not None and axis is not None else None


def _another_axis(node: ast.AST) -> Iterator[tuple[str, str, str, ast.AST]]:
    if not _called(node, SOFTMAX) or not isinstance(node, ast.Call) or not (found := _scores_and_axis(node)):
        return
    for axis in (1, -1, 0, 2, -2):
        if ast.unparse(found[1]) != str(axis):
            yield ("axis", f"softmax-over-axis-{axis}".replace("--", "-minus-"),
                   "The softmax goes over another axis than in the formula.",
                   copy.deepcopy(node, {id(found[1]): ast.parse(str(axis), mode="eval").body}))


def _bare_exponential(node: ast.AST) -> Iterator[tuple[str, str, str, ast.AST]]:
    if not isinstance(node, ast.Call):
        return
    scores: ast.expr | None = None
    if _called(node, {"softmax"}) and (found := _scores_and_axis(node)):
        scores, text = found[0], f"torch.exp(scores) / torch.exp(scores).sum({ast.unparse(found[1])}, keepdim=True)"
    elif _called(node, {"sigmoid"}):
        assert isinstance(node.func, (ast.Attribute, ast.Name))
        scores = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
        text = "torch.exp(scores) / (1 + torch.exp(scores))"
    if scores is not None:
        class Fill(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                return copy.deepcopy(scores) if name.id == "scores" else name  # type: ignore[return-value]
        yield ("exp", "bare-exp",
               "`exp` of a large score is infinite, and infinity divided by infinity is not a number. Subtract the "
               "largest score first, or call torch's function.", Fill().visit(ast.parse(text, mode="eval").body))
