"""The mistakes that people usually make with attention, each with a sentence. Those that the reference has a place for
are proposed first.

Somebody who makes such a mistake makes it everywhere, so a change is made in all places that fit. The mistakes are
proposed in the order of this file.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard

from autograder.mutation.operators import Changes, layer_options, order_of_arguments
from autograder.mutation.syntax import altered, applied_to, called, calls, expression, is_guard, of_self, renamed
from autograder.mutation.tables import GATES, INSTEAD, NORMS, ONE_AXIS, PLACES, REDUCTIONS, TURNS

Change = Callable[[ast.AST], ast.AST | None]  # another node for a node; None: it stays

REDUCED = REDUCTIONS | ONE_AXIS | {"max", "min"}
OTHER_AXES = ("(2, 3)", "1", "-1", "0", "2", "-2")
VERBS = {"reduction": ("reduce over", "reduces over"), "softmax": ("take the softmax over", "takes it over"),
         "log_softmax": ("take the softmax over", "takes it over"), "cat": ("join along", "joins along")}
INFINITE = "`exp` of a large score is infinite, and infinity divided by infinity is not a number. "
EXPONENTIALS = (  # the score stands once: a layer that it is taken from must not run twice
    ("softmax", "(exponentials := torch.exp(x)) / exponentials.sum(axis, keepdim=True)",
     INFINITE + "Subtract the largest score first, or call `torch.softmax`."),
    ("sigmoid", "(exponential := torch.exp(x)) / (1 + exponential)", INFINITE + "`torch.sigmoid` avoids that."),
)


@dataclass(frozen=True)
class Usual:
    """A usual mistake.

    id: a few words.
    group: several proposals may have the same group. Only the first of them that the cases can distinguish from the
        reference is used.
    """

    id: str
    sentence: str
    source: str
    group: str


@dataclass(frozen=True)
class _Kind:
    """A mistake as a change of nodes. making: is the change made in `__init__`, too, or in what computes alone?"""

    id: str
    sentence: str
    change: Change
    making: bool = False
    group: str = ""


def usual(source: str) -> Iterator[Usual]:
    """The usual mistakes in the one function or class in `source`."""
    tree = ast.parse(source)
    for kind in (*_of_gates(tree), *_of_parts(tree), *_of_functions(tree), *_of_axes(tree), *_of_layers(tree)):
        changed = _Everywhere(kind).visit(copy.deepcopy(tree))
        text = ast.unparse(ast.fix_missing_locations(changed))
        if text != ast.unparse(tree):
            yield Usual(kind.id, kind.sentence, text, kind.group or kind.id)


class _Everywhere(ast.NodeTransformer):
    """Makes a change in all places that fit, the innermost first."""

    def __init__(self, kind: _Kind):
        self.kind = kind

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.FunctionDef) and node.name == "__init__" and not self.kind.making:
            return node
        node = self.generic_visit(node)
        return self.kind.change(node) or node


def _like(operator: Callable[[ast.AST], Changes], words: str) -> Change:
    """Returns that change of an operator that these words describe, a regular expression."""
    return lambda node: next((new for what, new in operator(node) if re.fullmatch(words, what)), None)


# --- Gates and residuals

def _of_gates(tree: ast.AST) -> Iterator[_Kind]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name != "__init__"]
    for x in dict.fromkeys(argument.arg for each in functions for argument in each.args.args if _is_tensor(argument)):
        yield _Kind("gate-returned", f"You return the gate itself. The result is `{x}` times the gate.",
                    partial(_without, x=x, of=ast.Mult))
        yield _Kind(f"without-{x}-added", f"`{x}` itself is not added: the residual is lost.",
                    partial(_without, x=x, of=ast.Add))
        yield _Kind(f"{x}-added", f"You add `{x}` to the result. There is no residual in the formula.",
                    partial(_with_residual, x=x))
        yield _Kind("gate-added", f"You add the gate to `{x}`. A gate multiplies.",
                    partial(lambda node, x: altered(node, op=ast.Add()) if _without(node, x, ast.Mult) else None, x=x))


def _is_tensor(argument: ast.arg) -> bool:
    return argument.arg != "self" and (argument.annotation is None
                                       or ast.unparse(argument.annotation).startswith("Tensor"))


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _without(node: ast.AST, x: str, of: type[ast.operator]) -> ast.AST | None:
    """Returns `gate` from `x * gate` or `gate * x`; None for anything else."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, of):
        if _is_name(node.left, x):
            return node.right
        if _is_name(node.right, x):
            return node.left
    return None


def _with_residual(node: ast.AST, x: str) -> ast.AST | None:
    if not isinstance(node, ast.Return) or node.value is None or any(_is_name(each, x) for each in _terms(node.value)):
        return None
    return altered(node, value=expression(f"{x} + value", value=node.value))


# --- Parts that are put together

