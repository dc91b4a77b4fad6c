"""Writes a module as another learner would: the same computation with other layers, names and orders.
Each style changes how a judge has to place the reference's weights."""

import ast
import re
from collections.abc import Callable
from copy import deepcopy
from zlib import crc32

from autograder.mutation.syntax import expression

NAMES = "zeta", "alpha", "stage", "unit", "body", "kappa", "omega", "left", "right", "tail", "mid", "edge"
ACTIVATIONS = {"relu": "ReLU", "sigmoid": "Sigmoid", "tanh": "Tanh"}


class Module:
    """A class with its layers: {"self.conv": the statement of __init__ that makes it}."""

    def __init__(self, source: str, name: str):
        self.tree = ast.parse(source)
        [self.node] = [node for node in self.tree.body if getattr(node, "name", None) == name]
        self.methods = {each.name: each for each in self.node.body if isinstance(each, ast.FunctionDef)}
        self.body = self.methods["__init__"].body if "__init__" in self.methods else []
        self.layers = {ast.unparse(line.targets[0]): line for line in self.body
                       if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]).startswith("self.")
                       and isinstance(line.value, ast.Call)
                       and re.match(r"nn\.|[A-Z]", ast.unparse(line.value.func))
                       and not re.match(r"nn\.Parameter", ast.unparse(line.value.func))}

    def replace(self, change: Callable[[ast.expr], str | None]) -> int:
        """Replaces each expression for which `change` returns a text. Returns how many there were."""
        class Replace(ast.NodeTransformer):
            count = 0

            def visit(self, node):
                node = self.generic_visit(node)
                new = change(node) if isinstance(node, ast.expr) else None
                self.count += new is not None
                return node if new is None else expression(new)

        visitor = Replace()
        visitor.visit(self.node)
        return visitor.count

    @property
    def independent(self) -> bool:
        """Says whether __init__ uses no layer, so that layers may be made in any order."""
        return not any(isinstance(node.ctx, ast.Load) and ast.unparse(node) in self.layers for line in self.body
                       for node in ast.walk(line) if isinstance(node, ast.Attribute))

    def only_called(self, layer: str) -> bool:
        """Says whether a layer is called with one argument, and used in no other way."""
        used = [node for node in ast.walk(self.node) if isinstance(node, ast.Attribute) and ast.unparse(node) == layer]
        called = [node for node in ast.walk(self.node) if isinstance(node, ast.Call) and len(node.args) == 1
                  and not node.keywords and ast.unparse(node.func) == layer]
        return len(used) == len(called) + 1

    def called(self, layer: str, new: str) -> None:
        """Puts other code in place of each call of a layer. new: with {} for the argument."""
        self.replace(lambda node: new.format(f"({ast.unparse(node.args[0])})") if isinstance(node, ast.Call)
                     and len(node.args) == 1 and ast.unparse(node.func) == layer else None)

    def instead(self, layer: str, *lines: str) -> None:
        """Puts other statements in place of the one that makes a layer."""
        at = self.body.index(self.layers[layer])
        self.body[at:at + 1] = [line for text in lines for line in ast.parse(text).body]


def renamed(of: Module) -> bool:
    new = dict(zip(of.layers, NAMES))
    for node in ast.walk(of.node):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in new:
            node.attr = new[ast.unparse(node)]
    return bool(new)


def renamed_and_reversed(of: Module) -> bool:
    lines = list(of.layers.values())
    if len(lines) < 2 or not of.independent:
        return False
    for at, line in zip([of.body.index(line) for line in lines], lines[::-1]):
        of.body[at] = deepcopy(line)
    return renamed(of)


def split(of: Module) -> bool:
    """The layers of a Sequential, each by a name of its own."""
    found = [name for name, line in of.layers.items() if ast.unparse(line.value.func) == "nn.Sequential"
             and all(isinstance(part, ast.Call) and re.match(r"nn\.(?!Sequential)", ast.unparse(part))
                     for part in line.value.args) and of.only_called(name)]
    for name in found:
        parts = of.layers[name].value.args
        of.instead(name, *(f"{name}_{i} = {ast.unparse(part)}" for i, part in enumerate(parts)))
        of.called(name, "".join(f"{name}_{i}(" for i in reversed(range(len(parts)))) + "{}" + ")" * len(parts))
    return bool(found)


def wrapped(of: Module) -> bool:
    found = [name for name in of.layers if of.only_called(name)]
    for name in found:
        of.layers[name].value = expression(f"nn.Sequential({ast.unparse(of.layers[name].value)})")
    return bool(found)


def in_a_dict(of: Module) -> bool:
    lines = list(of.layers.values())
    if len(lines) < 2 or not of.independent:
        return False
    layers = ", ".join(f"'m_{name[5:]}': {ast.unparse(line.value)}" for name, line in of.layers.items())
    of.body.insert(of.body.index(lines[-1]) + 1, ast.parse(f"self.parts = nn.ModuleDict({{{layers}}})").body[0])
    for line in lines:
        of.body.remove(line)
    return bool(of.replace(lambda node: f"self.parts['m_{node.attr}']" if ast.unparse(node) in of.layers else None))


