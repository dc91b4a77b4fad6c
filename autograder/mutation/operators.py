"""Operators: what could stand in the place of a node of the syntax tree, with a few words that describe the change.
They are small changes, like those that a hurried learner would make."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import TypeGuard

from autograder.mutation.syntax import (
    altered,
    applied_to,
    called,
    calls,
    code,
    expression,
    is_guard,
    method_call,
    of_self,
    renamed,
    with_keyword,
    without,
)
from autograder.mutation.tables import (
    ACTIVATIONS,
    AXES,
    COMPARED,
    CONVOLUTION,
    IN_PLACE,
    IN_PLACE_OF,
    INSTEAD,
    LAYERS,
    OPERATORS_OF,
    REDUCTIONS,
    WORDS,
)

Changes = Iterator[tuple[str, ast.AST]]


def _swapped(items: list) -> Iterator[tuple[int, list]]:
    for i in range(len(items) - 1):
        if ast.unparse(items[i]) != ast.unparse(items[i + 1]):
            yield i, [*items[:i], items[i + 1], items[i], *items[i + 2:]]


def _is_tensor(argument: ast.arg) -> bool:
    return argument.annotation is not None and ast.unparse(argument.annotation).startswith("Tensor")


def _computes(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    return isinstance(node, ast.FunctionDef) and node.name != "__init__"


def _result(function: ast.FunctionDef) -> ast.expr | None:
    """Returns what the last line of a function returns."""
    return function.body[-1].value if isinstance(function.body[-1], ast.Return) else None


def _ending(function: ast.FunctionDef, text: str) -> ast.FunctionDef:
    """Returns the function with another last line, in which `value` stands for its result."""
    value = _result(function)
    assert value is not None
    return altered(function, body=[*function.body[:-1], *code(text, value=value)])


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:37] + "..."


def constants(node: ast.AST) -> Changes:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield f"{value} -> {not value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        also = [value / 2, -value] if isinstance(value, float) else []
        for other in (value + 1, value - 1, value * 2, *also):
            yield f"{value} -> {other}", ast.Constant(other)
    elif isinstance(value, str) and value in WORDS:
        yield f"{value} -> {WORDS[value]}", ast.Constant(WORDS[value])


def axes(node: ast.AST) -> Changes:
    """Leaves out an axis of a reduction, a permutation or a concatenation, or the whole argument; or exchanges two
    axes."""
    if not calls(node, AXES):
        return
    for holder in [*node.args, *(k.value for k in node.keywords)]:
        if isinstance(holder, (ast.Tuple, ast.List)):
            for i, axis in enumerate(holder.elts):
                rest = holder.elts[:i] + holder.elts[i + 1:]
                yield (f"{called(node)} without axis {_short(axis)}",
                       copy.deepcopy(node, {id(holder): altered(holder, elts=rest) if len(rest) > 1 else rest[0]}
                                     if rest else {}))
            for i, other in _swapped(holder.elts) if called(node) not in REDUCTIONS else ():
                exchanged = copy.deepcopy(node, {id(holder): altered(holder, elts=other)})
                yield f"{called(node)} with axes {i} and {i + 1} exchanged", exchanged
    for keyword in node.keywords:
        if keyword.arg in ("dim", "dims", "axis"):
            yield f"{called(node)} without {keyword.arg}", without(node, keyword.arg)


def keepdim(node: ast.AST) -> Changes:
    if calls(node, REDUCTIONS) and not any(k.arg == "keepdim" for k in node.keywords):
        yield f"{called(node)} keeps its axes", with_keyword(node, "keepdim", True)


def another_function(node: ast.AST) -> Changes:
    if calls(node, INSTEAD):
        other = next(iter(INSTEAD[called(node)]))
        yield f"{called(node)} -> {other}", renamed(node, other)


def order_of_layers(node: ast.AST) -> Changes:
    """Changes f(g(x)) to g(f(x)), and swaps neighbours in a Sequential."""
    match node:
        case ast.Call(args=[ast.Call(args=[innermost]) as inner]):
            yield (f"{called(node)} and {called(inner)} exchanged",
                   altered(inner, args=[altered(node, args=[innermost])]))
    if calls(node, ("Sequential", "ModuleList")):
        for i, layers in _swapped(node.args):
            yield f"layers {i} and {i + 1} exchanged", altered(node, args=layers)
        for i, layer in enumerate(node.args):
            yield f"layer {i}, {called(layer)}, left out", altered(node, args=node.args[:i] + node.args[i + 1:])


def layer_options(node: ast.AST) -> Changes:
    """Adds bias, padding, stride, dilation or groups if it is not given, and leaves it out if it is."""
    if not calls(node, LAYERS):
        return
    given = {keyword.arg for keyword in node.keywords}
    convolution = {"padding": 1, "stride": 2, "dilation": 2} if called(node).startswith("Conv") else {}
    for option, value in {"bias": False, **convolution}.items() if "pool" not in called(node).lower() else ():
        if option not in given:
            yield f"{called(node)} with {option}={value}", with_keyword(node, option, value)
    for keyword in node.keywords:
        if keyword.arg in CONVOLUTION | {"bias"}:
            yield f"{called(node)} with the default {keyword.arg}", without(node, keyword.arg)


def activation(node: ast.AST) -> Changes:
    """Applies an activation twice, or puts another activation in its place."""
    if not isinstance(node, ast.Call):
        return
    name, argument = called(node), applied_to(node)
    if name in ACTIVATIONS and argument is not None:
        yield f"{name} twice", copy.deepcopy(node, {id(argument): copy.deepcopy(node)})
        for text in ("torch.sigmoid(x)", "torch.tanh(x)", "torch.nn.functional.leaky_relu(x)",
                     "torch.nn.functional.relu6(x)", "torch.nn.functional.hardsigmoid(x)", "torch.softmax(x, -1)",
                     "torch.softmax(x, 0)", "torch.relu(x)"):
            yield f"{name} -> {text}", expression(text, x=argument)


def step_left_out(node: ast.AST) -> Changes:
    argument = applied_to(node) if isinstance(node, ast.Call) else None
    if argument is not None and called(node) and not called(node).endswith("Error"):
        yield f"{called(node)} left out", argument


def arithmetic(node: ast.AST) -> Changes:
    if isinstance(node, ast.BinOp):
        for other in OPERATORS_OF.get(type(node.op), ()):
            yield f"{type(node.op).__name__} -> {other.__name__}", altered(node, op=other())
        yield f"only {_short(node.left)} of {type(node.op).__name__}", node.left
        yield f"only {_short(node.right)} of {type(node.op).__name__}", node.right
        if isinstance(node.op, (ast.Sub, ast.Div, ast.FloorDiv, ast.MatMult, ast.Pow)):
            yield f"operands of {type(node.op).__name__} exchanged", altered(node, left=node.right, right=node.left)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Not)):
        yield f"without {type(node.op).__name__}", node.operand


def rounding(node: ast.AST) -> Changes:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        for what, text in (("up", "-(-a // b)"), ("to the nearest", "round(a / b)"),
                           ("down, at least 1", "max(1, a // b)"), ("down to even", "a // b // 2 * 2")):
            yield f"rounded {what}", expression(text, a=node.left, b=node.right)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        yield "rounded to the nearest", expression("round(a / b)", a=node.left, b=node.right)
    if calls(node, {"int"}) and node.args:
        yield "int -> round", renamed(node, "round")


def comparisons(node: ast.AST) -> Changes:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            other = COMPARED[type(op)]
            ops = [*node.ops[:i], other(), *node.ops[i + 1:]]
            yield f"{type(op).__name__} -> {other.__name__}", altered(node, ops=ops)
        if len(node.ops) > 1:  # one end of a <= b <= c left out
            first, *rest = node.comparators
            yield f"without {_short(node.left)}", altered(node, left=first, ops=node.ops[1:], comparators=rest)
            yield (f"without {_short(node.comparators[-1])}",
                   altered(node, ops=node.ops[:-1], comparators=node.comparators[:-1]))
    if isinstance(node, ast.BoolOp):
        joined = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} -> {type(joined).__name__}", altered(node, op=joined)
        for i, value in enumerate(node.values):
            rest = node.values[:i] + node.values[i + 1:]
            yield f"without {_short(value)}", altered(node, values=rest) if len(rest) > 1 else rest[0]
    if isinstance(node, ast.IfExp):
        yield f"always {_short(node.body)}", node.body
        yield f"never {_short(node.body)}", node.orelse


def guards(node: ast.AST) -> Changes:
    """Leaves out a check of the arguments, raises another exception, takes numbers out of its message, or prints it
    instead."""
    if is_guard(node):
        yield "guard left out", ast.Pass()
        yield "an assert", ast.Assert(ast.UnaryOp(ast.Not(), node.test), None)
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        for other in ("RuntimeError", "TypeError", "Exception"):
            yield f"raises {other}", altered(node, exc=renamed(node.exc, other))
        yield "message without numbers", altered(node, exc=altered(node.exc, args=[ast.Constant("impossible")]))
        yield "no message", altered(node, exc=altered(node.exc, args=[]))
        yield "printed, not raised", code("print('impossible')")[0]
        for message in (each for each in node.exc.args if isinstance(each, ast.JoinedStr)):
            for part in message.values:
                if isinstance(part, ast.FormattedValue):
                    rest = altered(message, values=[p for p in message.values if p is not part])
                    yield f"message without {_short(part.value)}", copy.deepcopy(node, {id(message): rest})


def _returning(node: ast.AST, ways: tuple[tuple[str, str], ...]) -> Changes:
    if isinstance(node, ast.Return) and node.value is not None:
        for what, text in ways:
            yield what, code(text, value=node.value)[0]


def returned(node: ast.AST) -> Changes:
    """Changes the result in the ways in which any result can be changed."""
    yield from _returning(node, (
        ("negative", "return -value"), ("twice", "return 2 * value"), ("half", "return value / 2"),
        ("as a list", "return [value]"), ("nothing returned", "value"), ("printed", "print(value)"),
        ("a text", "return str(value)"), ("made an int", "return int(value)")))


def returned_tensor(node: ast.AST) -> Changes:
    yield from _returning(node, (
        ("detached", "return value.detach()"), ("float32", "return value.float()"),
        ("float32 on the way", "return value.float().to(value.dtype)"),
        ("bfloat16 on the way", "return value.bfloat16().to(value.dtype)"),
        ("first of the batch for all", "return value[:1].expand_as(value)"),
        ("mean of the batch for all", "return value.mean(0, True).expand_as(value)"),
        ("batch reversed", "return value.flip(0)"),
        ("last two axes exchanged", "return value.mT"), ("an axis of size 1 more", "return value[None]"),
        ("axes of size 1 removed", "return value.squeeze()"), ("clamped", "return value.clamp(-3, 3)"),
        ("an eps added", "return value + 1e-7"),
        ("rounded", "return (value * 1e6).round() / 1e6"),
        ("a tensor without device added", "return value + torch.zeros(value.shape, dtype=value.dtype)"),
        ("made of plain numbers", "return torch.tensor(value.tolist(), dtype=value.dtype, device=value.device)")))
    if isinstance(node, ast.Return):
        yield "without gradients", ast.With([ast.withitem(expression("torch.no_grad()"))], [node])
        yield "in inference mode", ast.With([ast.withitem(expression("torch.inference_mode()"))], [node])


def remembered(node: ast.AST) -> Changes:
    """Keeps the first result, and returns it again on later calls."""
    if not _computes(node) or not _result(node):
        return
    holder = "self" if node.args.args and node.args.args[0].arg == "self" else node.name
    kept = f"if not hasattr({holder}, '_kept'):\n    {holder}._kept = value\nreturn {holder}._kept"
    yield "the first result kept", _ending(node, kept)
    running = f"{holder}._kept = 0.5 * getattr({holder}, '_kept', value) + 0.5 * value\nreturn {holder}._kept"
    yield "mixed with the result before", _ending(node, running)


def inputs(node: ast.AST) -> Changes:
    """Changes a tensor among the arguments, either before or after it is used."""
    if not _computes(node):
        return
    first = lambda text: altered(node, body=[*code(text), *node.body])  # noqa: E731
    for argument in filter(_is_tensor, [*node.args.args, *node.args.kwonlyargs]):
        x = argument.arg
        for what, text in (
            ("detached", f"{x} = {x}.detach()"), ("float32", f"{x} = {x}.float()"),
            ("float32 on the way", f"{x} = {x}.float().to({x}.dtype)"),
            ("first of the batch for all", f"{x} = {x}[:1].expand_as({x})"),
            ("mean of the batch for all", f"{x} = {x}.mean(0, True).expand_as({x})"),
            ("doubled in place", f"{x}.mul_(2)"),
            ("doubled in place, unseen by autograd", f"{x}.data.mul_(2)"), ("last two axes exchanged", f"{x} = {x}.mT"),
            ("batch and channels exchanged", f"{x} = {x}.transpose(0, 1)"),
            ("axes of size 1 removed", f"{x} = {x}.squeeze()"),
            ("read in its order of memory",
             f"{x} = {x}.as_strided({x}.shape, {x}.clone(memory_format=torch.contiguous_format).stride())"),
            ("clamped", f"{x} = {x}.clamp(-3, 3)"), ("a view taken", f"{x} = {x}.view(-1).view({x}.shape)"),
            ("its absolute value", f"{x} = {x}.abs()"), ("on the CPU", f"{x} = {x}.cpu()"),
            ("first column dropped", f"{x} = {x}[..., 1:]"),
        ):
            yield f"{x} {what}", first(text)
        if _result(node):
            after = f"result = value\n{x}.data.mul_(2)\nreturn result"
            yield f"{x} doubled in place at the end", _ending(node, after)


def in_place(node: ast.AST) -> Changes:
    if calls(node, IN_PLACE):
        yield f"{called(node)} in place", renamed(node, f"{called(node)}_")
    name = IN_PLACE_OF.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if isinstance(node, ast.BinOp) and name and isinstance(node.left, (ast.Name, ast.Call)):
        yield f"{type(node.op).__name__} in place", method_call(node.left, name, node.right)


def detached(node: ast.AST) -> Changes:
    named = isinstance(node, ast.Name) and hasattr(node, "others")
    if isinstance(node, ast.expr) and getattr(node, "runs", False) and (named or isinstance(node, ast.Call)):
        yield f"{_short(node)} detached", method_call(node, "detach")


def defaults(node: ast.AST) -> Changes:
    if isinstance(node, ast.arguments):
        given = node.args[len(node.args) - len(node.defaults):]
        for i, (argument, default) in enumerate(zip(given, node.defaults)):
            if i == 0:
                yield f"no default for {argument.arg}", altered(node, defaults=node.defaults[1:])
            if isinstance(default, ast.Constant) and default.value is None:
                given_one = [*node.defaults[:i], ast.Constant(1.0), *node.defaults[i + 1:]]
                yield f"default of {argument.arg} 1.0", altered(node, defaults=given_one)
        for i, arguments in _swapped(node.args):
            if node.args[i].arg != "self":
                what = f"parameters {node.args[i].arg} and {node.args[i + 1].arg} exchanged"
                yield what, altered(node, args=arguments)


def order_of_arguments(node: ast.AST) -> Changes:
    if isinstance(node, ast.Call):
        for i, arguments in _swapped(node.args):
            yield f"arguments {i} and {i + 1} of {called(node)} exchanged", altered(node, args=arguments)
        for i, argument in enumerate(node.args if len(node.args) > 1 else []):
            yield f"{called(node)} without {_short(argument)}", altered(node, args=node.args[:i] + node.args[i + 1:])
        for keyword in node.keywords:
            if keyword.arg not in CONVOLUTION | {"bias", "dim", "dims", "axis"}:
                yield f"{called(node)} without {keyword.arg}", without(node, keyword.arg)


def names(node: ast.AST) -> Changes:
    """Exchanges names: one parameter of the function for another one, one layer of the module for another one."""
    for other in getattr(node, "others", ()):
        if isinstance(node, ast.Name):
            yield f"{node.id} -> {other}", ast.Name(other, ast.Load())
        elif isinstance(node, ast.Attribute):
            yield f"self.{node.attr} -> self.{other}", altered(node, attr=other)


def subscripts(node: ast.AST) -> Changes:
    """Takes another side of a shape, leaves out a subscript or a part of it, or exchanges two of its parts."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield f"without [{_short(node.slice)}]", node.value
        axis = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape" and isinstance(axis, int):
            for other in {0, 1, 2, 3} - {axis}:
                yield f"shape[{axis}] -> shape[{other}]", altered(node, slice=ast.Constant(other))
        if isinstance(node.slice, ast.Tuple):
            parts = node.slice.elts
            for i, swapped in _swapped(parts):
                exchanged = altered(node.slice, elts=swapped)
                yield f"parts {i} and {i + 1} of the subscript exchanged", altered(node, slice=exchanged)
            for i in range(len(parts)):
                rest = altered(node.slice, elts=parts[:i] + parts[i + 1:])
                yield f"subscript without part {i}", altered(node, slice=rest)
        if isinstance(node.slice, ast.Slice):
            yield "slice from the start", altered(node, slice=altered(node.slice, lower=None))
            yield "slice to the end", altered(node, slice=altered(node.slice, upper=None))


