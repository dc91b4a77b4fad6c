"""The terminal that the commands write to. Whoever prints need not think of what steers it: it is taken out here,
and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from autograder.outward import on_terminal


class Terminal(Console):
    """rich's console, without markup and emoji in plain texts: a stranger's `[link=...]` is shown as it is written."""

    def __init__(self, **options: Any):
        super().__init__(markup=False, emoji=False, highlight=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """rich's method, through which all goes that is shown.
        Colours and the cursor's movements are the console's own."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(on_terminal(segment.text, lines=True), segment.style)
