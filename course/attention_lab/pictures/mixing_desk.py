"""A picture of lesson 06a: the shares of the scales as the faders of a mixing desk, for a slider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torch import Tensor

from .style import ALERT, FEATURES, MAPS, OTHER, house_figure, one_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS = ("#9AD0F0", FEATURES, MAPS, ALERT)
LIMITS = (0.11, 0.48)  # a softmax over four numbers from 0 to 1 lies between 1 / (1 + 3e) and e / (e + 3)


@house_figure
def mixing_desk(shares: Tensor, kernels: Sequence[int]) -> Figure:
    """Draws the shares of four scales as faders, with dashed lines at the LIMITS of a share.

    shares: (4,), with the sum 1.
    kernels: the four kernel sizes.
    """
    figure, axis = one_plot(5.4, 2.5)
    axis.bar(range(len(kernels)), shares.numpy(), 0.5, color=COLOURS)
    for place, share in enumerate(shares.tolist()):
        axis.annotate(f"{share:.2f}", (place, share), (0, 3), textcoords="offset points", ha="center",
                      fontweight="bold")
    for limit in LIMITS:
        axis.axhline(limit, color=OTHER, linewidth=0.9, linestyle="--", zorder=0)
        axis.annotate(f"{limit}", (1, limit), (3, 0), xycoords=axis.get_yaxis_transform(), textcoords="offset points",
                      va="center")
    axis.set(ylim=(0, 1.1), yticks=(0, 0.5, 1), ylabel="share", xticks=range(len(kernels)),
             xticklabels=[f"{k} x {k}" for k in kernels])
    return figure


def desk_in_words(shares: Tensor, kernels: Sequence[int]) -> str:
    """Says in a sentence what `mixing_desk` draws."""
    low, high = LIMITS
    outside = [f"{k} x {k}" for k, share in zip(kernels, shares.tolist(), strict=True)
               if not low - 0.005 < share < high + 0.005]
    listed = ", ".join(f"{k} x {k} gets {share:.2f}" for k, share in zip(kernels, shares.tolist(), strict=True))
    return f"Of the total, {listed}. " + (f"Outside the limits {low} and {high}: {', '.join(outside)}." if outside else
                                          f"All shares are between the limits {low} and {high}.")
