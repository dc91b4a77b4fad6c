"""A picture of lesson 06a: the shares of the scales as the faders of a mixing desk, for a slider."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from .panels import Panel, bars
from .style import ALERT, FEATURES, MAPS

COLOURS = ("#9AD0F0", FEATURES, MAPS, ALERT)
LIMITS = (0.11, 0.48)  # a softmax over four numbers from 0 to 1 lies between 1 / (1 + 3e) and e / (e + 3)


def mixing_desk(shares: Tensor, kernels: Sequence[int]) -> list[Panel]:
    """Draws the shares of four scales, (4,), with dashed lines at the LIMITS of a share."""
    return [bars(shares, [f"{k} x {k}" for k in kernels], "share of each kernel size", colours=COLOURS, lines=LIMITS)]


def desk_in_words(shares: Tensor, kernels: Sequence[int]) -> str:
    """Says in a sentence what `mixing_desk` draws."""
    low, high = LIMITS
    outside = [f"{k} x {k}" for k, share in zip(kernels, shares.tolist(), strict=True)
               if not low - 0.005 < share < high + 0.005]
    listed = ", ".join(f"{k} x {k} gets {share:.2f}" for k, share in zip(kernels, shares.tolist(), strict=True))
    return f"Of the total, {listed}. " + (f"Outside the limits {low} and {high}: {', '.join(outside)}." if outside else
                                          f"All shares are between the limits {low} and {high}.")
