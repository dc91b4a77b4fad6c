"""Collects the code that a function or class needs from the cells that were run.

It takes the source of the function or class itself, and the helpers, values and imports that it uses. A statement that
is not needed is left out, whatever cell it is in.
"""

from __future__ import annotations

import ast
import builtins
import dis
import linecache
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

IPYTHONS = {"In", "Out", "get_ipython", "exit", "quit", "display", "open"}  # names that no cell gives
READS, WRITES = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}, {"STORE_NAME", "STORE_GLOBAL"}
FUTURE = "from __future__"


@dataclass(frozen=True)
class Statement:
    """A statement of a cell.

    gives: the names that it binds.
    alters: the names of which it changes a part, as in `Gate.forward = forward`, or whose objects it hands to a
        decorator or to `setattr`, which may do so.
    renews: the names that it binds to something made of what they were bound to, as in `Gate = timed(Gate)`.
    now: the global names that it reads while it runs.
    later: the global names that its functions read when they are called.
    """

    cell: str
    source: str
    gives: frozenset[str]
    alters: frozenset[str]
    renews: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]


def needed(name: str, cells: list[str], namespace: dict[str, Any]) -> str:
    """Returns the code that `name` needs, in the order in which it was run; empty if there is no such name.

    cells: the text of each cell, in the order in which they were run.
    namespace: the global names. They tell which cell a function or class comes from. That need not be the newest cell
        that defines it, because this cell may have stopped with an error before it came to the definition.

    Raises LookupError, with the name, for one that is defined but not in these cells. Perhaps a magic such as `%%time`
    ran its cell.
    """
    statements = [statement for cell in cells for statement in _statements(cell)]
    waiting, chosen = [(name, len(statements))], set()
    while waiting:
        name, before = waiting.pop()
        for place in _made_of(name, statements[:before], namespace):
            if place not in chosen:
                chosen.add(place)
                waiting += [(other, place) for other in statements[place].now]
                waiting += [(other, len(statements)) for other in statements[place].later]
    if chosen:
        chosen |= {place for place, statement in enumerate(statements) if statement.source.startswith(FUTURE)}
    order = sorted(chosen, key=lambda place: (not statements[place].source.startswith(FUTURE), place))
    return "\n\n".join(statements[place].source for place in order)


def _made_of(name: str, statements: list[Statement], namespace: dict[str, Any]) -> list[int]:
    """Returns the places of the statement that binds a name and of the later statements that change it; empty if no
    statement binds it."""
    places = [place for place, statement in enumerate(statements) if name in statement.gives]
    if not places and name in namespace and not hasattr(builtins, name):
        places = [place for place, statement in enumerate(statements)
                  if "*" in statement.gives and _of_a_module(namespace[name], name, statement.source.split()[1])]
        if not places and not (name in IPYTHONS or name.startswith("_")):
            raise LookupError(name)
    cell = _cell_of(namespace.get(name))
    binds = max((place for place in places if statements[place].cell.strip() == cell),
                default=max(places, default=None))
    if binds is None:
        return []
    later = range(binds + 1, len(statements))
    return [binds, *(place for place in later if name in statements[place].alters | statements[place].renews)]


def _of_a_module(value: Any, name: str, module: str) -> bool:
    """Says whether a value can be what a module has by this name, and was not defined in a cell."""
    return hasattr(sys.modules.get(module), name) and getattr(value, "__module__", "") != "__main__"


def _cell_of(thing: Any) -> str | None:
    """Returns the text of the cell that defined a function or class, if Python remembers it."""
    parts = [thing, *(vars(thing).values() if isinstance(thing, type) else [])]
    code = next((part.__code__ for part in parts if isinstance(getattr(part, "__code__", None), CodeType)), None)
    return "".join(linecache.getlines(code.co_filename)).strip() or None if code else None


def _statements(cell: str) -> Iterator[Statement]:
    """Yields the statements of a cell, with one statement for each imported name. Yields none for a cell that is not
    Python."""
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
                                *[frozenset()] * 4)
            continue
        decorators = getattr(node, "decorator_list", [])
        begins = min(each.lineno for each in [node, *decorators])
        source = (
            "\n".join(lines[begins - 1 : node.end_lineno]) if decorators else ast.get_source_segment(cell, node) or ""
        )
        try:
            code = _compile(node)
        except SyntaxError:  # a `return` outside of a function
            continue
        gives, now = _names(code, WRITES), _names(code, READS)
        made = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        yield Statement(cell, source, gives, _alters(node), gives & now if made else frozenset(), now,
                        _read_later(code))


def _compile(node: ast.stmt) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the learner has seen them
        return compile(ast.Module([node], []), "<cell>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


def _names(code: CodeType, instructions: set[str]) -> frozenset[str]:
    return frozenset(each.argval for each in dis.get_instructions(code) if each.opname in instructions)


def _read_later(code: CodeType) -> frozenset[str]:
    """Returns the global names that the functions and classes inside some code read. A name that a class itself binds
    is not global."""
    names: frozenset[str] = frozenset()
    for inner in (constant for constant in code.co_consts if isinstance(constant, CodeType)):
        names |= _names(inner, READS) - _names(inner, {"STORE_NAME"}) | _read_later(inner)
    return names


def _alters(node: ast.stmt) -> frozenset[str]:
    """Returns the names of which a statement sets an attribute or an item, or which it hands to a decorator or
    `setattr`."""
    calls = [each for each in getattr(node, "decorator_list", []) if isinstance(each, ast.Call)]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "setattr":
        calls.append(node.value)
    roots = {part.id for call in calls for part in call.args if isinstance(part, ast.Name)}
    for part in ast.walk(node) if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) else ():
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.ctx, ast.Store):
            while isinstance(part, ast.Attribute | ast.Subscript):
                part = part.value
            if isinstance(part, ast.Name):
                roots.add(part.id)
    return frozenset(roots)
