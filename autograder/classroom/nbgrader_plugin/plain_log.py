"""What nbgrader logs, on the terminal and in files, and the traceback that it ends with: without what steers a
terminal."""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from types import TracebackType
from typing import Any

from autograder.outward import on_terminal

FORMAT_WARNING = warnings.formatwarning


class PlainRecord(logging.LogRecord):
    """A line of the log, with the error that it is about; its format's own colours come later and stay."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = on_terminal("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"), lines=True)

    def getMessage(self) -> str:
        return on_terminal(super().getMessage(), lines=True)


def show_plainly(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """In the place of Python's last word on an error that nobody expected: its message may quote a stranger."""
    print(on_terminal("".join(traceback.format_exception(kind, error, where)), lines=True), file=sys.stderr, end="")


def warn_plainly(*about: Any, **options: Any) -> str:
    """In the place of Python's own words for a warning: one about a stranger's code quotes it."""
    return on_terminal(FORMAT_WARNING(*about, **options), lines=True)


def keep_logs_plain() -> None:
    """From now on every logger of this process writes such lines, and so do warnings;
    an error ends it with such a traceback."""
    logging.setLogRecordFactory(PlainRecord)
    warnings.formatwarning = warn_plainly
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = show_plainly
