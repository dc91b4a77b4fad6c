"""The only place where a learner's code is parsed outside of a sandbox, apart from `insights/code.py`.

parse.py limits how many words and signs the code of a notebook has, so that the cells together take little time.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache

LONGEST = 50_000  # characters of a cell: nobody writes so many by hand, and f-strings take quadratic time
MAGIC = re.compile(r"^[%!][^\n]*", re.MULTILINE)


@lru_cache(maxsize=8)  # a cell is asked about several times in a row
def statements(source: str) -> list[ast.stmt] | None:
    """The statements of a cell, with empty lines in the place of its magics. None if the cell is too long, or if Python
    can't read it. Nobody may change them."""
    if len(source) > LONGEST:
        return None
    try:
        return ast.parse(MAGIC.sub("", source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
