"""Rules for mutants of a reference that change nothing. `propose.harmless` also makes sure that no case tells such a
mutant from the reference."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from autograder.mutation.mutants import Mutant, counted
from autograder.mutation.syntax import is_guard


def changes_nothing(mutant: Mutant, source: str) -> bool:
    """Says whether a rule knows that a mutant of the exercise in `source` changes nothing."""
    place, _, what = mutant.id.partition(": ")
    line = int(place.rpartition(" ")[2])
    return any(re.fullmatch(pattern + COUNTED, what) and holds(counted(source), line) for pattern, holds in RULES)


def _always(tree: ast.Module, line: int) -> bool:
    return True


def _of_one_weight(tree: ast.Module, line: int) -> bool:
    """Says whether all convolutions of this line have a kernel of size 1."""
    layers = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.lineno == line
              and re.search(r"\bConv[123]d$", ast.unparse(node.func))]
    sizes = [next((each.value for each in node.keywords if each.arg == "kernel_size"),
                  node.args[2] if len(node.args) > 2 else None)
             for node in layers]
    return bool(sizes) and all(size is not None and ast.unparse(size) == "1" for size in sizes)


def _exact(tree: ast.Module, line: int) -> bool:
    """Says whether the reference refuses a remainder in each floor division of this line."""
    nodes = list(ast.walk(tree))
    tests = [part for node in nodes if is_guard(node) for part in
             (node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
              else [node.test])]
    rests = [test.left if isinstance(test, ast.Compare) and ast.unparse(test).endswith(" != 0") else test
             for test in tests]
    refused = {(ast.unparse(rest.left), ast.unparse(rest.right)) for rest in rests
               if isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Mod)}
    divided = {(ast.unparse(node.left), ast.unparse(node.right)) for node in nodes
               if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) and node.lineno == line}
    return bool(divided) and divided <= refused


COUNTED = r"( \(\d+\))?"  # the second of two mutants with the same words
RULES: tuple[tuple[str, Callable[[ast.Module, int], bool]], ...] = (
    (r"(relu|clamp|abs) twice", _always),
    (r"\w+ in place", _always),
    (r"Conv\dd with dilation=2", _of_one_weight),
    (r"rounded (up|to the nearest|down, at least 1)", _exact),
    (r"arguments 0 and 1 of transpose exchanged", _always),
    (r"softmax -> torch\.softmax\(x, -1\)", _always),
)
