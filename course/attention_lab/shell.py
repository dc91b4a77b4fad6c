"""Where a page goes: into the notebook, or beside a script."""

from __future__ import annotations

import sys
from html import escape
from itertools import count
from pathlib import Path
from typing import Any

from .storage import write

_numbers = count(1)


def notebook() -> Any:
    """Returns IPython's shell if it draws HTML; None in a terminal or a script."""
    ipython = sys.modules.get("IPython")  # imported by every kernel
    shell = ipython and ipython.get_ipython()
    return shell if shell and "text/html" in shell.display_formatter.active_types else None


def put(page: str, says: str, name: str) -> None:
    """Displays HTML in a notebook. In a script, it writes a file into the current folder, `name`-1.html, -2 and so on,
    and prints what the page says and the file's path.

    says: the page in words.
    """
    if notebook():
        from IPython.display import display

        display({"text/html": page, "text/plain": says}, raw=True)
        return
    path = Path(f"{name}-{next(_numbers)}.html").resolve()
    write(path, f'<!doctype html><meta charset="utf-8"><title>{escape(says)}</title>{page}\n')
    print(says, path, sep="\n")
