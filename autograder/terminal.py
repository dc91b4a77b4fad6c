"""The terminal to which the commands write. Control sequences, which could steer it, are removed here and nowhere else,
so that no caller has to think of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.status import Status
from rich.text import Text

from autograder.outward import on_terminal


class Terminal(Console):
    """rich's console, without markup and emoji in plain texts. So a stranger's `[link=...]` is shown as it is written.
    """

    def __init__(self, **options: Any):
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def status(self, status: RenderableType, **options: Any) -> Status:
        """In a pipe, where nothing turns, says once on standard error what takes time."""
        if not self.is_terminal:
            print(status, file=sys.stderr, flush=True)
        return super().status(status, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Overrides the method of rich through which everything that is shown passes. The colours and movements of the
        cursor that the console itself adds are kept."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(on_terminal(segment.text, lines=True), segment.style)


def say(console: Console, said: object) -> None:
    """Prints one line, at its full length."""
    console.print(Text(on_terminal(said)), soft_wrap=True)
