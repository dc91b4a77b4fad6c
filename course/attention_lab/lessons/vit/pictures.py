"""Pictures of lesson 05c: what the scale does before anything is learned, and what a head reads on a poster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from ...pictures.images import show
from ...pictures.style import FEATURES, MAPS, house_figure

if TYPE_CHECKING:  # importing matplotlib takes longer than grading a notebook, so only drawing imports it
    from matplotlib.figure import Figure

LENGTHS, KEYS, QUERIES = (4, 16, 64, 256, 1024), 36, 400


def start_of_a_softmax(length: int, scaled: bool) -> tuple[float, float]:
    """Returns the mean of the largest weight of a row, and the median row's size of the gradient at its logits, for
    random queries and keys of this length and a random gradient at the weights."""
    g = torch.Generator().manual_seed(0)
    queries, keys, wanted = (torch.randn(*shape, generator=g) for shape in ((QUERIES, length), (KEYS, length),
                                                                           (QUERIES, KEYS)))
    logits = (queries @ keys.T * (length ** -0.5 if scaled else 1)).requires_grad_()
    weights = logits.softmax(1)
    (weights * wanted).sum().backward()
    assert logits.grad is not None
    return weights.amax(1).mean().item(), logits.grad.norm(dim=1).median().item()


def compare_scales() -> None:
    """Shows the largest weight and the gradient of a typical row for queries of several lengths, with and without the
    scale."""
    found = {scaled: [start_of_a_softmax(length, scaled) for length in LENGTHS] for scaled in (True, False)}
    (weight, gradient), (free_weight, free_gradient) = found[True][-1], found[False][-1]
    show(_drawn(found), f"Two plots against the length of a query, from 4 to 1,024. Divided by its root, the largest "
         f"weight is {weight:.2f} at the end and a typical row's gradient {gradient:.2f}; undivided they are "
         f"{free_weight:.2f} and {free_gradient:.4f}.")


def lit_up(picture: Tensor, weights: Tensor, cell: tuple[int, int]) -> Tensor:
    """Returns a picture in which the cell that reads stays light, and each other cell is as light as its weight.

    picture: (3, H, W) from 0 to 1.
    weights: (N, N), the map of one head, for a square grid of N cells.
    cell: the row and the column of the cell that reads.
    """
    side = int(len(weights) ** 0.5)
    light = weights[side * cell[0] + cell[1]].view(side, side).clone()
    light[cell] = 1
    return picture * F.interpolate(0.15 + 0.85 * light[None, None], picture.shape[1:])[0]


@house_figure
def _drawn(found: dict[bool, list[tuple[float, float]]]) -> Figure:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.2, 2.4))
    for number, (axis, title) in enumerate(zip(axes, ("largest weight of a row", "gradient of a typical row"),
                                               strict=True)):
        for scaled, colour, words in ((True, FEATURES, "divided by the root"), (False, MAPS, "not divided")):
            axis.plot(LENGTHS, [each[number] for each in found[scaled]], "o-", color=colour, label=words)
        axis.set(xscale="log", xticks=LENGTHS, xticklabels=[str(length) for length in LENGTHS],
                 xlabel="length of a query", title=title)
        axis.minorticks_off()
    axes[0].set_ylim(0, 1)
    axes[1].set_yscale("log")
    axes[1].legend(frameon=False)
    return figure
