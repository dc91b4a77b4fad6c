"""What nbgrader logs, on the terminal and in files: names and messages of learners without what steers a terminal that shows them."""

from __future__ import annotations

import logging
import traceback
from typing import Any


class PlainRecord(logging.LogRecord):
    """A line of the log, with the error that it is about; its format's own colours come later and stay."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0]:
            self.exc_text = _plain("".join(traceback.format_exception(*self.exc_info)).rstrip("\n"))

    def getMessage(self) -> str:
        return _plain(super().getMessage())


def _plain(text: str) -> str:
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    from attention_lab.checking.report import clean  # imports torch, for which nbgrader's commands should not wait

    return clean(text)


def keep_logs_plain() -> None:
    """From now on every logger of this process writes such lines."""
    logging.setLogRecordFactory(PlainRecord)