def mode(node: ast.AST) -> Changes:
    if isinstance(node, ast.Attribute) and node.attr == "training":
        yield "always training", ast.Constant(True)
        yield "never training", ast.Constant(False)


def statements(node: ast.AST) -> Changes:
    """Leaves out a statement, always or never takes a branch, or ends a loop after its first round."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr)):
        yield f"without `{_short(node)}`", ast.Pass()
    if isinstance(node, ast.If) and not is_guard(node):
        yield f"never {_short(node.test)}", ast.If(ast.Constant(False), node.body, node.orelse)
        yield f"always {_short(node.test)}", ast.If(ast.Constant(True), node.body, node.orelse)
    if isinstance(node, ast.For):
        yield "one round of the loop", altered(node, body=[*node.body, ast.Break()])


def comprehensions(node: ast.AST) -> Changes:
    if isinstance(node, ast.comprehension):
        for what, text in (("without the first", "list(items)[1:]"), ("without the last", "list(items)[:-1]"),
                           ("only the first", "list(items)[:1]"), ("at most four", "list(items)[:4]"),
                           ("each once", "dict.fromkeys(items)")):
            yield what, altered(node, iter=expression(text, items=node.iter))


def devices(node: ast.AST) -> Changes:
    """Leaves a tensor on the device where it was made."""
    if calls(node, {"to"}) and node.args:
        argument = node.args[0]
        yield "to, without the device", altered(node, args=[ast.Attribute(argument, "dtype", ast.Load())])


def layers(node: ast.AST) -> Changes:
    """Hides a layer where torch does not see it, freezes a layer, or adds a dropout after it."""
    if isinstance(node, ast.Assign) and of_self(node.targets[0]) and called(node.value)[:1].isupper():
        for what, text in (("frozen", "layer.requires_grad_(False)"),
                           ("in a list", "(lambda hidden: lambda *a: hidden[0](*a))([layer])")):
            yield f"{_short(node.targets[0])} {what}", altered(node, value=expression(text, layer=node.value))
    if isinstance(node, ast.Call) and of_self(node.func) and getattr(node, "runs", False):
        dropped = expression("torch.nn.functional.dropout(layer, 0.1, self.training)", layer=node)
        yield f"dropout after self.{node.func.attr}", dropped


ANY = (constants, axes, keepdim, another_function, order_of_layers, layer_options, activation, step_left_out,
       arithmetic, rounding, comparisons, guards, returned, remembered, defaults, order_of_arguments, names,
       subscripts, mode, statements, comprehensions)
OF_TENSORS = (returned_tensor, inputs, in_place, detached, devices, layers)  # nonsense where there are numbers only
