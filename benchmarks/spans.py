"""Where time goes: a clock around functions, each without what is timed inside it.

The text of this file is given to workers too, so that both sides measure alike.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any


class Spans:
    """Seconds by (part, label). part: what is going on, which `within` sets. clock: a function of `time`; `thread_time`
    counts only what this thread computes, and so hardly depends on what else the machine does."""

    def __init__(self, clock: str = "perf_counter") -> None:
        self.clock = getattr(time, clock)
        self.spent: dict[tuple[str, str], float] = {}
        self.part = "around"
        self.inside: list[float] = []  # for each clock that runs: the seconds of those that ran within it
        self.undo: list[Callable[[], None]] = []

    def timed(self, function: Callable, label: str) -> Callable:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            self.inside.append(0.0)
            began = self.clock()
            try:
                return function(*args, **kwargs)
            finally:
                took = self.clock() - began
                self.add(label, took - self.inside.pop())
                if self.inside:
                    self.inside[-1] += took
        return wrapper

    def time(self, owner: Any, name: str, label: str) -> None:
        """Put a clock around a function of a module or class."""
        self.replace(owner, name, self.timed(getattr(owner, name), label))

    def within(self, owner: Any, name: str, part: Callable[..., str]) -> None:
        """While this function runs, everything belongs to the part that `part` makes of its arguments."""
        function = self.timed(getattr(owner, name), "the rest")

        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            before, self.part = self.part, part(*args)
            try:
                return function(*args, **kwargs)
            finally:
                self.part = before
        self.replace(owner, name, wrapper)

    def replace(self, owner: Any, name: str, by: Any) -> None:
        was = getattr(owner, name)
        self.undo.append(lambda: setattr(owner, name, was))
        setattr(owner, name, by)

    def add(self, label: str, seconds: float) -> None:
        key = self.part, label
        self.spent[key] = self.spent.get(key, 0.0) + seconds

    def taken(self) -> dict[tuple[str, str], float]:
        """What was measured since the last time."""
        spent, self.spent = self.spent, {}
        return spent

    def close(self) -> None:
        """Take every clock away."""
        while self.undo:
            self.undo.pop()()
