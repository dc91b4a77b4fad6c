"""Prepares answers, and the sentences about them, to be shown to a class: what remains are the course's words, and
those of Python and torch. People write names into everything else.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import math
import re
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from torch import nn

from attention_lab.checking.facts import wording
from attention_lab.checking.facts.wording import DURING
from autograder.lessons.topics import Topic

LONGEST = 20_000  # characters of a cell that is looked at: nobody writes more by hand
# expressions and statements inside each other: Python's own functions for trees call themselves, up to 1,000 times
DEEPEST = 100
LINES = 40  # of an exhibit
WORD = re.compile(r"[^\W\d]\w*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# of an error
MESSAGE = re.compile(rf"\b(?:(\w+)( (?:{'|'.join(DURING.values())}))|(\w*(?:Error|Exception|Warning)))\b[:,].*",
                     re.DOTALL)
KEYS = re.compile(r"a dict with (?!no keys)[^.;]*")
HIDDEN = "..."
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


@cache
def vocabulary(known: Topic) -> frozenset[str]:
    """Returns the words of a lesson's own files, of Python and of torch."""
    names = [name for owner in (builtins, math, torch, nn, nn.functional, nn.Module, torch.Tensor)
             for name in dir(owner)]
    return _words(known.folder) | {*names, *keyword.kwlist}


@cache
def _words(folder: Path) -> frozenset[str]:
    return frozenset(word for path in folder.rglob("*.py") for word in WORD.findall(path.read_text(encoding="utf-8")))


def redact_sentence(sentence: str, words: frozenset[str] | None) -> str:
    """Returns a sentence of a report. Given words, only these are left, and those in which reports are written: of an
    error no message, of a dict no keys, and no text in quotes."""
    if words is None:
        return sentence
    sentence = KEYS.sub("a dict", QUOTED.sub(f"'{HIDDEN}'", MESSAGE.sub(_error(words), sentence)))
    ours = words | _words(Path(wording.__file__).parents[1]) | _words(Path(__file__).parents[1] / "judge")
    return WORD.sub(lambda word: word[0] if word[0] in ours else HIDDEN, sentence)


def _error(words: frozenset[str]) -> Callable[[re.Match[str]], str]:
    """Returns a function that says what error it was, and when, without its message."""
    def without_message(error: re.Match[str]) -> str:
        kind = error[1] or error[3]
        return f"{kind if kind in words else 'an error of their own'}{error[2] or ''}."
    return without_message


def redact_code(source: str, words: frozenset[str] | None) -> str:
    """Returns at most LINES lines of the code, without imports, comments and docstrings.

    words: given these, texts are left out, every other name is replaced, and nothing is left of code that can't be
        read.

    Whatever the code holds, no error gets out. If it could not be read, its layout stays, and comments are cut off at
    their `#`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python quotes an answer in them
            tree = _program(source)
            if words is not None:
                _rename(tree, words)
            lines = ast.unparse(tree).strip("\n").split("\n")
    except Exception:  # no Python, a null byte, a number of 10,000 digits, and what else there may be
        lines = [line for line in (re.sub(r"\s*#.*", "", line) for line in source[:LONGEST].split("\n"))
                 if line.strip() and words is None]
    return "\n".join([*lines[:LINES], "..."] if len(lines) > LINES else lines)


def _rename(tree: ast.Module, words: frozenset[str]) -> None:
    others: dict[str, str] = {}

    def new_name(name: str) -> str:
        return name if words.issuperset(name.split(".")) else others.setdefault(name, f"name{len(others) + 1}")

    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(node, ast.Constant):
                node.value = HIDDEN if isinstance(node.value, str | bytes) else node.value
            elif isinstance(value, str):
                setattr(node, field, new_name(value))
            elif isinstance(value, list):
                value[:] = [new_name(each) if isinstance(each, str) else each for each in value]


def _program(source: str) -> ast.Module:
    """The program without imports and docstrings. Raises ValueError for too much code, and what ast.parse raises."""
    if len(source) > LONGEST:
        raise ValueError("too long")
    tree = ast.parse(source)
    if _deep(tree):
        raise ValueError("nested too deeply")
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in ast.walk(tree):
        if not isinstance(node, DOCUMENTED) or not node.body:
            continue
        first = node.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            node.body = node.body[1:] or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


def _deep(tree: ast.Module) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
