"""Finds out which files a piece of Python depends on, each with a digest of what it does.

    reach = Reach({"attention_lab": COURSE / "attention_lab"})
    reach.of("attention_lab.networks.training")
    {"attention_lab/networks/training.py": "9f86d081884c", ...}

A module reaches the modules that it imports, at its top or within a function, and so on, through all modules below the
given folders. A name that a package passes on stands for the module from which the package has it. Files are read and
never imported. Comments, docstrings and layout do not change a digest, and imports for type checkers do not count.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

Digests = dict[str, str]  # by file


class Import(NamedTuple):
    """One name of an import statement. level: how many dots begin the module's name; name: "" in `import module`."""

    level: int
    module: str
    name: str
    bound: str


class Module(NamedTuple):
    """What is read from a file. strings: all that stand in it."""

    digest: str
    imports: list[Import]
    strings: set[str]


class Reach:
    """The files of several packages.

    folders: the folder of each package, by its full name.
    apart: the packages and modules on which nothing depends, whoever imports them.
    """

    def __init__(self, folders: Mapping[str, Path], apart: Sequence[str] = ()):
        self.folders, self.apart = folders, apart

    def of(self, *modules: str) -> Digests:
        """Returns the digests of the files that these modules reach, their own included. Raises KeyError for an unknown
        module."""
        if unknown := [name for name in modules if not self._file(name)]:
            raise KeyError(f"no module {unknown[0]} below {', '.join(map(str, self.folders.values()))}")
        return {name: module.digest for name, module in self._reach(modules).items()}

    def of_code(self, statements: Iterable[ast.stmt]) -> tuple[Digests, set[str]]:
        """Returns the digests of the files that these statements reach through their imports, and all strings in the
        statements and in these files."""
        here = _module(list(statements))
        modules = self._reach([self._meaning(each, "") for each in here.imports])
        return ({name: module.digest for name, module in modules.items()},
                here.strings.union(*(module.strings for module in modules.values())))

    def _reach(self, names: Iterable[str]) -> dict[str, Module]:
        modules: dict[str, Module] = {}
        visited: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in visited or self._apart(name) or not (file := self._file(name)):
                continue
            visited.add(name)
            module = _parse(file.read_text(encoding="utf-8"))
            package = name if file.name == "__init__.py" else name.rpartition(".")[0]
            modules[f"{name.replace('.', '/')}{'/__init__' * (package == name)}.py"] = module
            waiting += [self._meaning(each, package) for each in module.imports]
        return dict(sorted(modules.items()))

    def _apart(self, name: str) -> bool:
        return any(f"{name}.".startswith(f"{each}.") for each in self.apart)

    def _meaning(self, of: Import, package: str) -> str:
        """Returns the module that an import names. package: where the import stands."""
        base = package.split(".")[:len(package.split(".")) + 1 - of.level] if of.level else []
        source = ".".join(filter(None, [*base, of.module]))
        if not of.name:
            return source
        if self._file(f"{source}.{of.name}"):
            return f"{source}.{of.name}"
        file = self._file(source)
        passed_on = _parse(file.read_text(encoding="utf-8")).imports if file and file.name == "__init__.py" else []
        return next((self._meaning(each, source) for each in passed_on if each.bound == of.name), source)

    def _file(self, name: str) -> Path | None:
        around = max((known for known in self.folders if f"{name}.".startswith(f"{known}.")), key=len, default=None)
        if around is None:
            return None
        base = self.folders[around].joinpath(*name[len(around):].split(".")[1:])
        return next((file for file in (base / "__init__.py", base.with_suffix(".py")) if file.is_file()), None)


def defining(statements: Sequence[ast.stmt], names: set[str]) -> list[int]:
    """Returns which of the statements define one of these names."""
    return [index for index, statement in enumerate(statements) if _bound(statement) & names]


def used(statements: Sequence[ast.stmt], starts: Iterable[int]) -> list[ast.stmt]:
    """Returns those of a page's statements that some of its statements use by name, those included. An import is cut to
    the names that are used.

    starts: which statements to begin with.
    """
    bound = [_bound(statement) for statement in statements]
    chosen, names = set(starts), set[str]()
    waiting = list(chosen)
    while waiting:
        names |= {node.id for node in ast.walk(statements[waiting.pop()]) if isinstance(node, ast.Name)}
        more = {index for index, own in enumerate(bound) if own & names} - chosen
        chosen |= more
        waiting += more
    return [_cut(statements[index], names) for index in sorted(chosen)]


def digest(code: Iterable[ast.stmt]) -> str:
    """Returns a digest of what these statements do. It does not depend on their layout, comments and docstrings."""
    return sha256(repr(_content(list(code))).encode()).hexdigest()[:12]


@cache
def _parse(text: str) -> Module:
    return _module(ast.parse(text).body)


def _module(statements: list[ast.stmt]) -> Module:
    return Module(digest(statements), [each for statement in statements for each in _imports(statement)],
                  {node.value for statement in statements for node in ast.walk(statement)
                   if isinstance(node, ast.Constant) and isinstance(node.value, str)})


def _imports(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(0, alias.name, "", alias.asname or alias.name.partition(".")[0])
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield Import(node.level, node.module or "", alias.name, alias.asname or alias.name)
    elif not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
        for child in ast.iter_child_nodes(node):
            yield from _imports(child)


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement binds, or part of which it changes."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    names = {each.bound for each in _imports(statement)}
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            names |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
    return names


def _cut(statement: ast.stmt, names: set[str]) -> ast.stmt:
    if isinstance(statement, ast.ImportFrom):
        return ast.ImportFrom(statement.module, [alias for alias in statement.names
                                                 if (alias.asname or alias.name) in names], statement.level)
    return statement


def _content(node: object) -> object:
    """Returns a syntax tree as plain values. (`ast.dump` is not used, because versions of Python differ in what it
    writes for empty fields.)"""
    if isinstance(node, list):
        return [_content(each) for each in node if not _text(each)]
    if not isinstance(node, ast.AST):
        return node
    return type(node).__name__, [(name, _content(value)) for name, value in ast.iter_fields(node)
                                 if value not in (None, [])]


def _text(statement: object) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
