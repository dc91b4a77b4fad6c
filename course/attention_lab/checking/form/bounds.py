"""Bounds for everything that a worker may send to the judge. The worker and the judge both use this file.

If an honest answer is beyond a bound, the observer (`observe`, `values`, `crash`) describes it in words, so that a
learner can read what was wrong with it. So an answer that is beyond a bound was made by hand: its frame is refused, and
the worker is ended. The largest honest answers of the first eight lessons had 105 kB of JSON, 1,900 tensors, 2.1
million numbers and 5 axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import torch

HEADER_BYTES = 4 << 20  # the JSON of a frame; notebooks' cells travel in it as well
TENSOR_BYTES = 64 << 20  # all tensors of a frame
ELEMENTS = 8 << 20  # numbers in them, of any dtype: they are compared as float64
TOGETHER = 4 * ELEMENTS  # numbers in all answers about one exercise, where they do not fit into a frame
TENSORS = 10_000
AXES = 16
DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16,
          torch.int8, torch.uint8,
          torch.bool)
DEPTH = 64  # lists in lists in the JSON of a frame
NESTED = 20  # lists in lists in what a learner's code returns
ITEMS = 2000  # in a list
KEYS = 200  # in a dict
TEXT, NAME = 2000, 200  # characters
BITS = 1000  # in an integer: a float can hold it, and it can be printed
DIGITS = 302  # in such an integer


@dataclass(frozen=True)
class Bounds:
    """The bounds of a value from a worker: the most characters of a text or items of a list, or a range of numbers."""

    most: int | None = None
    minimum: float | None = None
    maximum: float | None = None


Text = Annotated[str, Bounds(most=TEXT)]
Name = Annotated[str, Bounds(most=NAME)]
Whole = Annotated[int, Bounds(minimum=-(1 << 62), maximum=1 << 62)]
Share = Annotated[float, Bounds(minimum=-1e6, maximum=1e6)]  # dropout's p: a wrong one is reported, not refused
Shape = Annotated[list[Whole], Bounds(most=AXES)]
