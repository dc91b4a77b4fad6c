"""Finds the learner's line that is running."""

from __future__ import annotations

import linecache
import sys
from itertools import islice
from types import FrameType
from typing import Any

LONGEST = 400  # characters of a line or of an error message that are worth reading


def current_line(namespace: dict[str, Any] | None, file: str | None = None) -> str | None:
    """Returns the learner's line that is running, or None outside of their code.

    namespace: their global names. file: what the code of one cell is called, if only its lines count.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame and (frame.f_globals is not namespace or file and frame.f_code.co_filename != file):
        frame = frame.f_back
    return frame and line_of(frame, frame.f_lineno)


def line_of(frame: FrameType, number: int) -> str | None:
    """Returns the source line with this number in the file that a frame runs, or None if it cannot be read."""
    return linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()[:LONGEST] or None


def written(frame: FrameType) -> str:
    """Returns the part of the source that a frame runs, such as one call, on one line; empty if it cannot be read."""
    first, last, begin, end = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None))
    if first is None or last is None or begin is None or end is None:
        return ""
    lines = [linecache.getline(frame.f_code.co_filename, number, frame.f_globals) for number in range(first, last + 1)]
    lines[-1] = lines[-1].encode()[:end].decode(errors="ignore")
    lines[0] = lines[0].encode()[begin:].decode(errors="ignore")
    return " ".join(" ".join(lines).split())[:LONGEST]
