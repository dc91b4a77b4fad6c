"""Signatures and docstrings of a library, read from its source: nothing is imported, and no body of a function is
shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.site.blocks import plain

Function = ast.FunctionDef | ast.AsyncFunctionDef


def page(path: Path, module: str, title: str) -> str:
    """What a module offers, in MyST Markdown. module: its full name."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    things = "\n".join(_thing(node, source.splitlines()) for node in _public(tree))
    return f"# {title}\n\n{_says(tree)}\n\n```{{py:currentmodule}} {module}\n```\n\n{things}"


def sentence(path: Path) -> str:
    """The first sentence of a module's docstring."""
    return plain(" ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
                           or "").split("\n\n")[0].split()))


def _public(tree: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def _thing(node: Function | ast.ClassDef, lines: list[str]) -> str:
    if isinstance(node, Function):
        return _directive("function", _signature(node, node.args.args), _says(node))
    made = next((each for each in node.body if isinstance(each, Function) and each.name == "__init__"), None)
    head = _signature(made, made.args.args[1:], node.name) if made else node.name
    methods = "\n".join(_method(each) for each in _public(node) if isinstance(each, Function))
    words = "\n\n".join(filter(None, [_says(node), _says(made) if made else "", _fields(node, lines)]))
    return _directive("class", head, f"{words}\n\n{methods}", fence="````")


def _method(node: Function) -> str:
    decorators = {ast.unparse(each) for each in node.decorator_list}
    if "property" in decorators:
        return _directive("attribute", node.name, _says(node))
    return _directive("method", _signature(node,
                                           node.args.args if "staticmethod" in decorators else node.args.args[1:]),
                                           _says(node))


def _fields(node: ast.ClassDef, lines: list[str]) -> str:
    """Annotated fields, as those of a dataclass, with what the comment beside each says."""
    fields = [each for each in node.body
              if isinstance(each, ast.AnnAssign) and not ast.unparse(each.target).startswith("_")]
    return "\n".join(f"- `{ast.unparse(each.target)}: {ast.unparse(each.annotation)}` "
                     f"{plain(lines[each.end_lineno - 1][each.end_col_offset:].strip(' #'))}" for each in fields)


def _signature(node: Function, arguments: list[ast.arg], name: str = "") -> str:
    shown = ast.arguments(**{**{part: getattr(node.args, part) for part in ast.arguments._fields}, "args": arguments})
    gives = f" -> {ast.unparse(node.returns)}" if node.returns and not name else ""
    return f"{name or node.name}({ast.unparse(shown)}){gives}"


def _says(node: ast.Module | ast.ClassDef | Function) -> str:
    return plain(ast.get_docstring(node) or "")


def _directive(kind: str, signature: str, words: str, fence: str = "```") -> str:
    return f"{fence}{{py:{kind}}} {signature}\n\n{words}\n{fence}\n"
