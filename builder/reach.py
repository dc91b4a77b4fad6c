"""Finds out what a piece of Python depends on: the definitions that it reaches by name, each with a digest of what it
does.

    reach = Reach({"attention_lab": COURSE / "attention_lab"})
    reach.of("attention_lab.networks.training", ["train"])
    {"attention_lab.networks.training.train": "9f86d081884c", ...}

A definition is one statement at the top of a module: a function, a class, an assignment, an import. It reaches
everything that its names mean in its module, and so on, through all modules below the given folders. Files are read
and never imported. If a function uses a name for something of its own, it still reaches the module's definition of
that name, because too many definitions do less harm than too few. Comments, docstrings and layout do not change a
digest. A definition that is reached through a string (`getattr`, a registry in another module) is not found.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

Digests = dict[str, str]  # by the definition's full name


class Place(NamedTuple):
    """A definition: the module's full name, and which of its statements."""

    module: str
    at: int


class Module:
    """A module's statements, the names that they bind, and the package from which its relative imports start."""

    def __init__(self, source: str, package: str):
        self.statements, self.package = ast.parse(source).body, package
        self.bound: dict[str, list[int]] = {}
        for index, statement in enumerate(self.statements):
            for name in _bound(statement):
                self.bound.setdefault(name, []).append(index)


class Reach:
    """The definitions in several packages.

    folders: the folder of each package, by its full name.
    """

    def __init__(self, folders: Mapping[str, Path]):
        self.folders = folders
        self._modules: dict[str, Module] = {}

    def add(self, name: str, source: str) -> None:
        """Adds a module that is not a file."""
        self._modules[name] = Module(source, "")

    def of(self, module: str, names: Iterable[str] | None = None) -> Digests:
        """Returns what these names of a module reach, including themselves. Without names, returns what the whole
        module reaches. Raises KeyError for an unknown name."""
        found = self._module(module)
        if found is None:
            raise KeyError(f"no module {module} below {', '.join(map(str, self.folders.values()))}")
        if names is None:
            return self.digests(self.places(Place(module, index) for index in range(len(found.statements))))
        return self.digests(self.places(place for name in names for index in found.bound[name]
                                        for place in self._meaning(module, index, name, None)))

    def places(self, begin: Iterable[Place]) -> set[Place]:
        """Returns the definitions that these definitions reach, including themselves."""
        seen: set[Place] = set()
        waiting = list(begin)
        while waiting:
            place = waiting.pop()
            if place not in seen:
                seen.add(place)
                waiting += self._next(place)
        return seen

    def digests(self, places: Iterable[Place]) -> Digests:
        """Returns the digests by name. If a name is bound several times, its digest covers all of these statements."""
        found: Digests = {}
        for place in sorted(places):
            if not _imports(self._statement(place)) and not _text(self._statement(place)):
                title = self._title(place)
                found[title] = f"{found.get(title, '')}{digest([self._statement(place)])}"
        return found

    def texts(self, places: Iterable[Place]) -> set[str]:
        """Returns the strings in these definitions."""
        return {node.value for place in places for node in ast.walk(self._statement(place))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)}

    def _statement(self, place: Place) -> ast.stmt:
        return self._modules[place.module].statements[place.at]

    def _module(self, name: str) -> Module | None:
        if name not in self._modules:
            around = max((known for known in self.folders if f"{name}.".startswith(f"{known}.")), key=len, default=None)
            base = around and self.folders[around].joinpath(*name[len(around):].split(".")[1:])
            if base and (file := base / "__init__.py").is_file():
                self._modules[name] = Module(file.read_text(encoding="utf-8"), name)
            elif base and (file := base.with_suffix(".py")).is_file():
                self._modules[name] = Module(file.read_text(encoding="utf-8"), name.rpartition(".")[0])
        return self._modules.get(name)

    def _title(self, place: Place) -> str:
        names = sorted(_bound(self._statement(place)))
        return (
            f"{place.module}.{names[0]}"
            if names
            else f"{place.module}: {ast.unparse(self._statement(place))[:60].splitlines()[0]}"
        )

    def _next(self, place: Place) -> list[Place]:
        module = self._modules[place.module]
        statement = self._statement(place)
        if _imports(statement):  # reached by its names: see _meaning
            return []
        used = _used(statement)
        return [found for name, attributes in used.items() for index in module.bound.get(name, ())
                for found in self._meaning(place.module, index, name, attributes)]

    def _meaning(self, module: str, index: int, name: str, attributes: set[str] | None) -> list[Place]:
        """Returns the meaning of a name that a statement of a module binds.

        attributes: the attributes of it that are used; None if it is used as a whole.
        """
        statement = self._modules[module].statements[index]
        if not _imports(statement):
            return [Place(module, index)]
        return [found for each in ast.walk(statement) if isinstance(each, ast.Import | ast.ImportFrom)
                for alias in each.names
                if (alias.asname or alias.name.partition(".")[0]) == name
                for found in self._imported(self._modules[module].package, each, alias, attributes)]

    def _imported(self, package: str, statement: ast.Import | ast.ImportFrom, alias: ast.alias,
                  attributes: set[str] | None) -> list[Place]:
        if isinstance(statement, ast.Import):
            return self._of_module(alias.name, attributes)
        base = ".".join(package.split(".")[:len(package.split(".")) + 1 - statement.level]) if statement.level else ""
        source = ".".join(filter(None, [base, statement.module]))
        if (inside := self._module(source)) and alias.name in inside.bound:
            return [found for index in inside.bound[alias.name]
                    for found in self._meaning(source, index, alias.name, attributes)]
        return self._of_module(f"{source}.{alias.name}", attributes)

    def _of_module(self, name: str, attributes: set[str] | None) -> list[Place]:
        module = self._module(name)
        if module is None:
            return []
        names = module.bound if attributes is None else [name for name in attributes if name in module.bound]
        return [found for each in names for index in module.bound[each]
                for found in self._meaning(name, index, each, None)]


def _imports(statement: ast.stmt) -> bool:
    """Says whether a statement does nothing but import. (Some imports stand below `if TYPE_CHECKING:`.)"""
    return isinstance(statement, ast.Import | ast.ImportFrom) or (
        isinstance(statement, ast.If | ast.Try | ast.With) and all(_imports(each) for each in statement.body))


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement at the top of a module binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            names |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}  # part of what it changes
    return names


def _used(statement: ast.stmt) -> dict[str, set[str] | None]:
    """Returns the names that a statement uses. If it uses a name only through attributes, these are returned with it.
    """
    through: set[ast.Name] = set()
    used: dict[str, set[str] | None] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            through.add(node.value)
            if (attributes := used.setdefault(node.value.id, set())) is not None:
                attributes.add(node.attr)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and node not in through:
            used[node.id] = None
    return used


def digest(code: Iterable[ast.stmt]) -> str:
    """Returns a digest of what these statements do. It does not depend on their layout, comments and docstrings."""
    return sha256(repr([_content(statement) for statement in code]).encode()).hexdigest()[:12]


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
