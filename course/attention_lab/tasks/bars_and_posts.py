"""Lesson 04: is the bar between the posts horizontal?

The same `n` pictures and answers come for the same `seed` on every machine. The answer depends on a cue, which the lesson takes away
to see what was really used.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Strips(NamedTuple):
    """pictures (n, 2, 5, W), bars in channel 0 and posts in channel 1; answers, 1 if the bar that counts is horizontal (n,); horizontal,
    is the left bar, is the right one (n, 2); places, 0 if the left bar counts, 1 if the right one does (n,)."""

    pictures: Tensor
    answers: Tensor
    horizontal: Tensor
    places: Tensor


def bars_and_posts(n: int, distance: int, seed: int, *, cue: bool = True) -> Strips:
    """Two bars side by side; two posts stand `distance` pixels to the left and right of the one that counts.

    Without the cue, the posts stand at either bar, whichever counts.
    """
    g, height, gap = torch.Generator().manual_seed(seed), 5, 4
    place, row = 2 * distance + 1 + gap, height // 2
    pictures = torch.zeros(n, 2, height, 2 * place)
    horizontal = torch.randint(2, (n, 2), generator=g).bool()
    places, elsewhere = torch.randint(2, (2, n), generator=g)
    posts = places if cue else elsewhere
    for side in range(2):
        middle = side * place + place // 2
        pictures[horizontal[:, side], 0, row, middle - 1:middle + 2] = 1
        pictures[~horizontal[:, side], 0, row - 1:row + 2, middle] = 1
        for post in (middle - distance, middle + distance):
            pictures[posts == side, 1, :, post] = 1
    pictures += 0.1 * torch.randn(pictures.shape, generator=g)
    return Strips(pictures, horizontal[torch.arange(n), places].long(), horizontal, places)
