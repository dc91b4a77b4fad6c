"""The one way out for text that a stranger chose: a name, a message, a line of code.
To a terminal or a log, and into a cell of a table.

Nothing here imports torch until there is something to take out: every nbgrader command comes through here.
"""

from __future__ import annotations

import re

# Signs that begin a formula, the wide ones too; and those that a spreadsheet somewhere in the world takes for the end
# of a cell, or for the quote around one. A blank can be one as well, but then a lone sign behind it is a cell of its
# own and computes nothing.
SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(rf"(?:(?:^|[;,|:^~\"!#$%&*?\\/<>])\s*(?=[{SIGNS}])|\s(?=[{SIGNS}]\S))")


LONGEST_NAME = 300  # characters that are shown of a name; a file system takes 255


def on_terminal(said: object, lines: bool = False) -> str:
    """What may be shown of `said`: nothing that steers a terminal, or turns the direction of what stands beside it.

    One line, so that it can't pass for another one; with `lines`, a message keeps its own.
    """
    text = str(said)
    if not text.replace("\n", "").replace("\t", "").isprintable():
        from attention_lab.checking.report import clean

        text = clean(text)
    return text if lines else " ".join(text.split())


def named(name: object) -> str:
    """A name as it is shown on a terminal and in a list: of one that would fill them, the beginning."""
    shown = on_terminal(name)
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:LONGEST_NAME]}... ({len(shown):,} characters)"


def in_cell(value: object) -> object:
    """A text as a table may hold it: one line, and no part of it is a formula, whatever separates cells.
    An apostrophe makes it text.

    A number stays a number.
    """
    return FORMULA.sub(lambda before: before[0] + "'", on_terminal(value)) if isinstance(value, str) else value
