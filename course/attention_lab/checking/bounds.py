"""Types with the bounds that hold for what a worker sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Bounds:
    """What a value from a worker may be at most: characters of a text, items of a list, or a range of integers."""

    most: int | None = None
    minimum: int | None = None
    maximum: int | None = None


Text = Annotated[str, Bounds(most=2000)]
Whole = Annotated[int, Bounds(minimum=-(1 << 62), maximum=1 << 62)]
Shape = Annotated[list[Whole], Bounds(most=64)]
