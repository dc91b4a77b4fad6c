"""Removes control sequences, which could steer a terminal, from nbgrader's log on the terminal and in files, and from
the traceback of an error that ends it."""

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
    """A line of the log, with the error that it is about. The colours of the log's own format are added later, so they
    stay."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = on_terminal("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"), lines=True)

    def getMessage(self) -> str:
        return on_terminal(super().getMessage(), lines=True)


def show_plainly(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Replaces the traceback that Python prints for an unexpected error, because the error's message may quote a
    stranger."""
    print(on_terminal("".join(traceback.format_exception(kind, error, where)), lines=True), file=sys.stderr, end="")


def warn_plainly(*about: Any, **options: Any) -> str:
    """Replaces the text that Python prints for a warning, because a warning about a stranger's code quotes that code.
    """
    return on_terminal(FORMAT_WARNING(*about, **options), lines=True)


def keep_logs_plain() -> None:
    """From now on, the logs and warnings of this process, and the traceback of an unexpected error, hold no control
    sequences."""
    logging.setLogRecordFactory(PlainRecord)
    warnings.formatwarning = warn_plainly
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = show_plainly
