'''Reads a lesson's page. Where an exercise's cell has a gap, `...`, the solution comes from the reference beside it.

    def squeeze(x):                                    def squeeze(x):
        """The mean of each channel."""                    """The mean of each channel."""
        ...                                                ### BEGIN SOLUTION
                                                           return x.mean(dim=(2, 3))
                                                           ### END SOLUTION

What stands beside the gap in the same body is given to the learner, and the reference has the same statements there.
A cell that has a solution between these two lines already stays as it is.

A solution may use what the page does not have: methods, functions, constants and imports of the reference, or of the
modules in solutions/ from which the reference imports. The first cell that needs them has them too, at the end of its
last solution, so a learner's notebook never shows them.
'''

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from .course import COURSE, ROOT

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
RELEASED = "released"  # in the metadata of a repair's cell: the code that is handed out
# what lies beside a released notebook, and not beside the solved one
BESIDE = r"(?P<beside>figures/|lab_book\.md|example_study\.html)"
Definition = ast.FunctionDef | ast.ClassDef


def as_solved(words: str, lesson: str) -> str:
    """Returns a page's Markdown with links that lead from the solved notebook to what lies beside the released one."""
    return re.sub(rf"\]\({BESIDE}", rf"](../../../course/{lesson}/\g<beside>", words)


def as_released(words: str) -> str:
    return re.sub(rf"\]\(\.\./\.\./\.\./course/\w+/{BESIDE}", r"](\g<beside>", words)


class Module:
    """A module from which solutions come, and its statements by the names that they bind."""

    def __init__(self, path: Path):
        text = path.read_text(encoding="utf-8")
        self.lines = text.splitlines()
        self.bound = {name: statement for statement in ast.parse(text).body for name in _bound([statement])}

    def source(self, *statements: ast.stmt) -> list[str]:
        """Returns the lines of statements that follow each other, with the comments above them."""
        first = statements[0]
        start = min([first.lineno, *(each.lineno for each in getattr(first, "decorator_list", []))])
        while self.lines[start - 2].lstrip().startswith("#"):
            start -= 1
        return self.lines[start - 1:statements[-1].end_lineno]


@dataclass
class Region:
    """A gap, the statements that fill it, and their lines."""

    gap: ast.stmt
    statements: list[ast.stmt]
    lines: list[str]


def read(page: Path) -> NotebookNode:
    """Returns the page as a notebook in which the gaps are filled.

    Raises ValueError if the reference does not fit a gap, or if it uses a name to which the page gives another meaning.
    """
    notebook = jupytext.read(page, fmt="py:percent")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    trees = [ast.parse("\n".join(line for line in cell.source.split("\n") if not line.startswith(("%", "!"))))
             for cell in code]
    names = [_bound(tree.body) for tree in trees]
    above: set[str] = set()
    for number, (cell, tree) in enumerate(zip(code, trees)):
        if cell.metadata.get("title") == "exercise" and BEGIN not in cell.source and any(map(_gap, ast.walk(tree))):
            needed = _Needed(above, set[str]().union(*names[number:]) - above)
            cell.source = _filled(cell.source, tree, Module(page.with_name("reference.py")), needed)
            above |= needed.names
        above |= names[number]
    return notebook


def inside(source: str, node: ast.stmt) -> bool:
    """Says whether a statement of a cell stands in a solution."""
    before = "\n".join(source.split("\n")[:node.lineno])
    return before.count(BEGIN) > before.count(END)


