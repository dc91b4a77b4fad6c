"""Every text that a stranger chose passes through here on its way to a terminal, a log or a cell of a table. Such a
text is a name, a message or a line of code.

Nothing here imports torch until there is a text to write, because every nbgrader command imports this module.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from autograder.lessons.course import INSTALLED

# Signs that begin a formula, the wide ones too; and those that a spreadsheet somewhere in the world takes for the end
# of a cell, or for the quote around one. A blank can be one as well, but then a lone sign behind it is a cell of its
# own and computes nothing.
SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(rf"(?:(?:^|[;,|:^~\"!#$%&*?\\/<>])\s*(?=[{SIGNS}])|\s(?=[{SIGNS}]\S))")


LONGEST_NAME = 300  # characters that are shown of a name; a file system takes 255


def on_terminal(said: object, lines: bool = False) -> str:
    """Returns the part of `said` that may be shown: without anything that steers a terminal, or that turns the
    direction of the text around it.

    The result is one line, so that it can't pass for another line of ours. With `lines`, a message keeps its line
    breaks.
    """
    text = str(said)
    if not text.replace("\n", "").replace("\t", "").isprintable():
        from attention_lab.checking.verdict.report import clean

        text = clean(text)
    return text if lines else " ".join(text.split())


def count(number: float, word: str) -> str:
    """A number with its noun: 1 point, 1.5 points."""
    return f"{number:g} {word}{'s' * (number != 1)}"


def command(tool: str, *words: object) -> str:
    """Returns a command in the form in which a message shows it. It can be pasted into a shell, whatever its words
    hold. tool: "autograder", "nbgrader" or "builder", which in a clone are in its own environment."""
    if tool == "builder":
        found = ["autograder", "build"] if INSTALLED else [".venv/bin/python", "-m", "builder"]
    else:
        found = [tool if INSTALLED else f".venv/bin/{tool}"]
    return f"`{' '.join(map(_quoted, [*found, *map(str, words)]))}`"


def _quoted(word: str) -> str:
    if word == on_terminal(word):
        return shlex.quote(word)
    # bash and zsh read these escapes back, and on_terminal leaves them as they are
    return "$'" + "".join(sign if sign.isalnum() else f"\\U{ord(sign):08x}" for sign in word) + "'"


def named(name: object) -> str:
    """Returns a name as it is shown on a terminal or in a list. If it is very long, only its beginning is shown."""
    shown = on_terminal(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}... ({len(shown):,} characters)"


def in_cell(value: object) -> object:
    """Returns a text that is safe in a cell of a table. It is one line, and no part of it is a formula, whichever
    character separates cells. An apostrophe turns a formula into text.

    A number stays a number.
    """
    return FORMULA.sub(lambda before: before[0] + "'", on_terminal(value)) if isinstance(value, str) else value


def is_formula(student: Any) -> bool:
    """Says whether `in_cell` would change a name by which a platform knows nbgrader's student."""
    return any(in_cell(name) != name for name in (student.id, student.email, student.lms_user_id))
