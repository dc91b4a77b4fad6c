"""The code that a function or class is made of: its own source, and the helpers, values and imports that it uses, out
of the cells that were run. A statement that it does not need is left out, whatever cell it stands in.
"""

from __future__ import annotations

import ast
import builtins
import dis
import linecache
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

READS, WRITES = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}, {"STORE_NAME", "STORE_GLOBAL"}
FUTURE = "from __future__"


@dataclass(frozen=True)
class Statement:
    """A statement of a cell. gives: the names that it binds. alters: those of which it changes a part
    (`Gate.forward = forward`).
    now, later: the global names that it reads while it runs, and those that its functions read when they are called."""

    cell: str
    source: str
    gives: frozenset[str]
    alters: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]


def needed(name: str, cells: list[str], namespace: dict[str, Any]) -> str:
    """The code that `name` is made of, in the order in which it was run; empty if no cell defines it.

    cells: the text of each cell, in the order in which they were run. namespace: the global names, which tell from
    which cell a function or class comes: a newer one may have stopped before it got there.
    """
    statements = [statement for cell in cells for statement in _statements(cell)]
    wanted, chosen = [(name, len(statements))], set()
    while wanted:
        name, before = wanted.pop()
        for place in _made_of(name, statements[:before], namespace):
            if place not in chosen:
                chosen.add(place)
                wanted += [(other, place) for other in statements[place].now]
                wanted += [(other, len(statements)) for other in statements[place].later]
    if chosen:
        chosen |= {place for place, statement in enumerate(statements) if statement.source.startswith(FUTURE)}
    order = sorted(chosen, key=lambda place: (not statements[place].source.startswith(FUTURE), place))
    return "\n\n".join(statements[place].source for place in order)


def _made_of(name: str, statements: list[Statement], namespace: dict[str, Any]) -> list[int]:
    """The places of the statement that binds a name and of those that change it afterwards;
    none for a name that no statement binds."""
    places = [place for place, statement in enumerate(statements) if name in statement.gives]
    if not places and name in namespace and not hasattr(builtins, name):
        places = [place for place, statement in enumerate(statements) if "*" in statement.gives]
    cell = _cell_of(namespace.get(name))
    binds = max((place for place in places if statements[place].cell.strip() == cell),
                default=max(places, default=None))
    if binds is None:
        return []
    return [binds, *(place for place in range(binds + 1, len(statements)) if name in statements[place].alters)]


def _cell_of(thing: Any) -> str | None:
    """The text of the cell that a function or class was defined in, if Python remembers it."""
    parts = [thing, *(vars(thing).values() if isinstance(thing, type) else [])]
    code = next((part.__code__ for part in parts if isinstance(getattr(part, "__code__", None), CodeType)), None)
    return "".join(linecache.getlines(code.co_filename)).strip() or None if code else None


def _statements(cell: str) -> Iterator[Statement]:
    """The statements of a cell, each import with one name; none of a cell that is no Python."""
    try:
        nodes = ast.parse(cell).body
    except (SyntaxError, ValueError):
        return
    lines = cell.split("\n")
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                one = (
                    ast.Import([alias])
                    if isinstance(node, ast.Import)
                    else ast.ImportFrom(node.module, [alias], node.level)
                )
                yield Statement(cell, ast.unparse(one), frozenset([alias.asname or alias.name.partition(".")[0]]),
                                *[frozenset()] * 3)
            continue
        decorators = getattr(node, "decorator_list", [])
        begins = min(each.lineno for each in [node, *decorators])
        source = (
            "\n".join(lines[begins - 1 : node.end_lineno]) if decorators else ast.get_source_segment(cell, node) or ""
        )
        try:
            code = _compiled(node)
        except SyntaxError:  # a `return` outside of a function
            continue
        yield Statement(cell, source, _names(code, WRITES), _altered(node), _names(code, READS), _read_later(code))


def _compiled(node: ast.stmt) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the learner has seen them
        return compile(ast.Module([node], []), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def _names(code: CodeType, instructions: set[str]) -> frozenset[str]:
    return frozenset(each.argval for each in dis.get_instructions(code) if each.opname in instructions)


def _read_later(code: CodeType) -> frozenset[str]:
    """The global names that the functions and classes inside some code read: what a class gives its own value is not
    global."""
    found: frozenset[str] = frozenset()
    for inner in (constant for constant in code.co_consts if isinstance(constant, CodeType)):
        found |= _names(inner, READS) - _names(inner, {"STORE_NAME"}) | _read_later(inner)
    return found


def _altered(node: ast.stmt) -> frozenset[str]:
    """The names of which a statement sets an attribute or an item."""
    roots = set()
    for part in ast.walk(node) if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) else ():
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
            while isinstance(part, ast.Attribute | ast.Subscript):
                part = part.value
            if isinstance(part, ast.Name):
                roots.add(part.id)
    return frozenset(roots)