def in_a_module(of: Module) -> bool:
    if not of.layers:
        return False
    at = of.body.index(next(iter(of.layers.values())))
    of.replace(lambda node: f"self.inner.{node.attr}" if ast.unparse(node) in of.layers else None)
    of.body.insert(at, ast.parse("self.inner = nn.Module()").body[0])
    return True


def _each(of: Module, pattern: str, change: Callable[[str, re.Match], None]) -> bool:
    """Changes each layer that is made as the pattern says, and only called."""
    found = {name: made for name, line in of.layers.items()
             if (made := re.fullmatch(pattern, ast.unparse(line.value))) and of.only_called(name)}
    for name, made in found.items():
        change(name, made)
    return bool(found)


CONVOLUTION = r"nn\.Conv2d\((?P<i>[^()]+), (?P<o>[^(),=]+), 1(?P<bias>, bias=False)?\)"
LINEAR = r"nn\.Linear\((?P<i>[^()]+), (?P<o>[^(),=]+)(?P<bias>, bias=False)?\)"


def linear_for_convolution(of: Module) -> bool:
    def change(name, made):
        of.instead(name, f"{name} = nn.Linear({made['i']}, {made['o']}{made['bias'] or ''})")
        of.called(name, f"{name}({{}}.movedim(1, -1)).movedim(-1, 1)")

    return _each(of, CONVOLUTION, change)


def convolution_for_linear(of: Module) -> bool:
    def change(name, made):
        of.instead(name, f"{name} = nn.Conv1d({made['i']}, {made['o']}, 1{made['bias'] or ''})")
        of.called(name, f"(lambda t: {name}(t.reshape(-1, t.shape[-1], 1)).reshape(*t.shape[:-1], -1))({{}})")

    return _each(of, LINEAR, change)


def _matrices(of: Module, turned: bool) -> bool:
    def change(name, made):
        i, o = made["i"], made["o"]
        bias = [] if made["bias"] else [f"{name}_b = nn.Parameter(torch.zeros({o}))"]
        of.instead(name, f"{name}_w = nn.Parameter(torch.randn({f'{i}, {o}' if turned else f'{o}, {i}'}))", *bias)
        product = f"{{}} @ {name}_w{'' if turned else '.T'}{f' + {name}_b' if bias else ''}"
        of.called(name, f"({product})" if made.re.pattern == LINEAR else
                  f"({product})".replace("{}", "{}.movedim(1, -1)") + ".movedim(-1, 1)")

    return any([_each(of, LINEAR, change), _each(of, CONVOLUTION, change)])


def matrices(of: Module) -> bool:
    return _matrices(of, turned=False)


def turned_matrices(of: Module) -> bool:
    return _matrices(of, turned=True)


def functional(of: Module) -> bool:
    """A layer only holds its weights."""
    def change(name, made):
        of.called(name, f"F.{made['kind'].lower()}({{}}, {name}.weight, {name}.bias, {name}.stride, {name}.padding, "
                        f"{name}.dilation, {name}.groups)")

    return any([_each(of, r"nn\.Linear\(.*\)", lambda name, made: of.called(
        name, f"F.linear({{}}, {name}.weight, {name}.bias)")),
        _each(of, r"nn\.(?P<kind>Conv[12]d)\((?!.*padding_mode|.*same).*\)", change)])


def activation_layers(of: Module) -> bool:
    used = set()

    def layer(node):
        name = ast.unparse(node.func).removeprefix("torch.") if isinstance(node, ast.Call) else ""
        if name in ACTIVATIONS and len(node.args) == 1:
            used.add(name)
            return f"self.{name}({ast.unparse(node.args[0])})"
        return None

    of.replace(layer)
    at = next((i for i, line in enumerate(of.body) if "super().__init__()" in ast.unparse(line)), None)
    if not used or at is None or len(of.tree.body) > 1 or any(isinstance(each, ast.ClassDef) for each in of.node.body):
        return False
    of.body[at + 1:at + 1] = [ast.parse(f"self.{name} = nn.{ACTIVATIONS[name]}()").body[0] for name in sorted(used)]
    return True


def subclass(of: Module) -> bool:
    name = of.node.name
    if re.search(rf"super\({name}|\b{name}\.", ast.unparse(of.node)):
        return False
    of.node.name = f"_{name}"
    of.tree.body += ast.parse(f"class {name}(_{name}):\n    pass").body
    return True


STYLES = (renamed, renamed_and_reversed, split, wrapped, in_a_dict, in_a_module, linear_for_convolution,
          convolution_for_linear, matrices, turned_matrices, functional, activation_layers, subclass)


def restyled(source: str, name: str, style: Callable[[Module], bool]) -> str | None:
    """Returns the class `name` in another style, or None if it has nothing to which the style applies."""
    made = Module(source, name)
    return ast.unparse(ast.fix_missing_locations(made.tree)) if style(made) else None


def dealt(source: str, name: str, seed: str) -> tuple[str, str]:
    """Returns the class in one of the styles that apply to it, with the style's name. seed: decides which."""
    first = crc32(seed.encode()) % len(STYLES)
    for style in (*STYLES[first:], *STYLES[:first]):
        if made := restyled(source, name, style):
            return made, style.__name__
    return source, "its own style"
