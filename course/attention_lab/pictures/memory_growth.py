"""Lesson 05b: the memory of a training step against the number of positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .style import ALERT, FEATURES, INK, LAYERS, MAPS, house_figure, one_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES = ((FEATURES, "o-"), (MAPS, "s-"), (LAYERS, "^-"), (ALERT, "o--"), (INK, "v:"))


@house_figure
def memory_growth(sizes: Sequence[int], memory: Mapping[str, Sequence[float]]) -> Figure:
    """Both axes logarithmic, a line for each method, the first one wide so that others may lie on it.

    sizes: numbers of positions. memory: MiB at each of them, by method;
        at the end of each line, its growth over the last fourfold.
    """
    figure, axis = one_plot(8.6, 4)
    for (name, needed), (colour, style) in zip(memory.items(), STYLES, strict=False):
        first = name == next(iter(memory))
        axis.loglog(sizes, needed, style, color=colour, linewidth=6 if first else 1.6, markersize=11 if first else 6,
                    label=f"{name}: {needed[-1]:.0f} MiB, x {growth(sizes, needed):.0f}")
    axis.set(xlabel="positions N", ylabel="tensors alive in a training step (MiB)", xticks=sizes,
             xticklabels=[str(n) for n in sizes])
    axis.minorticks_off()
    axis.legend(frameon=False, title=f"at N = {sizes[-1]}, and the growth\nfrom N = {sizes[-1] // 4} to {sizes[-1]}",
                loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def growth(sizes: Sequence[int], needed: Sequence[float]) -> float:
    """How many times the memory of a quarter of the positions the last number is.
    Raises ValueError if there is no such quarter."""
    return needed[-1] / needed[list(sizes).index(sizes[-1] // 4)]


def growth_in_words(sizes: Sequence[int], memory: Mapping[str, Sequence[float]]) -> str:
    """What `memory_growth` draws, in sentences."""
    lines = (f"{name} {needed[-1]:.0f} MiB, {growth(sizes, needed):.0f} times as much as at N = {sizes[-1] // 4}"
             for name, needed in memory.items())
    return f"Memory of a training step against N, both axes logarithmic. At N = {sizes[-1]}: {'; '.join(lines)}."
