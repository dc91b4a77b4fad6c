"""Help for learners who study alone and are stuck: an exercise as a puzzle of lines, and our solution.

Puzzle and solution are made from the solved notebooks of the repository. A copy that is handed out to a class has no
solved notebooks, and the library itself holds no solution.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from html import escape
from pathlib import Path
from random import Random

from .. import lesson_files
from ..checking.known import recorded
from ..checking.verdict.report import MONO
from .progress import recall

SOLVED = Path(__file__).resolve().parents[3] / "solutions/notebooks"  # in a clone of the repository
TRIES = 3
MARK = re.compile(r"\s*#+ (BEGIN|END) SOLUTION")  # around a gap in a solved cell

# A line that can be moved is an <li> with tabindex 0; the others stay where they are.
SORT = """
(() => {
  const box = document.currentScript.parentElement, list = box.querySelector("ol"), text = box.querySelector("textarea");
  const free = () => [...list.querySelectorAll("li[tabindex]")];
  const swap = (one, other) => {
    const mark = document.createElement("li");
    one.replaceWith(mark); other.replaceWith(one); mark.replaceWith(other);
    told();
  };
  const told = () => { text.value = [...list.children].map((line) => line.dataset.code).join("\\n"); };
  let carried = null;
  list.addEventListener("keydown", (event) => {
    const lines = free(), at = lines.indexOf(event.target), to = at + {ArrowUp: -1, ArrowDown: 1}[event.key];
    if (at < 0 || Number.isNaN(to)) return;
    event.preventDefault();
    event.stopPropagation();  // or the notebook's arrow keys move to another cell
    if (!lines[to]) return;
    if (event.shiftKey) { swap(lines[at], lines[to]); lines[at].focus(); } else lines[to].focus();
  });
  for (const line of free()) {
    line.draggable = true;
    line.dataset.lmSuppressShortcuts = "";  // Notebook 7 would take its keys before they come here
    line.style.cursor = "grab";
    line.addEventListener("dragstart", () => { carried = line; });
    line.addEventListener("dragover", (event) => event.preventDefault());
    line.addEventListener("drop", (event) => { event.preventDefault(); if (carried && carried !== line) swap(carried, line); });
  }
  for (const part of box.querySelectorAll(".live")) part.hidden = false;
  told();
})();"""  # noqa: E501


class Shown:
    """A text that a notebook shows as HTML."""

    def __init__(self, text: str, html: str = ""):
        self.text, self.html = text, html or f"<p>{escape(text)}</p>"

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def solution(exercise: Callable | str) -> Shown:
    """Returns our solution of one of this lesson's exercises, once you have solved it or three different tries have
    failed.

    exercise: the function or class, or its name.

    Raises ValueError for a name that the lesson does not ask for.
    """
    name, code = _solution(exercise)
    if why := _not_yet(name, code, "our solution"):
        return Shown(why)
    code = "\n".join(line for line in code.split("\n") if not MARK.match(line))
    return Shown(code, f'<pre style="{MONO}">{escape(code)}</pre>')


def puzzle(exercise: Callable | str) -> Shown:
    """Returns one of this lesson's exercises as lines to put in order, once you have solved it or three different tries
    have failed.

    Copy your lines into the exercise's cell and check them.

    exercise: the function or class, or its name.

    Raises ValueError for a name that the lesson does not ask for.
    """
    name, code = _solution(exercise)
    if why := _not_yet(name, code, "the puzzle"):
        return Shown(why)
    if not any(moves for _, moves in _lines(code)):
        return Shown(f"{name} is code to be repaired, so no line of it has lost its order. `solution({name})` shows it "
                     "repaired.")
    lines = _shuffle(_lines(code), name)
    how = "The lines in bold stand where they should; the others have lost their order."
    shown = "".join(f'<li {"tabindex=0 " if moves else ""}data-code="{escape(line)}" style="white-space:pre;'
                    f'{"" if moves else "font-weight:600"}">{escape(line)}</li>' for line, moves in lines)
    html = (f'<div style="max-width:820px"><p>{how}</p><p class="live" hidden>Drag one onto another to swap them, or '
            'choose one with '
            'the arrow keys and move it with Shift and an arrow key. Then copy the text below into the exercise\'s '
            'cell.</p>'
            f'<ol style="{MONO}">{shown}</ol><textarea class="live" hidden readonly rows="{len(lines)}" '
            f'aria-label="the lines, in your order" style="{MONO};width:100%"></textarea><script>{SORT}</script></div>')
    return Shown("\n".join([how, *(f"{'  ' if moves else '* '}{line}" for line, moves in lines)]), html)


def available(lesson: str) -> bool:
    """Says whether the solved notebook of a lesson exists on this machine."""
    return (SOLVED / lesson / f"{lesson}.ipynb").exists()


def _solution(exercise: Callable | str) -> tuple[str, str]:
    """Returns the exercise's name and the code of its solved cell; the code is empty if there is none."""
    name = exercise if isinstance(exercise, str) else getattr(exercise, "__name__", repr(exercise))
    known = recorded.parts(lesson_files.checks(Path.cwd(), name))
    if name not in known:
        raise ValueError(f"{name!r} is not an exercise of this lesson; the lesson has "
                         f"{', '.join(known) or 'none here'}")
    lesson = known[name].lesson
    if not available(lesson):
        return name, ""
    cells = json.loads((SOLVED / lesson / f"{lesson}.ipynb").read_text(encoding="utf-8"))["cells"]
    sources = ("".join(cell["source"]) for cell in cells if cell["metadata"].get("nbgrader", {}).get("solution"))
    return name, next((code for code in sources
                       if any(getattr(node, "name", "") == name for node in ast.parse(code).body)), "")


def _not_yet(name: str, code: str, what: str) -> str:
    """Says why something is not shown; empty if it may be shown."""
    if not code:
        return (
            f"This copy of the course came without solutions, so {what} of {name} is not here. Whoever gave it to you"
            " has them."
        )
    most = lesson_files.part(Path.cwd(), name).points
    so_far = recall(Path.cwd(), name)
    if so_far.points >= most or len(so_far.failed) >= TRIES:
        return ""
    tried = {0: "no try", 1: "one try"}.get(len(so_far.failed), f"{len(so_far.failed)} tries")
    return (f"You will find {what} here after three different tries at {name} that fail its check; so far you have "
            f"{tried}. Read the hints below the check first: they are shorter.")


def _lines(code: str) -> list[tuple[str, bool]]:
    """Returns the lines of a solved cell, each with whether it is part of a gap. Blank lines, comments and docstrings
    are left out."""
    tree = ast.parse(code)
    docstrings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            first = node.body[0]
            docstrings |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    lines, gap = [], False
    for number, line in enumerate(code.split("\n"), 1):
        if mark := MARK.match(line):
            gap = mark[1] == "BEGIN"
        elif line.strip() and number not in docstrings and not line.strip().startswith("#"):
            lines.append((line, gap))
    return lines


def _shuffle(lines: list[tuple[str, bool]], name: str) -> list[tuple[str, bool]]:
    """Shuffles the lines that are part of gaps, always in the same way. The lines of one statement are moved one by
    one."""
    free = [line for line, moves in lines if moves]
    order = Random(name).sample(free, len(free))
    if order == free:
        order = free[::-1]
    left = iter(order)
    return [(next(left) if moves else line, moves) for line, moves in lines]