def named(statement: ast.ImportFrom) -> ast.ImportFrom:
    """Returns the import of all names of a lesson's kit as one that names them. The kit is read and not imported."""
    kit = (COURSE / str(statement.module).replace(".", "/") / "__init__.py").read_text(encoding="utf-8")
    names = next(ast.literal_eval(node.value) for node in ast.parse(kit).body
                 if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
    return ast.ImportFrom(statement.module, [ast.alias(name) for name in names], statement.level)


def _bound(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that statements at the top of a module bind."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, Definition):
            found.add(statement.name)
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                found |= {alias.name for alias in named(node).names}
            elif isinstance(node, ast.alias):
                found.add(node.asname or node.name.partition(".")[0])
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found


def _filled(source: str, tree: ast.Module, reference: Module, needed: _Needed) -> str:
    """An exercise's cell with its gaps filled, and with what they need."""
    stub = next(each for each in tree.body if isinstance(each, Definition))
    regions = _regions(stub, reference.bound.get(stub.name), reference, stub.name)
    lines, last = source.split("\n"), regions[-1]
    for region in regions:
        needed.of(region.statements, reference, stub.name)
    if needed.names and any(line.strip() for line in lines[last.gap.lineno:]):
        raise ValueError(f"{stub.name}: the reference needs {', '.join(sorted(needed.names))}, too; then the last gap "
                         "must end the cell")
    last.lines += needed.lines
    for region in reversed(regions):
        if lines[region.gap.lineno - 1].strip() != "...":
            raise ValueError(f"{stub.name}: a gap is a line of its own, not {lines[region.gap.lineno - 1].strip()!r}")
        indent = " " * region.gap.col_offset
        lines[region.gap.lineno - 1:region.gap.lineno] = [indent + BEGIN, *region.lines, indent + END]
    return "\n".join(lines)


def _regions(stub: Definition, original: ast.stmt | None, reference: Module, where: str) -> list[Region]:
    """The gaps of a definition, in order."""
    if not any(map(_gap, ast.walk(stub))):
        return []
    if isinstance(stub, ast.FunctionDef) and isinstance(original, ast.FunctionDef):
        return [_region(stub, original, reference, where)]
    if not isinstance(stub, ast.ClassDef) or not isinstance(original, ast.ClassDef):
        raise ValueError(f"the page has a gap in {where}, which the reference does not define")
    own, theirs = ({each.name: each for each in of.body if isinstance(each, Definition)} for of in (stub, original))
    found = [region for name, each in own.items()
             for region in _regions(each, theirs.get(name), reference, f"{where}.{name}")]
    last = found[-1]
    waiting = [statement for region in found for statement in region.statements]
    while waiting:
        for node in ast.walk(waiting.pop(0)):
            if isinstance(node, ast.Attribute) and node.attr in theirs and node.attr not in own:  # a method of its own
                own[node.attr] = method = theirs[node.attr]
                last.statements.append(method)
                last.lines += ["", *reference.source(method)]
                waiting.append(method)
    return found


def _region(stub: ast.FunctionDef, original: ast.FunctionDef, reference: Module, where: str) -> Region:
    mine, theirs = (node.body[ast.get_docstring(node) is not None:] for node in (stub, original))
    if _parameters(stub) != _parameters(original):
        raise ValueError(f"{where} has the parameters ({_parameters(stub)}) on the page, and ({_parameters(original)}) "
                         "in the reference")
    at = next((index for index, statement in enumerate(mine) if _gap(statement)), 0)
    end = len(theirs) - len(mine[at + 1:])
    given, same = ([ast.unparse(each) for each in of] for of in (mine[:at] + mine[at + 1:], theirs[:at] + theirs[end:]))
    if given != same or at >= end or not _gap(mine[at]):
        raise ValueError(f"{where}: the page gives {given} beside its gap, which the reference does not have there")
    gap, solution = mine[at], theirs[at:end]
    if reference.lines[solution[0].lineno - 1][:solution[0].col_offset].strip():  # beside its def, on one line
        return Region(gap, solution, [" " * gap.col_offset + ast.unparse(each) for each in solution])
    return Region(gap, solution, reference.source(*solution))


def _gap(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _parameters(function: ast.FunctionDef) -> str:
    """The parameters and their defaults, without annotations."""
    arguments = copy.deepcopy(function.args)
    for each in ast.walk(arguments):
        if isinstance(each, ast.arg):
            each.annotation = None
    return ast.unparse(arguments)


class _Needed:
    """What the solutions of one cell use and the page does not have above.

    above: the names that the page has bound above the cell.
    later: the other names of the page.
    """

    def __init__(self, above: set[str], later: set[str]):
        self.above, self.later = above, later
        self.names: set[str] = set()
        self._imports: list[str] = []
        self._definitions: list[str] = []

    @property
    def lines(self) -> list[str]:
        imports = sorted(self._imports, key=lambda line: (line.startswith("from"), line))
        return [*(["", ""] if imports else []), *imports, *self._definitions]

    def of(self, statements: Iterable[ast.stmt], module: Module, where: str) -> None:
        """Adds what these statements of a module use. `where` names the exercise, which they may use, too."""
        used = {node.id for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for name in sorted(used - self.above - {where}):
            self._add(name, module, where)

    def _add(self, name: str, module: Module, where: str) -> None:
        statement = module.bound.get(name)
        if statement is None or name in self.names:
            return
        if isinstance(statement, ast.ImportFrom) and statement.module and statement.module.startswith("solutions."):
            return self._add(name, Module(ROOT / f"{statement.module.replace('.', '/')}.py"), where)
        if name in self.later:
            raise ValueError(f"{where}: the reference uses {name}, to which the page gives a meaning only later")
        self.names.add(name)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            only = copy.copy(statement)
            only.names = [each for each in statement.names if name in _bound([ast.Import([each])])]
            self._imports.append(ast.unparse(only))
        else:
            self.of([statement], module, where)
            self._definitions += ["", "", *module.source(statement)]
