"""Pictures of lesson 05b: the memory of a training step against the number of positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ...pictures.panels import Panel, cells, points
from ...pictures.style import ALERT, FEATURES, INK, LAYERS, MAPS, house_figure, one_plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLES = ((FEATURES, "o-"), (MAPS, "s-"), (LAYERS, "^-"), (ALERT, "o--"), (INK, "v:"))


def softmax_so_far(logits: Tensor, results: Sequence[float], block: int) -> list[Panel]:
    """Draws one query's row after some of its blocks (lesson 05b): exp(logit - m) for each key that was read, and o / s
    after each block.

    logits: (M,), in the order in which they are read.
    results: o / s after each block that was read, and as the last number o / s of the whole row.
    block: how many keys are read at a time.
    """
    *read, whole = results
    keys, blocks = block * len(read), len(logits) // block
    heights = torch.where(torch.arange(len(logits)) < keys, (logits - logits[:keys].max()).exp(), torch.nan)
    so_far = torch.full((blocks,), torch.nan)
    so_far[:len(read)] = torch.tensor(read)
    return [cells(heights.reshape(blocks, block).T, "exp(logit - m); a column is a block, grey is not read yet"),
            points(so_far, "o / s after each block; dashed: the whole row", high=10, line=whole)]


def so_far_in_words(logits: Tensor, results: Sequence[float], block: int) -> str:
    """Says in a sentence or two what `softmax_so_far` draws for the same numbers."""
    *read, whole = results
    keys = logits[:block * len(read)]
    before = keys[:-block]
    m, s = keys.max(), (keys - keys.max()).exp().sum()
    factor = f"multiplied the old s and o by {(before.max() - m).exp():.2f}" if len(before) else "was the first"
    return (f"After {len(read)} of {len(logits) // block} blocks m = {m:.2f} and s = {s:.2f}. The last block {factor}. "
            f"o / s = {read[-1]:.2f}; the whole row gives {whole:.2f}.")


@house_figure
def memory_growth(sizes: Sequence[int], memory: Mapping[str, Sequence[float]]) -> Figure:
    """Draws memory against the number of positions, with a line for each method. Both axes are logarithmic. The first
    line is wide, so that it shows under others that cover it.

    The legend says by what factor each method's memory grew while the number of positions grew from a quarter of the
    largest one to the largest.

    sizes: the numbers of positions.
    memory: the MiB at each of them, by method.
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
    """Returns the factor by which the memory grows when the number of positions grows from a quarter of the largest one
    to the largest.

    Raises ValueError if this quarter is not one of the sizes.
    """
    return needed[-1] / needed[list(sizes).index(sizes[-1] // 4)]


def growth_in_words(sizes: Sequence[int], memory: Mapping[str, Sequence[float]]) -> str:
    """Says in sentences what `memory_growth` draws."""
    lines = (f"{name} {needed[-1]:.0f} MiB, {growth(sizes, needed):.0f} times as much as at N = {sizes[-1] // 4}"
             for name, needed in memory.items())
    return f"Memory of a training step against N, both axes logarithmic. At N = {sizes[-1]}: {'; '.join(lines)}."