def _of_parts(tree: ast.AST) -> Iterator[_Kind]:
    yield _Kind("added-not-averaged", "You add the parts. The formula takes their mean, so divide by their number.",
                lambda node: node.left if _divides_sum(node) else None)
    divisors = {ast.unparse(node.right) for node in ast.walk(tree) if _divides_sum(node)}
    for divisor in sorted(divisors) if len(divisors) > 1 else ():
        yield _Kind(f"always-divided-by-{_letters(divisor)}",
                    f"You always divide by {divisor}. Divide by how many parts there are.",
                    partial(lambda node, by: altered(node, right=expression(by)) if _divides_sum(node) else None,
                            by=divisor))
    yield _Kind("parts-exchanged", "The formula puts the parts together in another order.", _reversed)
    yield _Kind("one-after-another", "Each part gets the result of the one before. In the formula, all parts get the "
                                     "same input.", _chained)


def _divides_sum(node: ast.AST) -> TypeGuard[ast.BinOp]:
    return (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            and (len(_terms(node.left)) > 1 or _is_name(getattr(node.left, "func", node), "sum")))


def _terms(node: ast.expr) -> list[ast.expr]:
    """Returns `a`, `b` and `c` from `a + b + c`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _reversed(node: ast.AST) -> ast.AST | None:
    if calls(node, {"cat", "stack", "concat"}) and node.args and isinstance(node.args[0], (ast.List, ast.Tuple)):
        return altered(node, args=[altered(node.args[0], elts=node.args[0].elts[::-1]), *node.args[1:]])
    return None


def _chained(node: ast.AST) -> ast.AST | None:
    """Changes `a = f(x)`, `b = g(x)` and the sum of a and b to `b = g(a)`, and b alone."""
    if not isinstance(node, ast.FunctionDef):
        return None
    named = {ast.unparse(each.targets[0]): each.value for each in node.body if isinstance(each, ast.Assign)}
    tensors = [argument.arg for argument in node.args.args if _is_tensor(argument)]
    if len(tensors) != 1:
        return None

    def chained(sum_: ast.AST) -> ast.AST | None:
        whole = sum_.left if _divides_sum(sum_) else None
        parts = [named.get(ast.unparse(term), term) for term in _terms(whole)] if whole else []
        if not parts or any(ast.unparse(part) == tensors[0] or _uses(part, tensors[0]) != 1 for part in parts):
            return None
        result = parts[0]
        for part in parts[1:]:
            result = expression(ast.unparse(part), **{tensors[0]: result})
        return result
    changed = _Everywhere(_Kind("", "", chained)).generic_visit(copy.deepcopy(node))
    assert isinstance(changed, ast.FunctionDef)
    # What nobody reads goes: a layer must not run twice.
    return altered(changed, body=[each for each in changed.body if not isinstance(each, ast.Assign)
                                  or _uses(changed, ast.unparse(each.targets[0])) != 1])


def _uses(node: ast.AST, name: str) -> int:
    return sum(_is_name(each, name) for each in ast.walk(node))


# --- Functions

def _of_functions(tree: ast.AST) -> Iterator[_Kind]:
    for name, text, sentence in EXPONENTIALS:
        yield _Kind("bare-exp", sentence, partial(_by_hand, name=name, text=text))
    yield _Kind("no-keepdim", "Without `keepdim=True` the reduced axis is gone, and the axes behind it move up.",
                _like(order_of_arguments, r"\w+ without keepdim"))
    for name, others in INSTEAD.items():
        for other, sentence in others.items():
            if sentence:
                yield _Kind(f"{other}-for-{name}", sentence, partial(
                    lambda node, name, other: renamed(node, other) if calls(node, {name}) else None, name=name,
                    other=other))
    yield _Kind("indices", PLACES, _indices)
    for name in GATES:
        yield _Kind(f"without-{name}", f"`{name}` is missing.", partial(_left_out, name=name), making=True)
    yield _Kind("relu-before-sigmoid", "There is a ReLU before the sigmoid, so that no gate is below 0.5.",
                _rectified)


def _by_hand(node: ast.AST, name: str, text: str) -> ast.AST | None:
    if not calls(node, {name}) or (x := applied_to(node)) is None:
        return None
    axis = _axis(node)
    return expression(text, x=x, **({"axis": axis} if axis else {})) if axis or "axis" not in text else None


def _indices(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Attribute) and node.attr == "values":
        return altered(node, attr="indices")
    if isinstance(node, ast.Subscript) and calls(node.value, {"max"}) and ast.unparse(node.slice) == "0":
        return altered(node, slice=ast.Constant(1))
    return None


def _left_out(node: ast.AST, name: str) -> ast.AST | None:
    if calls(node, {name}):
        return applied_to(node)
    return expression("nn.Identity()") if called(node).lower() == name else None


def _rectified(node: ast.AST) -> ast.AST | None:
    x = applied_to(node) if calls(node, {"sigmoid"}) else None
    return expression("torch.sigmoid(torch.relu(x))", x=x) if x is not None else None


# --- Axes

def _of_axes(tree: ast.AST) -> Iterator[_Kind]:
    reduced = [(called(node), ast.unparse(axis)) for node in ast.walk(tree)
               if calls(node, REDUCED) and (axis := _axis(node))]
    for alone in (False, True):  # a softmax and a cat take one axis
        for old in dict.fromkeys(axis for name, axis in reduced if (name in ONE_AXIS) == alone):
            names = list(dict.fromkeys(name for name, axis in reduced if axis == old and (name in ONE_AXIS) == alone))
            for name in names if alone else ["reduction"]:
                yield from _over_other_axes(name, {name} if alone else set(names), old)
    yield _Kind("reshaped", "`reshape` and `view` leave the numbers in their order in memory, so that they stand in "
                            "wrong places. Exchange axes with `transpose` or `permute`.", _reshaped)
    yield _Kind("not-turned", "The axes are never exchanged: a `transpose` or `permute` is missing.", _not_turned)
    yield _Kind("not-turned-back", "The axes are not put back: the last `transpose` or `permute` is missing.",
                _not_turned_back)


def _over_other_axes(label: str, names: set[str], old: str) -> Iterator[_Kind]:
    for other in OTHER_AXES:
        if other != old and ("(" not in other or label == "reduction"):
            you, formula = VERBS[label]
            says = f"You {you} {_axes(other)}. The formula {formula} {_axes(old)}."
            yield _Kind(f"{label}-over-axis-{_words(other)}", says, partial(_over, names=names, old=old, other=other),
                        group=f"{label} {old}")


def _axes(text: str) -> str:
    return f"the axes {text}" if "," in text else f"axis {text}"


def _words(axis: str) -> str:
    return axis.strip("()").replace(", ", "-").replace("-", "minus-", axis.startswith("-"))


def _axis(node: ast.Call) -> ast.expr | None:
    """Returns the axis of a function: 1 in torch.softmax(x, 1), F.softmax(x, dim=1) and x.softmax(1)."""
    named = next((each.value for each in node.keywords if each.arg in ("dim", "axis")), None)
    rest = [each for each in node.args if each is not applied_to(node)]
    return named or (rest[0] if rest else None)


def _over(node: ast.AST, names: set[str], old: str, other: str) -> ast.AST | None:
    axis = _axis(node) if calls(node, names) else None
    if axis is None or ast.unparse(axis) != old:
        return None
    return copy.deepcopy(node, {id(axis): expression(other)})


def _reshaped(node: ast.AST) -> ast.AST | None:
    if not calls(node, TURNS) or not isinstance(node.func, ast.Attribute) or (x := applied_to(node)) != node.func.value:
        return None
    turned = altered(node, func=altered(node.func, value=ast.Name("before", ast.Load())))
    return expression("(before := x).reshape(turned.shape)", x=x, turned=turned)


def _not_turned(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Attribute) and node.attr in ("mT", "T"):
        return node.value
    return applied_to(node) if calls(node, TURNS) else None


def _not_turned_back(node: ast.AST) -> ast.AST | None:
    x = applied_to(node) if calls(node, TURNS) else None
    return x if x is not None and any(calls(each, TURNS) for each in ast.walk(x)) else None


# --- Layers and guards

def _of_layers(tree: ast.AST) -> Iterator[_Kind]:
    made = [(ast.unparse(each.targets[0]), text) for each in ast.walk(tree) if isinstance(each, ast.Assign)
            for text in _made(each)]
    for text in dict.fromkeys(text for _, text in made):
        names = [name for name, each in made if each == text]
        if len(names) > 1:
            yield _Kind("one-shared", f"{', '.join(f'`{name}`' for name in names)} are the same module. In the "
                                      "formula, each has weights of its own.",
                        partial(_shared, text=text, names=names), making=True)
    yield _Kind("without-norm", "The normalisation is missing.",
                lambda node: expression("nn.Identity()") if calls(node, NORMS) else None, making=True)
    yield _Kind("bias", "Your layers have a bias. Those of the formula have none: `bias=False`.",
                _like(layer_options, r"\w+ with the default bias"), making=True)
    yield _Kind("no-bias", "Your layers have no bias. Those of the formula have one.",
                _like(layer_options, r"\w+ with bias=False"), making=True)
    for guard in (node for node in ast.walk(tree) if is_guard(node)):
        test = ast.unparse(guard.test)
        yield _Kind(f"allowed-{_letters(test)}", f"Your code accepts `{test}`. Raise a ValueError in that case.",
                    partial(lambda node, test: ast.Pass() if is_guard(node) and ast.unparse(node.test) == test
                            else None, test=test), making=True)


def _made(node: ast.Assign) -> list[str]:
    """The modules that an assignment makes, as code."""
    if not of_self(node.targets[0]):
        return []
    values = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
    return [ast.unparse(value) for value in values if called(value)[:1].isupper() and called(value) != "Parameter"]


def _shared(node: ast.AST, text: str, names: list[str]) -> ast.AST | None:
    if not isinstance(node, ast.Assign) or ast.unparse(node.targets[0]) not in names[1:]:
        return None
    return ast.parse(ast.unparse(node).replace(text, names[0], 1)).body[0]


def _letters(text: str) -> str:
    return "-".join(filter(None, "".join(each if each.isalnum() else "-" for each in text.lower()).split("-")))
