"""Woven cloths of lesson 09, whose threads are fine and near and whose cue is wide and far, and waves to test what
passes a module.

The same `seed` gives the same pictures on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .scoring import UNASKED

SIDE, PATCH = 24, 8  # of a cloth and of a patch with one direction, pixels
THREAD = 3  # wavelength of the threads, pixels
SPREAD, FAR = 3, 10  # of the glow, and the distance from which a pixel counts, pixels


class Cloths(NamedTuple):
    """pictures (n, 3, 24, 24), values around 0; answers, 0 for rising threads and 1 for falling ones as seen from the
    front, and UNASKED less than 10 pixels from the middle of the glow (n, 24, 24)."""

    pictures: Tensor
    answers: Tensor


def woven_cloths(n: int, seed: int, glow: str = "wide") -> Cloths:
    """Cloths of 3 x 3 patches, each with rising or falling threads. A red glow says that the front is up, a blue one
    the back, and seen from the back rising threads fall.

    glow: "wide"; "checkerboard", the same colours at the same place, every second pixel with the other sign; "none".
    The threads, the noise and the answers are the same in all three.
    """
    g = torch.Generator().manual_seed(seed)
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")

    def grown(of_patches: Tensor) -> Tensor:
        return of_patches.repeat_interleave(PATCH, 1).repeat_interleave(PATCH, 2)

    patches = n, SIDE // PATCH, SIDE // PATCH
    falling = grown(torch.randint(2, patches, generator=g))
    start = grown(2 * math.pi * torch.rand(patches, generator=g))
    threads = 0.5 * _wave(rows, columns, THREAD, falling, start)
    # exactly half, so that ignoring the glow gives chance level
    back = (torch.randperm(n, generator=g) % 2).view(n, 1, 1)
    middle = 4 + (SIDE - 8) * torch.rand(2, n, 1, 1, generator=g)
    distance = (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2
    red = 0.6 * (1 - 2 * back) * torch.exp(-distance / (2 * SPREAD ** 2))
    signs: dict[str, Tensor | int] = {"wide": 1, "checkerboard": 1 - 2 * ((rows + columns) % 2), "none": 0}
    red = red * signs[glow]
    pictures = torch.stack([threads + red, threads, threads - red], dim=1)
    pictures += 0.25 * torch.randn(n, 1, SIDE, SIDE, generator=g) + 0.1 * torch.randn(n, 3, SIDE, SIDE, generator=g)
    return Cloths(pictures, torch.where(distance > FAR ** 2, falling ^ back, UNASKED))


def grey_waves(wavelength: float) -> Tensor:
    """Diagonal grey waves, rising and falling, at four starts each: (8, 3, 24, 24), from -0.5 to 0.5."""
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    falling = torch.arange(8).view(8, 1, 1) % 2
    start = math.pi / 2 * (torch.arange(8).view(8, 1, 1) // 2)
    return 0.5 * _wave(rows, columns, wavelength, falling, start)[:, None].repeat(1, 3, 1, 1)


def movement(branch: Callable[[Tensor], Tensor], wavelengths: Sequence[float]) -> list[float]:
    """How strongly the output of `branch` changes when a grey wave is laid on plain grey: the root of the mean square,
    the largest as 1.

    branch: pictures (8, 3, 24, 24) -> (8, channels, 24, 24). The four outermost pixels are left out.
        ValueError if nothing changes.
    """
    inside = slice(4, -4)
    with torch.no_grad():
        moved = [(branch(waves) - branch(torch.zeros_like(waves)))[:, :, inside, inside].square().mean().sqrt().item()
                 for waves in map(grey_waves, wavelengths)]
    if not max(moved):
        raise ValueError("no wave moves this branch")
    return [each / max(moved) for each in moved]


def shown(pictures: Tensor, enlarged: int = 6) -> Tensor:
    """Pictures around 0 for the eye: from 0 to 1, each pixel a square of `enlarged` pixels."""
    return F.interpolate((0.5 + 0.35 * pictures).clamp(0, 1), scale_factor=enlarged, mode="nearest")


def _wave(rows: Tensor, columns: Tensor, wavelength: float, falling: Tensor, start: Tensor) -> Tensor:
    """A diagonal sine wave; its crests rise to the right, or fall."""
    along = (columns + (1 - 2 * falling) * rows) / math.sqrt(2)
    return torch.sin(2 * math.pi * along / wavelength + start)
