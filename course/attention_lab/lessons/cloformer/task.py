"""The woven cloths of lesson 09, and waves that test what passes through a module.

The threads are fine, and those that decide a pixel's answer lie near the pixel. The cue is a wide glow, and most pixels
are far away from it. The same `seed` gives the same pictures on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from ...tasks.scoring import UNASKED

SIDE, PATCH = 24, 8  # side of a cloth, and of a patch with one direction, in pixels
THREAD = 3  # wavelength of the threads, in pixels
SPREAD, FAR = 3, 10  # width of the glow, and the distance from its middle at which questions begin, in pixels


class Cloths(NamedTuple):
    """Cloths with their answers.

    pictures: (n, 3, 24, 24), values around 0.
    answers: (n, 24, 24), 0 for threads that rise and 1 for threads that fall, seen from the front; UNASKED less than 10
        pixels from the middle of the glow.
    """

    pictures: Tensor
    answers: Tensor


def woven_cloths(n: int, seed: int, glow: str = "wide") -> Cloths:
    """Draws n cloths of 3 x 3 patches, each with threads that rise or fall. A red glow says that the front is up, a
    blue glow says that the back is up. Seen from the back, rising threads fall.

    glow: "wide"; "checkerboard", the same colours in the same place, with the opposite sign in every second pixel; or
        "none". Threads, noise and answers are the same in all three.
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
    """Returns diagonal grey waves, (8, 3, 24, 24), from -0.5 to 0.5: rising and falling ones, with four starting points
    each."""
    rows, columns = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
    falling = torch.arange(8).view(8, 1, 1) % 2
    start = math.pi / 2 * (torch.arange(8).view(8, 1, 1) // 2)
    return 0.5 * _wave(rows, columns, wavelength, falling, start)[:, None].repeat(1, 3, 1, 1)


def movement(branch: Callable[[Tensor], Tensor], wavelengths: Sequence[float]) -> list[float]:
    """Returns how strongly the output of `branch` changes when a grey wave is added to plain grey, for each wavelength.
    It is the root mean square of the change, divided by the largest one.

    branch: pictures (8, 3, 24, 24) -> (8, channels, 24, 24). The four outermost rows and columns on each side are left
        out.

    Raises ValueError if nothing changes.
    """
    inside = slice(4, -4)
    with torch.no_grad():
        moved = [(branch(waves) - branch(torch.zeros_like(waves)))[:, :, inside, inside].square().mean().sqrt().item()
                 for waves in map(grey_waves, wavelengths)]
    if not max(moved):
        raise ValueError("no wave moves this branch")
    return [each / max(moved) for each in moved]


def shown(pictures: Tensor, enlarged: int = 6) -> Tensor:
    """Turns pictures with values around 0 into pictures to look at: with values from 0 to 1, and with each pixel
    enlarged to a square of `enlarged` x `enlarged` pixels."""
    return F.interpolate((0.5 + 0.35 * pictures).clamp(0, 1), scale_factor=enlarged, mode="nearest")


def _wave(rows: Tensor, columns: Tensor, wavelength: float, falling: Tensor, start: Tensor) -> Tensor:
    """Returns a diagonal sine wave, whose crests rise to the right, or fall."""
    along = (columns + (1 - 2 * falling) * rows) / math.sqrt(2)
    return torch.sin(2 * math.pi * along / wavelength + start)
