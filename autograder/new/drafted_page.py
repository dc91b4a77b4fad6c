"""The page of a new lesson: it builds at once, and says where prose is to be written."""

from __future__ import annotations

import ast
import inspect

from autograder.new.sketch import Drafted, Sketch

WRITE = "*Write here:"  # how a prompt begins; `autograder audit` counts them
HEAD = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---
"""


def page(lesson: str, title: str, sketch: Sketch) -> str:
    """The page's source, a jupytext script."""
    cells = [HEAD + _prose(f"# {title}", "what learners will be able to do, what they need to know, how long it "
                                         "takes, and why it matters"),
             f"# %%\n{sketch.imports}\n\nfrom attention_lab import begin, check, progress\n\n"
             f'begin("{lesson}")\n',
             _prose("## The idea", "the problem, the paper's idea in two sentences, and the formula term by term")]
    if sketch.given:
        cells.append(f"# %%\n{sketch.given}\n")
    for number, exercise in enumerate(sketch.exercises, 1):
        module = isinstance(exercise.node, ast.ClassDef)
        cells += [_prose(f"## Exercise {number}: `{exercise.name}`",
                         "inputs, outputs, and a worked example in numbers, in 80 to 160 words"),
                  f"# %% exercise\n{gapped(sketch.text, exercise)}\n\n",
                  f"# %% points={3 if module else 2}\ncheck({exercise.name})\n",
                  _prose("<details><summary>Hint 1: a nudge</summary>",
                         "a question that helps somebody who does not know how to begin",
                         "</details>")]
    cells += [_prose("## What does it buy?",
                     "a measurement, questions to think about, and the paper that this comes from"),
              "# %% tags=[\"nbval-ignore-output\"]\nprogress()\n"]
    return "\n".join(cells)


def _prose(heading: str, what: str, end: str = "") -> str:
    lines = [heading, "", f"{WRITE} {what}.*", *([end] if end else [])]
    return "# %% [markdown]\n" + "".join(f"# {line}".rstrip() + "\n" for line in lines)


def gapped(text: str, exercise: Drafted) -> str:
    """Returns the exercise's code with a gap for each body that a learner writes. In a class, each method has a gap of
    its own, so that the class is defined even before it is solved."""
    tree = ast.parse(text)
    node = next(each for each in tree.body
                if isinstance(each, ast.FunctionDef | ast.ClassDef) and each.name == exercise.name)
    methods = (
        [node]
        if isinstance(node, ast.FunctionDef)
        else [each for each in node.body if isinstance(each, ast.FunctionDef)]
    )
    start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    lines = text.splitlines()[start - 1:node.end_lineno]
    for method in reversed(methods):
        if body := [each for each in method.body if not _given(each)]:
            first, end = body[0], body[-1].end_lineno or body[-1].lineno
            head = lines[first.lineno - start][:first.col_offset].rstrip()  # of a method on one line
            gap = [head, " " * (method.col_offset + 4) + "..."] if head else [" " * first.col_offset + "..."]
            lines[first.lineno - start:end - start + 1] = gap
    return inspect.cleandoc("\n" + "\n".join(lines))


def _given(statement: ast.stmt) -> bool:
    """Says whether a statement is a docstring, or the first line of a module's constructor. No learner has to write
    these."""
    return isinstance(statement, ast.Expr) and (
        isinstance(statement.value, ast.Constant) or ast.unparse(statement) == "super().__init__()"
    )
