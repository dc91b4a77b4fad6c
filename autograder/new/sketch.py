"""Reads the file from which `autograder new` starts: a reference, with a sketch of how each exercise is called.

    INPUTS = {
        "SimAM": [
            {"inputs": [("B", 8, "H", "W")]},
            {"arguments": {"e_lambda": 0.01}, "inputs": [("B", 5, "H", "W")]},
        ],
    }

Each entry is one kind of call. The `arguments` of a module go to its constructor, and those of a function are passed by
name beside the inputs. A number in a shape stays as it is. Each hidden question draws a number for each letter. Within
a call, a letter stands for the same number everywhere, and different letters stand for different numbers.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from autograder.lessons.plain_text import plain_text

INPUTS = "INPUTS"
SMALLEST = 2  # what a letter may stand for
NUMBERS = 4  # so many numbers, or more if there are more letters


@dataclass(frozen=True)
class Call:
    """One kind of call: the arguments of the class (by name or by place) or of the function (by name), and the shapes
    of the inputs, made of numbers and letters.

    large: whether the inputs' numbers are large. device: whether the call is made on another device.
    """

    arguments: dict[str, Any] | tuple[Any, ...]
    inputs: tuple[tuple[int | str, ...], ...]
    large: bool = False
    device: bool = False

    @property
    def values(self) -> tuple[Any, ...]:
        """Returns the arguments without their names."""
        return tuple(self.arguments.values()) if isinstance(self.arguments, dict) else self.arguments

    def made(self, target: Callable) -> Callable:
        """Returns the callable that is given the inputs: a module of the class, or the function with its other
        arguments."""
        made = target if isinstance(target, type) else partial(partial, target)
        return made(**self.arguments) if isinstance(self.arguments, dict) else made(*self.arguments)

    @property
    def letters(self) -> list[str]:
        """The letters of the shapes, each once, in the order in which they appear."""
        return list(dict.fromkeys(side for shape in self.inputs for side in shape if isinstance(side, str)))

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers that the letters may stand for. No number that stands in a shape is among them, so that no two
        axes have the same length."""
        fixed = {side for shape in self.inputs for side in shape}
        free = (number for number in itertools.count(SMALLEST) if number not in fixed)
        return tuple(itertools.islice(free, max(NUMBERS, len(self.letters))))

    def shapes(self, r: Random) -> tuple[tuple[int, ...], ...]:
        """The shapes with a number for each letter. No two letters get the same number."""
        drawn = dict(zip(self.letters, r.sample(self.numbers, len(self.letters))))
        return tuple(tuple(drawn[side] if isinstance(side, str) else side for side in shape) for shape in self.inputs)

    def with_ones(self, letters: list[str]) -> Call:
        """Returns the same call, with 1 for these letters."""
        return replace(self, inputs=tuple(tuple(1 if side in letters else side for side in shape)
                                          for shape in self.inputs))


@dataclass(frozen=True)
class Drafted:
    """An exercise: its definition, how it is called, and the earlier exercises that its code uses."""

    name: str
    node: ast.FunctionDef | ast.ClassDef
    calls: tuple[Call, ...]
    uses: tuple[str, ...]


@dataclass(frozen=True)
class Sketch:
    """The content of a file.

    text: the file's text without the sketch of inputs.
    imports, given: the code besides the exercises.
    """

    text: str
    imports: str
    given: str
    exercises: tuple[Drafted, ...]


def read(path: Path) -> Sketch:
    """Returns the sketch in a file. Raises ValueError, with the file and what is wrong, if no lesson can be made from
    it."""
    text = plain_text(path)
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ValueError(f"{path} is no Python: {error.msg} (line {error.lineno})") from error
    sketched = [node for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == INPUTS]
    defined = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    if len(sketched) != 1:
        raise ValueError(
            f"{path} has {len(sketched)} assignments to {INPUTS}. Exactly one must say how each exercise is called: "
            f"{INPUTS} = {{\"{next(iter(defined), 'MyBlock')}\": [{{\"inputs\": [(\"B\", 8, \"H\", \"W\")]}}]}}"
        )
    calls = _calls(path, sketched[0], defined)
    exercises: list[Drafted] = []
    for name in (name for name in defined if name in calls):
        if not ast.get_docstring(defined[name]):
            raise ValueError(f"{path}: {name} has no docstring; learners see it in the cell that they fill")
        words = set(re.findall(r"\w+", ast.unparse(defined[name])))
        exercises.append(Drafted(name, defined[name], calls[name],
                                 tuple(earlier.name for earlier in exercises if earlier.name in words)))
    lines = text.splitlines()
    del lines[sketched[0].lineno - 1:sketched[0].end_lineno]
    imports = [node for node in tree.body
               if isinstance(node, (ast.Import, ast.ImportFrom)) and getattr(node, "module", "") != "__future__"]
    skipped = [*imports, *sketched, *(exercise.node for exercise in exercises)]
    given = [node for node in tree.body
             if node not in skipped and not _is_text(node) and getattr(node, "module", "") != "__future__"]
    return Sketch("\n".join(lines).strip() + "\n", "\n".join(map(ast.unparse, imports)),
                  "\n\n\n".join(ast.get_source_segment(text, node) or "" for node in given), tuple(exercises))


def _calls(path: Path, node: ast.Assign,
           defined: dict[str, ast.FunctionDef | ast.ClassDef]) -> dict[str, tuple[Call, ...]]:
    try:
        sketch = ast.literal_eval(node.value)
    except ValueError as error:
        raise ValueError(
            f"{path}: {INPUTS} holds something other than numbers, words, lists and dicts ({error})"
        ) from error
    if not isinstance(sketch, dict) or not sketch:
        raise ValueError(f"{path}: {INPUTS} is {sketch!r}, not a dict from an exercise's name to a list of its calls")
    if unknown := sketch.keys() - defined.keys():
        raise ValueError(f"{path}: {INPUTS} names {', '.join(sorted(unknown))}; the file defines "
                         f"{', '.join(defined) or 'nothing'}")
    return {name: tuple(_call(f"{path}: {INPUTS}[{name!r}]", entry)
                        for entry in _entries(f"{path}: {INPUTS}[{name!r}]", entries))
            for name, entries in sketch.items()}


def _entries(where: str, entries: Any) -> list:
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"{where} is {entries!r}, not a list of calls")
    return entries


def _call(where: str, entry: Any) -> Call:
    if not isinstance(entry, dict) or "inputs" not in entry or entry.keys() - {"arguments", "inputs"}:
        raise ValueError(f'{where}: {entry!r} is not a call; '
                         'a call is {"arguments": {...}, "inputs": [shape, ...]}')
    arguments, shapes = entry.get("arguments", {}), entry["inputs"]
    if not isinstance(arguments, dict):
        raise ValueError(f"{where}: arguments are a dict by name, not {arguments!r}")
    if not isinstance(shapes, list) or not shapes or not all(map(_is_shape, shapes)):
        raise ValueError(f"{where}: inputs are a list of shapes, such as [(\"B\", 8, \"H\", \"W\")], not {shapes!r}")
    return Call(arguments, tuple(shapes))


def _is_shape(shape: Any) -> bool:
    return isinstance(shape, tuple) and bool(shape) and all(map(_is_side, shape))


def _is_side(side: Any) -> bool:
    return (type(side) is int and side > 0) or (isinstance(side, str) and side.isidentifier() and len(side) == 1)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
