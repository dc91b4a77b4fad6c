"""Explains why some mutants of a reference change nothing. A rule gives the reason; `propose.harmless` also makes sure
that no case tells such a mutant from the reference."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from autograder.mutation.mutants import Mutant, counted
from autograder.mutation.syntax import is_guard


def reason(mutant: Mutant, source: str) -> str:
    """Returns the reason why a mutant of the exercise in `source` changes nothing; empty if no rule knows one."""
    place, _, what = mutant.id.partition(": ")
    line = int(place.rpartition(" ")[2])
    return next((why for pattern, holds, why in RULES
                 if re.fullmatch(pattern, what) and holds(counted(source), line)), "")


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
RULES: tuple[tuple[str, Callable[[ast.Module, int], bool], str], ...] = (
    (rf"(relu|clamp|abs) twice{COUNTED}", _always, "Applied twice, it gives the same result as once."),
    (rf"\w+ in place{COUNTED}", _always, "It changes a tensor that nothing else reads."),
    (rf"Conv\dd with dilation=2{COUNTED}", _of_one_weight, "A kernel of size 1 has nothing to spread."),
    (rf"rounded (up|to the nearest|down, at least 1){COUNTED}", _exact,
     "If the division leaves a remainder, the reference raises an error."),
    (rf"arguments 0 and 1 of transpose exchanged{COUNTED}", _always, "The order of the two axes does not matter."),
    (rf"softmax -> torch\.softmax\(x, -1\){COUNTED}", _always, "The reference's softmax runs over the last axis, too."),
)
